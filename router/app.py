"""The composition root: the only module that knows everyone. Builds the house, runs it, closes it."""

from __future__ import annotations

import asyncio
import secrets
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self

import structlog
from aiohttp import web
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from channels.email.smtp import MailListener
from channels.registry import ADAPTERS
from router import collector
from router.api.server import make_app
from router.api.world import World
from router.errors import ConfigInvalid
from router.flow.background import Background
from router.flow.carry import Carry
from router.flow.clock import Clock
from router.flow.context import Contexts
from router.flow.courier import Courier
from router.flow.doctor import Doctor
from router.flow.fold import Folds
from router.flow.health import Health
from router.flow.ingest import Ingest
from router.flow.join import Join
from router.flow.keep import keep
from router.flow.keyring import Keyring
from router.flow.prepare import Preparer
from router.flow.project import Project
from router.flow.push import Push
from router.flow.report import Reports
from router.flow.route import Route
from router.flow.serve import Serve
from router.flow.sink import AccountSink
from router.flow.staff import Staff
from router.flow.tell import Tell
from router.model.queue import QueueProfile
from router.policy.handles import VERSION
from router.policy.rules import DEFAULT_QUEUE
from router.ports import Account
from router.settings import Settings
from router.store.engine import running
from router.store.library import Library, build
from router.store.link import Link, open_link
from router.store.marks import Marks
from router.store.meeting import Meeting
from router.store.pulse import Pulse
from router.store.reading import Reading
from router.store.registers import Registers
from router.store.rows import Rows
from router.store.slot import RoutingSlot
from router.store.system import System
from router.store.timelines import Timelines
from router.store.views import Views
from router.store.workspace import Workspace

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class House:
    """Everything of one workspace, wired. Nothing runs until ``start``."""

    def __init__(self, settings: Settings, link: Link, library: Library, workspace: Workspace) -> None:
        routing, journey, now = settings.routing, settings.journey, time.time
        self.settings, self.link, self.workspace = settings, link, workspace
        self.slot = RoutingSlot(link, library, workspace.routing)
        self.views = Views(link, library, workspace)
        self.reading = Reading(link, library, workspace)
        self.registers = Registers(link, workspace)
        self.marks = Marks(link, library, workspace)
        self.rows = Rows(link, library, workspace)
        timelines = Timelines(link, library, workspace)
        preparer = Preparer(workspace, settings.rules, now)

        self.background = Background()
        self.folds = Folds(self.views, self.reading, journey, now)
        self.project = Project(
            self.folds, self.views, self.rows, self.marks, self.background, journey, settings.zone
        )
        self.route = Route(self.slot, routing)
        carry = Carry(timelines, self.route, self.background)
        self.join = Join(
            self.views,
            timelines,
            self.registers,
            self.marks,
            self.project,
            self.route,
            workspace.hash_key,
            now,
        )
        tell = Tell(self.slot.items, self.registers, timelines, preparer, self.project)
        self.ingest = Ingest(
            preparer,
            timelines,
            self.views,
            carry,
            self.join,
            self.project,
            self.background,
            answer_wait_s=routing.answer_wait_ms / 1000,
        )
        self.contexts = Contexts(
            self.views, self.reading, self.registers, self.slot.items, self.folds, workspace.hash_key, now
        )
        self.staff = Staff(self.slot, self.route, routing)
        self.push = Push(self.slot.feed, self.staff.snapshot)
        self.serve = Serve(self.slot, self.route, tell, self.contexts, self.push, self.background, routing)
        self.reports = Reports(self.rows, journey, now)
        self.keyring = Keyring(System(link, library), workspace.name)
        pulse = Pulse(link, self.slot.anchor)
        self.health = Health(pulse, self.staff)
        self.doctor = Doctor(self.slot, self.rows, self.marks, self.project, pulse, now)
        self.clock = Clock(self.slot, routing)
        self.courier = Courier(
            self.marks, self.slot.dues, self.registers, self.views, carry, self.join, tell, self.project
        )

    def world(self) -> World:
        """Give what the API may call."""
        return World(
            ingest=self.ingest,
            serve=self.serve,
            staff=self.staff,
            contexts=self.contexts,
            links=self.join,
            reports=self.reports,
            push=self.push,
            keys=self.keyring,
            health=self.health,
            channels=ADAPTERS,
            settings=self.settings,
            registry=CollectorRegistry(),
            gauges=self.health.gauges,
        )

    async def seed(self) -> None:
        """Put the queues and agents of the configuration that the store lacks; the store wins afterwards."""
        known = (await self.slot.registries.refresh()).queues
        for name, queue in {DEFAULT_QUEUE: QueueProfile(), **self.settings.queues}.items():
            if name not in known:
                await self.staff.put_queue(name, queue)
        names = set(await self.slot.agents.names())
        for name, agent in self.settings.agents.items():
            if name not in names:
                await self.staff.put_agent(name, agent)


async def open_house(settings: Settings, stack: AsyncExitStack) -> House:
    """Start or reach the store, load the library, open the workspace. The stack closes it all again."""
    url = settings.store.redis_url or await embedded(settings, stack)
    met: list[Meeting] = []

    async def on_connect(run_id: str) -> None:
        for meeting in met:
            await meeting.meet(run_id)

    link = await open_link(url, on_connect=on_connect, deadline_s=settings.store.call_deadline_s)
    stack.push_async_callback(link.close)
    library = Library(link, build())
    await library.load()
    workspace = await System(link, library).open(settings.server.workspace, VERSION)
    meeting = Meeting(link, library, workspace)
    await meeting.meet()
    met.append(meeting)
    return House(settings, link, library, workspace)


async def embedded(settings: Settings, stack: AsyncExitStack) -> str:
    """Start the embedded engine on the data directory; give its address. DataInUse, EngineMissing."""
    engine = running(Path(settings.store.data), durable=settings.store.durable)
    return await stack.enter_async_context(engine)


class Running:
    """A house at work: its loops, its listeners, its HTTP server."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._loops: list[asyncio.Task[None]] = []
        self._stack = AsyncExitStack()
        self.addresses: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        """Turn the loops, open the doors."""
        house = self.house
        loops = {"push": house.push.run, "clock": house.clock.run, "courier": house.courier.run}
        self._loops = [asyncio.create_task(keep(name, run)) for name, run in loops.items()]
        await self._open_http(house.settings)
        await self._open_mail(house.settings)
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
        await site.start()
        host, port = runner.addresses[0][:2]
        self.addresses["http"] = f"http://{host}:{port}"

    async def _open_mail(self, settings: Settings) -> None:
        smtp = settings.smtp
        if smtp.port is None:
            return
        account = mail_account(settings)
        listener = MailListener(
            smtp.host,
            smtp.port,
            account,
            protocol=smtp.protocol,
            max_bytes=smtp.max_bytes,
            deadline_s=smtp.parse_deadline_s,
            peers=smtp.peers,
        )
        await listener.start(AccountSink(self.house.ingest, account))
        self._stack.push_async_callback(listener.stop)
        self.addresses[smtp.protocol] = f"{smtp.host}:{listener.port}"


def mail_account(settings: Settings) -> Account:
    """Give the account the mail listener speaks for, as ``[channels.email.email_raw.<name>]`` has it."""
    name, queue = settings.smtp.account, settings.smtp.queue
    for account in settings.accounts:
        if (account.channel, account.provider, account.name) == ("email", "email_raw", name):
            return replace(account, queue=queue or account.queue)
    return Account("email", "email_raw", name, queue=queue, unsigned=True)


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
