"""The routing slot against a plain model: whatever is done in whatever order, nothing is lost or torn."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import servers
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from routing_model import NAMES, ROOMS, Heard, Model, World

from router.errors import NotHeld, OfferExpired, OfferRescinded, OfferTaken
from router.store.library import Source
from router.store.link import open_link

EXAMPLES = int(os.environ.get("ROUTER_MACHINE_EXAMPLES", "0"))
"""Runs of the machine; 10 000 for a night, which also looks for the shortest way to a failure."""

STEPS = 40
TALKS = tuple(f"c{n}" for n in range(12))


nth = st.integers(0, 11)
agents = st.sampled_from(NAMES)
talks = st.sampled_from(TALKS)
queues = st.sampled_from(("support", "billing"))
needs = st.sampled_from(((), (), ("german>=3",)))


class Machine(Model):
    """What can happen, one rule each."""

    # -- customers ------------------------------------------------------------------------------------

    @rule(cnv=talks, queue=queues, channel=st.sampled_from(("sms", "sms", "voice")), need=needs, add=nth)
    def arrive(self, cnv: str, queue: str, channel: str, need: tuple[str, ...], add: int) -> None:
        """Let a conversation want a person: a new item, or another message on the open one."""
        held = self.run(
            self.slot.arrive(
                cnv, queue=queue, channel=channel, need=need, add_ms=add * 1000, max_offers=2,
                wrap_ms=30_000 if add else 0, idle_ms=60_000,
            )
        )  # fmt: skip
        assert held.open
        assert self.talks.setdefault(cnv, held.item) == held.item

    @rule(cnvs=st.sets(talks, min_size=3, max_size=6), channel=st.sampled_from(("sms", "sms", "voice")))
    def crowd(self, cnvs: set[str], channel: str) -> None:
        """Let several conversations want a person at once."""
        lane = self.run(self.slot.lane("support", channel, ()))
        calls = [self.slot.arrive(cnv, channel=channel, lane=lane, max_offers=2) for cnv in sorted(cnvs)]

        async def at_once() -> Any:
            return await asyncio.gather(*calls)

        for cnv, held in zip(sorted(cnvs), self.run(at_once()), strict=True):
            assert self.talks.setdefault(cnv, held.item) == held.item

    @rule(n=nth, known=st.booleans())
    def hang_up(self, n: int, known: bool) -> None:
        """Let a customer leave: who waits is gone, who is served is wrapped up."""
        cnv = sorted(self.talks)[n % len(self.talks)] if known and self.talks else TALKS[n]
        item = self.talks.get(cnv)
        wraps = item is not None and int(self.kept.items[item]["wrap_ms"]) > 0
        held = self.run(self.slot.arrive(cnv, ended=True))
        if item in self.holds and wraps:
            assert (held.state, held.agent) == ("wrapping", self.holds[item])
        else:
            assert not held.open
            self.end(item)

    # -- agents and offers ----------------------------------------------------------------------------

    @rule(agent=agents, served=st.sampled_from((("support",), ("billing",), ("billing", "support"))),
          german=st.sampled_from((None, 2, 5)), room=st.sampled_from(ROOMS))  # fmt: skip
    def put_agent(self, agent: str, served: tuple[str, ...], german: int | None, room: Any) -> None:
        """Create an agent or change the profile."""
        skills = {} if german is None else {"german": german}
        self.run(self.slot.agent(agent, *served, state="offline", skills=skills, **room))
        self.there.setdefault(agent, "offline")

    @precondition(lambda self: self.there)
    @rule(agent=agents, state=st.sampled_from(("available", "available", "away", "offline")))
    def come_or_go(self, agent: str, state: str) -> None:
        """Let an agent say where they are."""
        if agent in self.there:
            self.run(self.slot.agents.state(agent, state, None))
            if self.there[agent] != state and state == "available":
                self.misses[agent] = 0
            self.there[agent] = state

    @precondition(lambda self: self.has("offered"))
    @rule(n=nth)
    def accept(self, n: int) -> None:
        """Let the agent of an offer take the item; nobody else may."""
        offered = self.some(n, "offered")
        other = next(name for name in NAMES if name != offered.agent)
        self.refused(self.slot.agents.accept(offered.offer, other), OfferTaken)
        held = self.run(self.slot.agents.accept(offered.offer, offered.agent))
        assert (held.item, held.state, held.agent) == (offered.item, "active", offered.agent)
        assert self.run(self.slot.agents.accept(offered.offer, offered.agent)) == held
        self.holds[held.item] = held.agent
        self.misses[held.agent] = 0

    @precondition(lambda self: self.has("offered"))
    @rule(n=nth)
    def decline(self, n: int) -> None:
        """Let the agent of an offer let it pass; it does not come straight back."""
        offered = self.some(n, "offered")
        held = self.run(self.slot.agents.decline(offered.offer, offered.agent, 60_000))
        assert held.agent != offered.agent
        self.misses[offered.agent] = 0
        self.past.append(offered.offer)

    @precondition(lambda self: self.has("offered"))
    @rule(n=nth)
    def expire(self, n: int) -> None:
        """Let an offer's time run out; two misses in a row set the agent away."""
        offered = self.some(n, "offered")
        held = self.run(self.slot.expire(offered.offer, misses_to_away=2))
        assert held.agent != offered.agent
        self.misses[offered.agent] = self.misses.get(offered.agent, 0) + 1
        if self.misses[offered.agent] >= 2:
            self.there[offered.agent] = "away"
        self.past.append(offered.offer)

    @precondition(lambda self: self.past)
    @rule(n=nth, agent=agents)
    def accept_late(self, n: int, agent: str) -> None:
        """Let somebody want an offer that is over."""
        offer = self.past[n % len(self.past)]
        self.refused(self.slot.agents.accept(offer, agent), OfferTaken, OfferExpired, OfferRescinded)

    # -- work -----------------------------------------------------------------------------------------

    @precondition(lambda self: self.has("active", "wrapping"))
    @rule(n=nth, how=st.sampled_from(("complete", "cancel")))
    def finish(self, n: int, how: str) -> None:
        """Let an agent end what they hold; nobody else may, and once is enough."""
        held, act = self.some(n, "active", "wrapping"), getattr(self.slot, how)
        other = next(name for name in NAMES if name != held.agent)
        self.refused(act(held, other), NotHeld)
        done = self.run(act(held, held.agent))
        assert (done.state, done.open) == ("done" if how == "complete" else "closed", False)
        assert self.run(act(held, held.agent)) == done
        self.end(held.item)

    @precondition(lambda self: self.has("active", "wrapping"))
    @rule(n=nth, queue=queues, to=st.none() | nth, reset=st.booleans())
    def transfer(self, n: int, queue: str, to: int | None, reset: bool) -> None:
        """Let an agent hand on what they hold; it does not come straight back, and goes once."""
        held = self.some(n, "active", "wrapping")
        channel = self.kept.items[held.item]["channel"]
        lane = self.run(self.slot.lane(queue, channel, ()))
        self.op += 1
        change = {
            "lane": lane,
            "to_agent": None if to is None else sorted(self.there)[to % len(self.there)],
            "reset": reset,
            "op": f"t{self.op}",
        }
        sent = self.run(self.slot.transfer(held, held.agent, queue, **change))
        assert sent.queue == queue
        assert sent.agent != held.agent
        assert self.run(self.slot.transfer(held, held.agent, queue, **change)) == sent
        del self.holds[held.item]
        self.past.append(held.offer)

    # -- time -----------------------------------------------------------------------------------------

    @precondition(lambda self: self.of_items())
    @rule(n=nth)
    def fall_due(self, n: int) -> None:
        """Let time pass for an item."""
        found = self.of_items()
        kind, _, item = found[n % len(found)].partition(":")
        held = self.run(self.slot.lapse(kind, item))
        if not held.open:
            assert kind in {"wrap", "idle"}
            self.end(item)

    def of_items(self) -> list[str]:
        """Name what falls due for items, but their offers."""
        due = self.kept.sets[f"{self.slot.p}due"]
        return sorted(one for one in due if one.partition(":")[0] in {"retry", "widen", "wrap", "idle"})

    @rule(agent=agents)
    def lapse(self, agent: str) -> None:
        """Let an agent's desk be gone."""
        if agent in self.there:
            self.run(self.slot.agents.touch(agent, 30_000, opened=True))
            self.run(self.slot.make_due(f"lease:{agent}"))
            self.run(self.slot.agents.lapse(agent, 60_000))
            if self.there[agent] == "available":
                self.there[agent] = "away"

    @rule(agent=agents)
    def give_back(self, agent: str) -> None:
        """Let an agent's grace period end: what they are busy with waits again."""
        if f"grace:{agent}" in self.kept.sets[f"{self.slot.p}due"]:
            self.run(self.slot.make_due(f"grace:{agent}"))
            self.run(self.slot.agents.give_back(agent))
            wrapping = {item for item, it in self.kept.items.items() if it["state"] == "wrapping"}
            self.holds = {item: who for item, who in self.holds.items() if who != agent or item in wrapping}

    @rule(run=st.integers(0, 3))
    def meet_again(self, run: int) -> None:
        """Let the server be another one."""
        self.run(self.slot.meet(f"run{run}"))


def test_the_slot_agrees_with_a_plain_model(server: servers.Server, source: Source) -> None:
    """Run the machine on the real server."""
    with asyncio.Runner() as runner:
        link = runner.run(open_link(server.url))
        library = Heard(link, source)
        library.heard = set()
        runner.run(library.load())
        world = World(runner, link, library)
        machine = type("MachineHere", (Machine,), {"world": world})
        limits = settings(
            max_examples=EXAMPLES or 25,
            phases=tuple(Phase) if EXAMPLES else (Phase.reuse, Phase.generate),
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        try:
            run_machine(machine, settings=limits)
        finally:
            runner.run(link.close())
