"""What must hold for any timeline: order, repetition and noise change nothing; sums agree."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json, structs
from timelines import LABELS, T0, timelines

from router.policy.journey import answer_line, fold
from router.policy.journey_nouns import Answer, JourneyEvent
from router.policy.journey_order import Merged
from router.policy.journey_settings import DAY_MS, JourneySettings

SETTINGS = JourneySettings()
CASES = Path(os.environ.get("ROUTER_CASES", "/nonexistent"))


def read(events: list[JourneyEvent], days: float = 7, later: float = 40) -> Answer:
    """Fold a drawn timeline some days after its last event."""
    as_of_ms = max([T0, *(event.at_ms for event in events)]) + round(later * DAY_MS)
    return fold(events, as_of_ms=as_of_ms, window_ms=round(days * DAY_MS), settings=SETTINGS).answer


@given(timelines(), st.randoms(use_true_random=False))
def test_order_and_repetition_of_the_input_change_nothing(events: list[JourneyEvent], chance: Any) -> None:
    """R1: shuffled and doubled, it is the same timeline."""
    doubled = [*events, *chance.sample(events, len(events) // 2)]
    chance.shuffle(doubled)
    assert read(doubled) == read(events)


@given(timelines(), st.data())
def test_noise_changes_nothing(events: list[JourneyEvent], data: st.DataObject) -> None:
    """Receipts, typing, notes, acknowledgements and automatic mail are no journey events."""
    noise = []
    for number, event in enumerate(events):
        kind = data.draw(st.sampled_from(("status", "typing", "note", "read", "reaction", "message")))
        flag = data.draw(st.sampled_from(("ack", "auto", "spam")))
        more: dict[str, Any] = {flag: True} if kind == "message" else {}
        noise.append(
            JourneyEvent(
                at_ms=event.at_ms + 1,
                kind=kind,
                label=data.draw(st.sampled_from(LABELS)),
                direction="in",
                customer=event.customer,
                id=f"n{number}",
                issues=("A",),
                **more,
            )
        )
    assert read([*events, *noise]) == read(events)


@given(timelines())
def test_totals_agree_with_the_episodes(events: list[JourneyEvent]) -> None:
    """Switches add up, the matrix sums to them, no switch leads from a channel to itself."""
    found = read(events)
    assert found.episodes == len(found.by_episode) == len(found.fcr_by_episode)
    for who in ("customer", "company"):
        total = getattr(found, f"switches_{who}")
        assert total == sum(getattr(counts, who) for counts in found.matrix.values())
        assert total == sum(getattr(episode, f"switches_{who}") for episode in found.by_episode)
    assert all(path.split(">")[0] != path.split(">")[1] for path in found.matrix)
    assert max((one.contacts for one in found.by_episode), default=0) <= found.contacts
    assert found.contacts <= sum(one.contacts for one in found.by_episode)


@given(timelines())
def test_a_settled_episode_has_a_consistent_answer(events: list[JourneyEvent]) -> None:
    """What the fields say of each other: one-touch and contained are FCR and more; siloed is not less."""
    for one in read(events).by_episode:
        assert one.one_touch is not True or one.fcr is True
        assert one.contained is not True or one.fcr is True
        assert one.fcr is not True or one.fcr_single_channel is True
        assert (one.contacts == 0) == (one.reason == "unserved")
        assert (one.final_at is not None) == (one.reason == "window_open")
        assert one.provisional == (one.reason in ("awaiting_company", "pending", "window_open"))
        assert one.provisional <= (one.fcr is None)


@given(timelines(), st.sampled_from((1, 3, 7, 30)))
def test_a_wider_window_never_makes_more_episodes(events: list[JourneyEvent], days: int) -> None:
    """Without wrap-ups and surveys what was one matter within W is one within 2 W."""
    plain = [event for event in events if event.kind in ("call", "abandon") and not event.dropped]
    assert read(plain, days * 2).episodes <= read(plain, days).episodes


@given(timelines())
def test_customers_do_not_touch_each_other(events: list[JourneyEvent]) -> None:
    """Two people who were never merged are folded as if each were alone."""
    apart = [event for event in events if event.kind != "identity_merge"]
    merges = [event for event in apart if event.kind == "merge"]
    both = read(apart)
    alone = [
        read([*(event for event in apart if event.customer == who and event.kind != "merge"), *merges])
        for who in ("c1", "c2")
    ]
    assert both.attempts == sum(one.attempts for one in alone)
    assert both.contacts == sum(one.contacts for one in alone)
    assert both.episodes == sum(one.episodes for one in alone)


@given(st.lists(st.tuples(st.sampled_from("ABCDE"), st.sampled_from("ABCDE")), max_size=8))
def test_merged_names_form_classes(pairs: list[tuple[str, str]]) -> None:
    """R2: joined names have one name, which is its own; others keep theirs."""
    merged = Merged(pairs)
    assert all(merged.of(old) == merged.of(new) for old, new in pairs)
    assert all(merged.of(merged.of(name)) == merged.of(name) for name in "ABCDE")
    named = {name for pair in pairs for name in pair}
    assert all(merged.of(name) == name for name in set("ABCDE") - named)


@given(timelines())
def test_folding_anew_is_folding_once(events: list[JourneyEvent]) -> None:
    """A view folded after each event ends where one fold of everything ends."""
    for known in range(1, len(events) + 1):
        last = read(events[:known])
    assert last == read([structs.replace(event) for event in events])


@pytest.mark.skipif(not CASES.is_dir(), reason="ROUTER_CASES does not point to the worked cases")
@pytest.mark.parametrize("name", ["journeys.json", "journeys_random.json"])
def test_the_worked_cases(name: str) -> None:
    """Every field of every worked case."""
    cases = json.decode((CASES / name).read_bytes())
    answers = [json.decode(answer_line(json.encode(case)))["answer"] for case in cases]
    wrong = [case["name"] for case, found in zip(cases, answers, strict=True) if found != case["full"]]
    assert wrong == []
    assert len(cases) >= 60
