"""A router in miniature for tests that kill one: runs an engine, answers PING lines, drains on Ctrl-C.

``python router_app.py DATA WATCH``. Prints the engine's pid and socket, then a line per line read: the
reply to the command on it. At SIGINT it writes the key ``drained`` through the engine, stops it, ends.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from router.store.engine import Engine, Options
from router.store.link import Link, open_link


async def main(data: str, watch: str) -> None:
    """Start, serve commands from stdin, and drain when told to."""
    engine = Engine(Path(data), Options(watch=watch))
    link = await open_link(await engine.start())
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
    print(engine.pid, engine.socket, flush=True)  # noqa: T201  the test reads it
    serving = asyncio.create_task(serve(link))
    await stop.wait()
    serving.cancel()
    await link.call("SET", "drained", "yes", key="drained")
    await link.close()
    await engine.stop()


async def serve(link: Link) -> None:
    """Answer each line of stdin with the reply to the command on it."""
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    while line := await reader.readline():
        reply = await link.call(*line.decode().split(), key="k")
        print(reply, flush=True)  # noqa: T201  the test reads it


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
