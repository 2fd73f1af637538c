"""The bare handler: what a single-minded server could do with the same engine. The limit of S1 and S4.

``python -m bench.bare events URL WORKSPACE CUSTOMERS`` listens on a free port and says where;
``context`` reads the commands it shall send from stdin.
"""

from __future__ import annotations

import asyncio
import itertools
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import msgspec
from aiohttp import web

from bench import calls
from bench.monitor import key_of
from router import collector
from router.model.event import Event
from router.ports import Result
from router.store.link import open_link

_decode = msgspec.json.Decoder(Event).decode
_encode = msgspec.json.Encoder().encode
_HEADERS = {"Content-Type": "application/json"}

Handler = Callable[[web.Request], Awaitable[web.Response]]


async def events(url: str, workspace: str, customers: int, stack: AsyncExitStack) -> Handler:
    """Decode an event, make all calls of one at once, answer as the router does."""
    home = await calls.house(url, workspace, stack)
    known = await calls.prepare(home, customers)
    numbers = itertools.count(1)
    answer = Result("evt_0", "cus_0", "cnv_0", "itm_0", False)
    link = home.link

    async def handle(request: web.Request) -> web.Response:
        event = _decode(await request.read())
        assert event.customer is not None
        number = next(numbers)
        commands = known[number % len(known)].make(number)
        await asyncio.gather(*(link.call(*command, key=key) for key, command in commands))
        return web.Response(body=_encode({"results": [answer]}), status=202, headers=_HEADERS)

    return handle


async def context(url: str, stack: AsyncExitStack) -> Handler:
    """Fetch what a context is made of by the same commands at once, and answer with the bytes."""
    link = await open_link(url)
    stack.push_async_callback(link.close)
    seen = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=list[list[list[bytes]]])
    turn = itertools.cycle([[(key_of(words), tuple(words)) for words in commands] for commands in seen])

    async def handle(_: web.Request) -> web.Response:
        found = await link.each(next(turn), read=True)
        return web.Response(body=b"".join(_bytes(found)), headers=_HEADERS)

    return handle


def _bytes(reply: object) -> list[bytes]:
    if isinstance(reply, list):
        return [part for each in reply for part in _bytes(each)]
    return [reply if isinstance(reply, bytes) else str(reply).encode()]


async def serve(kind: str, url: str, *more: str) -> None:
    """Listen until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with AsyncExitStack() as stack:
        if kind == "events":
            workspace, customers = more
            handler = await events(url, workspace, int(customers), stack)
        else:
            handler = await context(url, stack)
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", handler)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        sys.stdout.buffer.write(_encode({"http": f"http://{host}:{port}"}) + b"\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    """Serve in uvloop where it is installed, as the router does."""
    collector.calm()
    try:
        import uvloop  # noqa: PLC0415 - the router's extra `speed`
    except ImportError:
        asyncio.run(serve(*sys.argv[1:]))
    else:
        uvloop.run(serve(*sys.argv[1:]))


if __name__ == "__main__":
    main()
