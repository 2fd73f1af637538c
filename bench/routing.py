"""A routing slot of a chosen size: agents in crews, lanes, items that wait. Speaks to the store alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from msgspec import Struct, json

from router.errors import RouterError
from router.model.lane import Crew, Lane
from router.model.queue import QueueProfile
from router.store import keys
from router.store.agents import AgentPut, Presence
from router.store.items import Completion, Held, Items, Sync
from router.store.library import Call, Library, build
from router.store.link import Link
from router.store.meeting import Meeting
from router.store.registry import Registries
from router.store.workspace import Workspace

T = TypeVar("T")

_CREW = json.encode(Crew(("support",), {})).decode()
_TOGETHER = 1000
"""Calls in one write while the slot is filled."""


class Size(Struct, frozen=True):
    """How many agents there are, items that wait, lanes, and crews that serve every lane."""

    agents: int
    items: int
    lanes: int
    crews: int


class _State(Struct):
    agent: str
    state: str
    reason: str | None = None


class _Accept(Struct):
    offer: str
    agent: str


class _Reg(Struct):
    reg: int


class Offered(Struct, frozen=True):
    """An item that is offered to an agent."""

    item: str
    offer: str
    agent: str


class Slot:
    """The slot, and its transitions, many in one go."""

    def __init__(self, link: Link, library: Library, p: str, size: Size) -> None:
        self._link, self._library, self._p, self.size = link, library, p, size
        self._anchor = keys.slot(p)
        self._registries = Registries(link, library, p)
        self._items = Items(link, library, p)
        self._made = 0

    async def fill(self) -> None:
        """Open the lanes, seat the agents, let the items come: first those that find an agent."""
        size = self.size
        await self._registries.put_queue("support", QueueProfile())
        for lane in range(size.lanes):
            await self._registries.open_lane(f"ln_{lane}", Lane("support", "sms", {f"s{lane}": 1}), [])
        for crew in range(min(size.crews, size.agents)):  # each opens its crew, which moves the registry on
            await self._go([self._seat(crew, (await self._registries.refresh()).reg)])
        reg = (await self._registries.refresh()).reg
        await self._go([self._seat(agent, reg) for agent in range(size.crews, size.agents)])
        states = (_State(f"agent{agent}", "available") for agent in range(size.agents))
        await self._go([Call("agent_state", self._anchor, state, Presence) for state in states])
        if size.items:
            await self.arrive(size.agents + size.items)

    def _seat(self, agent: int, reg: int) -> Call[_Reg]:
        put = AgentPut(
            agent=f"agent{agent}",
            profile="{}",
            crew=f"cr_{agent % self.size.crews}",
            definition=_CREW,
            lanes={f"ln_{lane}": "sms" for lane in range(self.size.lanes)},
            channels="sms",
            weights={"sms": 1_000_000},
            limits={"sms": 1},
            reg=reg,
        )
        return Call("agent_put", self._anchor, put, _Reg)

    async def arrive(self, count: int) -> None:
        """Let so many new conversations want a person."""
        numbers = range(self._made, self._made + count)
        self._made += count
        await self._go([Call("item_sync", self._anchor, self._sync(number), Held) for number in numbers])

    def _sync(self, number: int) -> Sync:
        return Sync(
            cnv=f"cnv_00{number}", hid=f"cus_00{number}", view=f"cus_00{number}", rev=number + 1,
            want_rev=number + 1, ended=False, seen=False, in_n=1, received_ms=2**48, queue="support",
            channel="sms", label="sms", lane=f"ln_{number % self.size.lanes}", skills="", priority=0,
            add_ms=600_000, offer_ms=86_400_000, wrap_ms=30_000, idle_ms=0, max_offers=3, issue=None,
            topic=None, reg=self._registries.now.reg,
        )  # fmt: skip

    async def offered(self, agents: Sequence[int]) -> list[Offered]:
        """Give what is offered to some agents."""
        names = [f"agent{agent}" for agent in agents]
        held = await self._link.many(
            [("HKEYS", keys.agent_holds(self._p, name)) for name in names], key=self._anchor
        )
        items = await self._items.read([item.decode() for found in held for item in found])
        return [Offered(item["id"], item["offer"], item["agent"]) for item in items]

    async def accept(self, offers: Sequence[Offered]) -> None:
        """Let each agent accept."""
        asked = (_Accept(one.offer, one.agent) for one in offers)
        await self._go([Call("offer_accept", self._anchor, accept, Held) for accept in asked])

    async def complete(self, offers: Sequence[Offered]) -> None:
        """Let each agent wrap up what they accepted."""
        done = (
            Completion(item=one.item, offer=one.offer, agent=one.agent, op=one.offer, outcome="resolved")
            for one in offers
        )
        await self._go([Call("item_complete", self._anchor, one, Held) for one in done])

    async def _go(self, calls: Sequence[Call[T]]) -> None:
        for first in range(0, len(calls), _TOGETHER):
            for outcome in await self._library.each(calls[first : first + _TOGETHER]):
                if isinstance(outcome, RouterError):
                    raise outcome


async def slot(link: Link, name: str, size: Size) -> Slot:
    """Make a slot of a size, in a workspace of its own."""
    library = Library(link, build())
    await library.load()
    workspace = Workspace(name, b"k" * 32)
    await Meeting(link, library, workspace).meet()
    made = Slot(link, library, workspace.routing, size)
    await made.fill()
    return made
