"""Whatever comes first, twice, or at once: the same timeline, the same registers, the same overlays."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import pytest
from filing import T0, applying, recording, resting
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from router.model import ids
from router.model.change import RANKS, Change
from router.model.handle import Handle
from router.store.link import Link
from router.store.reading import Reading
from router.store.recording import Applying, Recording
from router.store.registers import Conversation, Registers
from router.store.timelines import Timelines
from router.store.workspace import Workspace

fresh = itertools.count()
"""A handle of its own for every example, so that one workspace serves them all."""

one_example_many_workspaces = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

times = st.integers(0, 6)
happenings = st.fixed_dictionaries(
    {
        "at": times,
        "sequence": st.sampled_from([0, 1, 2**32 - 1]),
        "received": times,
        "direction": st.sampled_from(["in", "out", "internal"]),
        "source": st.sampled_from(["a:1", "b:1"]),
        "to": st.sampled_from(["+1", "+2", None]),
        "channel": st.sampled_from(["sms", "social", None]),
        "want": st.booleans(),
        "ended": st.booleans(),
        "answered": st.booleans(),
        "handed": st.booleans(),
    }
)


class Parts(NamedTuple):
    """What both properties need of the store."""

    link: Link
    place: Workspace
    timelines: Timelines
    reading: Reading
    registers: Registers


@pytest.fixture
def parts(
    link: Link, place: Workspace, timelines: Timelines, reading: Reading, registers: Registers
) -> Parts:
    """Give them as one."""
    return Parts(link, place, timelines, reading, registers)


def made(place: Workspace, home: Handle, number: int, facts: dict[str, Any]) -> Recording:
    """Make one recording of what hypothesis thought of; all of one conversation."""
    known = dict(facts)
    at, received = known.pop("at"), T0 + known.pop("received")
    hid = ids.handle_id(place.hash_key, home)
    return recording(
        place, f"{home.value}-{number}", at, home=home, received=received, routed=True,
        conversation=ids.conversation_id(place.hash_key, hid, "sms", None, None),
        facts=f'"{number}"' if known["want"] else None, **known,
    )  # fmt: skip


def expected(events: Sequence[Recording]) -> dict[str, Any]:
    """Say by definition what the registers are: each the extreme over the set of events."""

    def latest(chosen: Sequence[Recording]) -> int | None:
        return max((one.occurred for one in chosen), default=None)

    def rank(one: Recording) -> tuple[int, int, int, bytes]:
        return ("internal", "out", "in").index(one.direction), one.occurred, one.sequence, one.digest

    inbound = [one for one in events if one.direction == "in"]
    wanted = [one for one in events if one.want]
    newest = max(events, key=rank)
    want = max(wanted, key=lambda one: rank(one)[1:], default=None)
    return {
        "opened": min(one.occurred for one in events),
        "last_in": latest(inbound),
        "last_out": latest([one for one in events if one.direction == "out"]),
        "answered": latest([one for one in events if one.answered]),
        "handed": latest([one for one in events if one.handed]),
        "ended": latest([one for one in events if one.ended]),
        "in_n": len(inbound),
        "want_at": want and want.occurred,
        "want_recv": want and want.received,
        "facts": want and want.facts,
        "source": newest.source,
        "to": newest.to,
        "channel": newest.channel,
    }


@one_example_many_workspaces
@given(st.lists(happenings, min_size=1, max_size=14), st.randoms(use_true_random=False), st.integers(1, 8))
async def test_the_order_of_arrival_does_not_matter(
    parts: Parts, facts: list[dict[str, Any]], chance: Any, width: int
) -> None:
    """Any shuffle, with replays, in batches at once: order and registers are those of the set."""
    link, place, timelines, _, registers = parts
    home = Handle("acct", f"o{next(fresh)}")
    events = [made(place, home, i, one) for i, one in enumerate(facts)]
    arriving = events + chance.choices(events, k=len(events) // 2)
    chance.shuffle(arriving)
    for start in range(0, len(arriving), width):
        done = await asyncio.gather(*(timelines.record(one) for one in arriving[start : start + width]))
        assert all(one.marked for one in done if one.want_rev)
    in_order = sorted(events, key=lambda one: (one.occurred, one.sequence, one.received, one.digest))
    assert await resting(link, place, events[0].hid) == [one.packed() for one in in_order]
    talk = await registers.conversation(events[0].conversation)
    assert talk
    definition = expected(events)
    assert {name: getattr(talk, name) for name in definition} == definition
    assert talk.live == is_live(definition)
    again = await timelines.record(events[0])
    assert again.dup
    if again.marked:
        carried = ("want_at", "want_recv", "last_in", "last_out", "ended", "in_n", "facts")
        assert {name: getattr(again, name) for name in carried} == {
            name: definition[name] for name in carried
        }
        assert again.live == talk.live


def is_live(registers: dict[str, Any]) -> bool:
    """Say by definition whether somebody waits."""
    want, ended = registers["want_at"], registers["ended"]
    return want is not None and (ended is None or want > ended)


words = st.sampled_from(["", "a", "b", "ß", "👍"])
changes = st.one_of(
    st.sampled_from(list(RANKS)).map(lambda name: Change("status", rank=RANKS[name], status=name)),
    words.map(lambda text: Change("edit", text=text)),
    st.just(Change("delete")),
    st.tuples(st.sampled_from(["reaction", "reaction_removed"]), words, words).map(
        lambda parts: Change(parts[0], who=parts[1], emoji=parts[2])
    ),
)


class Shown(msgspec.Struct):
    """What an overlay may add to an entry."""

    status: str | None = None
    edited: str | None = None
    deleted: bool = False
    reactions: list[str] = []


def replayed(applied: Sequence[Applying]) -> Shown:
    """Say what is shown by going through the changes in the order they were made."""
    shown, rank = Shown(), 0
    reactions: dict[str | None, str | None] = {}
    for one in sorted(applied, key=lambda one: (one.occurred, one.sequence, one.event)):
        change = one.change
        if change.what == "status" and change.rank > rank:
            rank, shown.status = change.rank, change.status
        elif change.what == "edit":
            shown.edited = change.text
        elif change.what == "delete":
            shown.deleted = True
        elif change.what.startswith("reaction"):
            reactions.pop(change.who, None)
            reactions[change.who] = change.emoji if change.what == "reaction" else None
    shown.reactions = [emoji for emoji in reactions.values() if emoji]
    return shown


@one_example_many_workspaces
@given(
    st.lists(st.tuples(changes, times, st.integers(0, 2)), max_size=14),
    st.randoms(use_true_random=False),
    st.booleans(),
)
async def test_an_overlay_is_what_replaying_would_show(
    parts: Parts, said: list[tuple[Change, int, int]], chance: Any, first: bool
) -> None:
    """Merged in any order, with replays, before or after the entry: as if they had come in order."""
    _, place, timelines, reading, _ = parts
    home = Handle("acct", f"v{next(fresh)}")
    entry = recording(place, f"{home.value}-t", home=home)
    applied = [
        applying(
            place,
            f"{home.value}-{i}",
            f"{home.value}-t",
            change,
            at,
            sequence=sequence,
            hid=entry.hid,
            handle=home,
        )
        for i, (change, at, sequence) in enumerate(said)
    ]
    arriving = applied + chance.choices(applied, k=len(applied) // 2) if applied else []
    chance.shuffle(arriving)
    calls = [timelines.record(entry), asyncio.gather(*(timelines.apply(one) for one in arriving))]
    for call in calls if first else reversed(calls):
        await call
    (_, (whole,)), (newest,) = await reading.whole([entry.hid]), await reading.newest([entry.hid], 1)
    assert whole == newest
    assert msgspec.json.decode(whole.json, type=Shown) == replayed(applied)


def test_every_register_is_compared() -> None:
    """A register that is added must be defined here too."""
    apart = {"id", "hid", "label", "thread", "rev", "want_rev"}
    home = Handle("acct", "x")
    place = Workspace("x", b"k" * 32)
    defined = expected([recording(place, "x", home=home)])
    assert set(Conversation.__struct_fields__) == apart | set(defined)
