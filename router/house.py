"""The house of one workspace, wired: every room gets what it needs, and nothing runs yet."""

from __future__ import annotations

import time
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from channels.registry import ADAPTERS, CHAT_DOOR, SENDERS
from router.api.world import World
from router.flow.aim import Aim
from router.flow.background import Background
from router.flow.carry import Carry
from router.flow.chat_sender import ChatSender
from router.flow.clock import Clock
from router.flow.confirm import Confirmations
from router.flow.context import Contexts
from router.flow.courier import Courier
from router.flow.dead_letters import DeadLetters
from router.flow.dispatch import Dispatch
from router.flow.doctor import Doctor
from router.flow.documents import Documents
from router.flow.fold import Folds
from router.flow.health import Health
from router.flow.ingest import Ingest
from router.flow.join import Join
from router.flow.keyring import Keyring
from router.flow.lobby import PROVIDER as WEB_CHAT
from router.flow.lobby import Lobby
from router.flow.prepare import Preparer
from router.flow.project import Project
from router.flow.push import Push
from router.flow.report import Reports
from router.flow.rooms import Rooms
from router.flow.route import Route
from router.flow.send import Send
from router.flow.serve import Serve
from router.flow.sink import AccountSink
from router.flow.staff import Staff
from router.flow.tell import Tell
from router.model.queue import QueueProfile
from router.outside import Internet
from router.policy.handles import VERSION
from router.policy.rules import DEFAULT_QUEUE
from router.ports import Account
from router.settings import Settings
from router.store import dead_letters
from router.store.chat import Chats
from router.store.engine import running
from router.store.leases import Leases
from router.store.library import Library, build
from router.store.link import Link, open_link
from router.store.marks import Marks
from router.store.meeting import Meeting
from router.store.places import Places
from router.store.pulse import Pulse
from router.store.raws import Raws
from router.store.reading import Reading
from router.store.registers import Registers
from router.store.rows import Rows
from router.store.sendings import Sendings
from router.store.slot import RoutingSlot
from router.store.system import System
from router.store.threads import Threads
from router.store.timelines import Timelines
from router.store.views import Views
from router.store.workspace import Workspace


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
        timelines, threads = Timelines(link, library, workspace), Threads(link, library, workspace)
        preparer = Preparer(workspace, settings.rules, now)

        self.background = Background()
        self.outside = Internet()
        self.documents = Documents(self.outside, self.background, time.monotonic)
        self.confirmations = Confirmations(self.outside, self.background)
        self.places = Places(link, workspace)
        self.leases = Leases(library, workspace, _holder(settings), settings.server.takeover_s)
        self.raws = Raws(Path(settings.store.data) / "raw", now)
        self.registry = CollectorRegistry()
        letters = dead_letters.DeadLetters(link, library, workspace)
        self.dead_letters = DeadLetters(letters, self.raws, self.registry, now)
        self.folds = Folds(self.views, self.reading, journey, now)
        self.project = Project(
            self.folds, self.views, self.rows, self.marks, self.background, journey, settings.zone
        )
        self.route = Route(self.slot, routing)
        tell = Tell(self.slot.items, self.registers, timelines, preparer, self.project)
        carry = Carry(timelines, self.route, tell, self.background)
        self.join = Join(
            self.views,
            timelines,
            self.registers,
            self.marks,
            threads,
            self.project,
            self.route,
            workspace.hash_key,
            now,
        )
        aim = Aim(threads, workspace.hash_key)
        self.ingest = Ingest(
            preparer,
            aim,
            timelines,
            threads,
            self.views,
            carry,
            self.join,
            self.project,
            self.background,
            answer_wait_s=routing.answer_wait_ms / 1000,
        )
        chats = Chats(link, library, workspace)
        self.lobby = Lobby(CHAT_DOOR, settings.accounts, workspace.name, now)
        self.rooms = Rooms(CHAT_DOOR, chats, self.ingest, self.background, workspace.hash_key)
        self.dispatch = Dispatch(
            Sendings(link, library, workspace),
            _reachable(settings),
            {**SENDERS, WEB_CHAT: ChatSender(chats, self.rooms, workspace.hash_key)},
            self.outside,
            aim,
            self.project,
            self.background,
            settings.sending,
        )
        self.send = Send(
            self.registers,
            self.reading,
            preparer,
            self.ingest,
            self.dispatch,
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
        self.doctor = Doctor(self.slot, self.rows, self.marks, self.project, self.dead_letters, pulse, now)
        self.clock = Clock(self.slot, routing)
        self.courier = Courier(
            self.marks,
            self.slot.dues,
            self.registers,
            self.views,
            carry,
            self.join,
            tell,
            self.project,
            self.dispatch,
        )

    def sink(self, account: Account) -> AccountSink:
        """Give where a listener of an account puts what it hears."""
        return AccountSink(self.ingest, self.raws, self.dead_letters, self.places, account)

    def world(self) -> World:
        """Give what the API may call."""
        return World(
            ingest=self.ingest,
            raws=self.raws,
            documents=self.documents,
            confirmations=self.confirmations,
            dead_letters=self.dead_letters,
            serve=self.serve,
            send=self.send,
            lobby=self.lobby,
            rooms=self.rooms,
            staff=self.staff,
            contexts=self.contexts,
            links=self.join,
            reports=self.reports,
            push=self.push,
            keys=self.keyring,
            health=self.health,
            channels=ADAPTERS,
            settings=self.settings,
            registry=self.registry,
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


def _reachable(settings: Settings) -> list[Account]:
    """Give the accounts, each with the address where providers reach us, if there is one."""
    public = {"public_url": settings.server.public_url} if settings.server.public_url else {}
    return [replace(one, settings={**public, **one.settings}) for one in settings.accounts]


def _holder(settings: Settings) -> str:
    """Name this router as a holder of leases; an embedded store has but one, who has its own back at once."""
    return uuid4().hex if settings.store.redis_url else "embedded"


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
    house = House(settings, link, library, workspace)
    stack.push_async_callback(house.outside.close)
    return house


async def embedded(settings: Settings, stack: AsyncExitStack) -> str:
    """Start the embedded engine on the data directory; give its address. DataInUse, EngineMissing."""
    engine = running(Path(settings.store.data), durable=settings.store.durable)
    return await stack.enter_async_context(engine)
