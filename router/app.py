"""Runs a house: turns its loops, opens its doors, and closes them again."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from typing import Self

import structlog
from aiohttp import web

from channels import registry
from channels.email.smtp import MailListener
from router import collector
from router.api.server import make_app
from router.errors import ConfigInvalid
from router.flow.keep import keep
from router.flow.lease import Leased
from router.house import House, open_house
from router.ports import Account, Listener, Outside
from router.settings import Settings

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Running:
    """A house at work: its loops, its listeners, its HTTP server."""

    def __init__(self, house: House) -> None:
        self.house = house
        registry.check(house.settings.accounts)
        self._listeners = tuple(_listeners(house.settings, house.outside))
        self._loops: list[asyncio.Task[None]] = []
        self._stack = AsyncExitStack()
        self.addresses: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        """Turn the loops, open the doors."""
        house = self.house
        loops = {
            "push": house.push.run,
            "clock": house.clock.run,
            "courier": house.courier.run,
            "raws": house.raws.run,
        }
        self._loops = [asyncio.create_task(keep(name, run)) for name, run in loops.items()]
        try:
            await self._open_http(house.settings)
            await self._open_mail(house.settings)
            await self._open_listeners()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the doors, finish what is under way, stop the loops."""
        self.house.health.draining = True
        await self._stack.aclose()
        await self.house.background.drain(self.house.settings.server.drain_s)
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)

    async def _open_http(self, settings: Settings) -> None:
        runner = web.AppRunner(
            make_app(self.house.world()),
            access_log=None,
            handle_signals=False,
            shutdown_timeout=settings.server.drain_s,
        )
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, settings.server.host, settings.server.port)
        with _told(settings.server.host, settings.server.port, "--port"):
            await site.start()
        host, port = runner.addresses[0][:2]
        self.addresses["http"] = f"http://{host}:{port}"

    async def _open_mail(self, settings: Settings) -> None:
        smtp, account = settings.smtp, settings.mail
        if smtp.port is None or account is None:
            return
        listener = MailListener(
            smtp.host,
            smtp.port,
            account,
            protocol=smtp.protocol,
            max_bytes=smtp.max_bytes,
            deadline_s=smtp.parse_deadline_s,
            peers=smtp.peers,
        )
        with _told(smtp.host, smtp.port, "--smtp-port"):
            await listener.start(self.house.sink(account))
        self._stack.push_async_callback(listener.stop)
        self.addresses[smtp.protocol] = f"{smtp.host}:{listener.port}"

    async def _open_listeners(self) -> None:
        for account, listener in self._listeners:
            leased = Leased(listener, self.house.leases, account.source)
            await leased.start(self.house.sink(account))
            self._stack.push_async_callback(leased.stop)


@contextmanager
def _told(host: str, port: int, option: str) -> Iterator[None]:
    """Say in words why nobody can listen there."""
    try:
        yield
    except OSError as problem:
        why = os.strerror(problem.errno or 0).lower()
        words = f"cannot listen on {host}:{port} ({why}); choose another with {option}"
        raise ConfigInvalid(words) from problem


def _listeners(settings: Settings, outside: Outside) -> Iterator[tuple[Account, Listener]]:
    """Make what listens by itself, with its account; raises ConfigInvalid for a wrong setting."""
    for account in settings.accounts:
        make = registry.LISTENERS.get((account.channel, account.provider))
        listener = make(account, outside) if make else None
        if listener is not None:
            yield account, listener


async def admit(house: House) -> str | None:
    """See that somebody may come in; give a key that was made because there was none (loopback only)."""
    server = house.settings.server
    if server.admin_key:
        await house.keyring.boot(server.admin_key)
        return None
    if await house.keyring.list():
        return None
    if server.host not in LOOPBACK:
        message = f"listening on {server.host} needs a key: set ROUTER_ADMIN_KEY to a long random text"
        raise ConfigInvalid(message, field="server.host")
    secret = "rk_" + secrets.token_urlsafe(32)
    await house.keyring.boot(secret)
    return secret


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        house = await open_house(settings, stack)
        await house.seed()
        secret = await admit(house)
        async with Running(house) as running_house:
            collector.calm()
            tell_ready(running_house.addresses, secret)
            await stop.wait()


def tell_ready(addresses: Mapping[str, str], secret: str | None) -> None:
    """Log the one line that says the router is ready, and where it listens."""
    if secret:
        print(f"Your first admin key, shown this once: {secret}", file=sys.stderr)  # noqa: T201 - never a log
    structlog.get_logger().info("ready", **addresses)


def run(settings: Settings) -> None:
    """Serve in a loop of its own; uvloop where it is installed."""
    try:
        import uvloop  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415 - the extra `speed`
    except ImportError:
        asyncio.run(serve(settings))
    else:
        uvloop.run(serve(settings))
