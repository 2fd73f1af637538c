"""The limit of the engine: a process that does nothing but send packed commands and count the replies.

``python -m bench.pipeline SOCKET EACH`` reads batches (msgpack, a list of bytes) of EACH commands from stdin
and says how many seconds they took.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence
from time import perf_counter

import hiredis
import msgspec

AHEAD = 8
"""Batches that are on their way at once: the engine never waits for us."""


def take(wire: socket.socket, batches: Sequence[bytes], each: int) -> float:
    """Send batches of ``each`` commands; give the seconds until the last reply."""
    reader = hiredis.Reader()
    began = perf_counter()
    sent = done = 0
    while done < len(batches) * each:
        while sent < len(batches) and sent * each < done + AHEAD * each:
            wire.sendall(batches[sent])
            sent += 1
        reader.feed(wire.recv(1 << 20))
        while (reply := reader.gets()) is not False:
            if isinstance(reply, hiredis.ReplyError):
                raise reply
            done += 1
    return perf_counter() - began


def main() -> None:
    """Send what comes in on stdin; say the seconds."""
    batches = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=list[bytes])
    with socket.socket(socket.AF_UNIX) as wire:
        wire.connect(sys.argv[1])
        sys.stdout.write(str(take(wire, batches, int(sys.argv[2]))))


if __name__ == "__main__":
    main()
