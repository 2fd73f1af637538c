"""A plain model of the routing slot, compared with the real one after every step."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from drawings import drawn, ways
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant
from routing_slot import Slot
from routing_truth import Kept

from router.errors import RouterError
from router.store.library import Library
from router.store.link import Link

DRAWN = drawn()
NAMES = ("ada", "bob", "cyd", "dan")
ROOMS: tuple[dict[str, tuple[float, int]], ...] = (
    {"sms": (1.0, 1)},
    {"sms": (0.5, 2), "voice": (1.0, 1)},
    {"sms": (0.25, 3), "voice": (0.5, 2)},
    {"voice": (1.0, 1)},
    {"sms": (0.0, 2)},
)


class Heard(Library):
    """A library that remembers which functions it ran."""

    heard: set[str]

    async def call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Run a function and remember its name."""
        self.heard.add(name)
        return await super().call(name, *args, **kwargs)


class World(NamedTuple):
    """The real server, and a loop to speak with it."""

    runner: asyncio.Runner
    link: Link
    library: Heard


class Model(RuleBasedStateMachine):
    """Items, offers and agents; the model knows who holds what, who is there, which talks are open.

    ``talks`` maps an open conversation to its item, ``holds`` an item to the agent who accepted it,
    ``there`` an agent to their state, ``misses`` how many offers they missed in a row.
    """

    world: World

    def __init__(self) -> None:
        """Begin with an empty workspace."""
        super().__init__()
        self.slot = Slot(self.world.link, self.world.library, f"m{uuid4().hex[:12]}")
        self.talks: dict[str, str] = {}
        self.holds: dict[str, str] = {}
        self.there: dict[str, str] = {}
        self.misses: dict[str, int] = {}
        self.past: list[str] = []
        self.op = 0

    def run(self, call: Coroutine[Any, Any, Any]) -> Any:
        """Wait for one call."""
        return self.world.runner.run(call)

    @initialize(rooms=st.lists(st.sampled_from(ROOMS), min_size=1, max_size=3))
    def meet(self, rooms: list[Any]) -> None:
        """Meet the slot, with two queues and some agents who serve both."""
        self.run(self.slot.meet())
        for queue in ("support", "billing"):
            self.run(self.slot.queue(queue))
        for name, room in zip(NAMES, rooms, strict=False):
            self.run(self.slot.agent(name, "support", "billing", **room))
            self.there[name], self.misses[name] = "available", 0
        self.kept = self.run(self.slot.check())

    def some(self, n: int, *states: str) -> Any:
        """Give the nth of the items in these states."""
        found = sorted(item for item, it in self.kept.items.items() if it["state"] in states)
        return self.run(self.slot.held(found[n % len(found)]))

    def has(self, *states: str) -> bool:
        """Say whether any item is in these states."""
        return any(it["state"] in states for it in self.kept.items.values())

    def end(self, item: str | None) -> None:
        """Note that an item ended."""
        self.talks = {cnv: it for cnv, it in self.talks.items() if it != item}
        self.holds.pop(item or "", None)

    def refused(self, call: Coroutine[Any, Any, Any], *errors: type[RouterError]) -> None:
        """See that a call is refused and nothing is told."""
        before = self.run(self.slot.feed.last())
        with pytest.raises(errors):
            self.run(call)
        assert self.run(self.slot.feed.last()) == before

    @invariant()
    def agrees(self) -> None:
        """See that the store holds together, agrees with the model, and leaves nothing for the net."""
        if not hasattr(self, "kept"):
            return
        before, self.kept = self.kept, self.run(self.slot.check())
        self.compare(before)
        assert {it["cnv"]: item for item, it in self.kept.items.items()} == self.talks
        served = {
            item: it["agent"] for item, it in self.kept.items.items() if it["state"] in {"active", "wrapping"}
        }
        assert served == self.holds
        assert {name: agent.state for name, agent in self.kept.agents.items()} == self.there
        for lane in self.kept.registry.lanes:
            assert self.run(self.slot.items.match(lane)) == 0
        self.world.library.heard.clear()

    def compare(self, before: Kept) -> None:
        """See that every state changed on a way that is drawn for the functions that ran."""
        heard = self.world.library.heard
        for item in before.items | self.kept.items:
            old = before.items[item]["state"] if item in before.items else "[*]"
            new = (
                self.kept.items[item]["state"] if item in self.kept.items else self.run(self.slot.state(item))
            )
            assert new in ways(DRAWN["Item"], old, heard), (item, old, new, heard)
        for name, agent in self.kept.agents.items():
            old = before.agents[name].state if name in before.agents else "[*]"
            assert agent.state in ways(DRAWN["Agent"], old, heard), (name, old, heard)
