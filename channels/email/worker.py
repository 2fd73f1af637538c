"""The worker: a process of its own in which strangers' mail is read.

A thread that hangs in a regular expression cannot be stopped and holds the interpreter meanwhile; a
process can be killed, and a crash or a lack of memory stays its own. It speaks frames on its standard
input and output: four bytes of length, big-endian, then msgpack of a Job, answered by msgpack of a
list of events. It ends with its input, so it never outlives who started it.
"""

from __future__ import annotations

import contextlib
import resource
import signal
import sys
from typing import BinaryIO

import msgspec
from msgspec import Struct

from channels.email.mail import Envelope
from channels.email.raw import read_mail
from router.ports import Account

MEMORY = 2 * 1024**3  # bytes of address space; a mail of 30 MiB needs a tenth
PROCESSOR_S = 60  # seconds for one mail, for when there is nobody left who would kill us


class Job(Struct, frozen=True, array_like=True):
    """One mail to read; ``now`` in unix seconds."""

    raw: bytes
    account: Account
    now: float
    envelope: Envelope


def frame(body: bytes) -> bytes:
    """Put the length before the bytes."""
    return len(body).to_bytes(4, "big") + body


def work(source: BinaryIO, sink: BinaryIO) -> None:
    """Read jobs and write events until the source ends."""
    jobs = msgspec.msgpack.Decoder(Job)
    while len(length := source.read(4)) == 4:  # noqa: PLR2004 - the four bytes of the length
        job = jobs.decode(source.read(int.from_bytes(length, "big")))
        signal.setitimer(signal.ITIMER_VIRTUAL, PROCESSOR_S)
        events = read_mail(job.raw, job.account, job.now, job.envelope)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        sink.write(frame(msgspec.msgpack.encode(events)))
        sink.flush()


def main() -> None:
    """Work for the process at the other end of the pipes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us in its order
    with contextlib.suppress(ValueError):  # macOS knows this limit and refuses it
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    work(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
