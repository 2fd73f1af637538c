"""The past: what happened in two weeks, and densely in the last hour, before the demo began."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from msgspec.structs import replace

from router.demo.addresses import all_of, way
from router.demo.story import DAY, HOUR, Move, Stories, Story
from router.model.event import Event

SEED = 1815
DAYS = 14
PER_DAY = 36
LAST_HOUR = 90
AGENTS = ("grace", "katherine", "emmy", "mary", "sofia", "ada")
DESK, SHOP = "desk:demo", "shop:demo"


def past(as_of: float) -> list[Event]:
    """Give every event up to ``as_of`` (unix seconds), oldest first. The same moment gives the same past."""
    stories, rng = Stories(SEED), Random(SEED)  # noqa: S311 - the same past each time is the point
    begins = sorted(_begins(rng))
    told = [Past(stories.tell(), number, as_of - before) for number, before in enumerate(begins)]
    events = [event for one in told for event in one.events()]
    limit = datetime.fromtimestamp(as_of, UTC)
    found = [event for event in events if event.occurred_at and event.occurred_at < limit]
    return sorted(found, key=lambda event: event.occurred_at or limit)


def _begins(rng: Random) -> Iterator[float]:
    """Say how many seconds ago each story began: by day more than by night, and a full last hour."""
    for _ in range(DAYS * PER_DAY):
        day = rng.randrange(DAYS)
        yield HOUR + day * DAY + abs(rng.gauss(0, 0.22)) * DAY
    for _ in range(LAST_HOUR):
        yield rng.uniform(120, HOUR)


class Past:
    """One story that is over, as the events it left."""

    def __init__(self, story: Story, number: int, begin: float) -> None:
        self._story, self._number = story, number
        self._at = datetime.fromtimestamp(round(begin), UTC)
        self._agent = AGENTS[number % len(AGENTS)]
        self._queue = (
            "vip" if story.person.vip else "billing" if story.matter.topic == "invoice" else "support"
        )
        self._count = 0

    def events(self) -> Iterator[Event]:
        """Tell what happened, in order."""
        if self._story.several:
            yield self._signed_in()
        for move in self._story.moves:
            self._at += timedelta(seconds=round(move.after_s))
            yield from self._told(move)

    def _told(self, move: Move) -> Iterator[Event]:
        if move.what == "message":
            yield self._event(move, kind="message", direction="in", author="customer", text=move.text)
        elif move.what == "reply":
            yield self._event(
                move, kind="message", direction="out", author="agent", text=move.text, agent=self._agent
            )
        elif move.what == "transfer":
            yield self._event(
                move, source=DESK, kind="transfer", direction="internal", author="agent", agent=self._agent
            )
        elif move.what == "done":
            yield self._event(
                move,
                source=DESK,
                kind="disposition",
                direction="internal",
                author="agent",
                agent=self._agent,
                outcome=move.outcome,
            )
        else:
            yield from self._call(move)

    def _call(self, move: Move) -> Iterator[Event]:
        """Tell a call: it rings, perhaps somebody answers, it ends."""
        thread, out = f"CA{self._number:06d}{self._count:02d}", move.what == "ring_back"
        direction = "out" if out else "in"
        author = "agent" if out else "customer"
        first = self._event(
            move,
            kind="call",
            direction=direction,
            author=author,
            status="offered",
            thread=thread,
            text=move.text,
        )
        yield first
        ring = timedelta(seconds=8)
        if move.what != "abandon":
            answered = self._event(
                move,
                kind="call",
                direction=direction,
                author="agent",
                status="answered",
                thread=thread,
                agent=self._agent,
            )
            yield _later(answered, ring)
        ended = self._event(
            move,
            kind="call",
            direction=direction,
            author=author,
            status="ended",
            thread=thread,
            duration_s=move.talk_s,
        )
        yield _later(ended, ring + timedelta(seconds=round(move.talk_s)))

    def _signed_in(self) -> Event:
        """Tell that the shop saw all addresses of the person at once: the evidence that makes them one."""
        first, *others = all_of(self._story.person)
        return Event(
            id=f"login-{self._number}",
            source=SHOP,
            kind="generic",
            author="system",
            occurred_at=self._at,
            customer=first,
            also=others,
            text="signed in",
        )

    def _event(self, move: Move, *, source: str = "", **fields: Any) -> Event:
        path = way(self._story.person, move.label, self._story.matter.topic)
        self._count += 1
        return Event(
            id=f"past-{self._number}-{self._count}",
            source=source or f"{path.channel}:demo",
            channel=path.channel,
            medium=path.medium,
            occurred_at=self._at,
            customer=path.customer,
            to=path.to,
            issue=self._story.issue,
            topic=self._story.matter.topic,
            queue=self._queue,
            **fields,
        )


def _later(event: Event, by: timedelta) -> Event:
    return replace(event, occurred_at=event.occurred_at + by if event.occurred_at else None)
