"""What every registered adapter promises of many things in one request, of huge ones, and of unknown ones.

Where the things of a request lie is found in its samples: an array of objects without which nothing is read.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

import captured
import msgspec
import pytest
from conforming import NAMES, SAMPLES, decoded, every, holds, places, posted, put, read, sampled

from channels.registry import PROVIDERS
from router.model.event import Event
from router.ports import Request

Batch = tuple[str, dict[str, Any], tuple[Any, ...], list[Any]]

OF_TOMORROW = "of_tomorrow"
BAD: tuple[object, ...] = (None, 7, "x", [], {}, {"id": []}, {"type": OF_TOMORROW})
PARTS = {"new_reaction", "old_reaction", "members"}  # arrays of one happening, which is read as a whole
NUMBERED = {"standardwebhooks"}  # its entries have no ids of their own, so their place tells them apart
KINDS = {"type", "event", "kind", "eventtype", "event_type", "recordtype", "status", "subtype", "object"}
HUGE = "é" * 400_000
MOST_SECONDS = 5.0  # of the processor; it takes some milliseconds; quadratic work takes minutes
FORM = "application/x-www-form-urlencoded"


def batches() -> Iterator[Batch]:
    """Find the arrays of all samples whose entries are things of their own."""
    for name, sample in SAMPLES:
        whole = decoded(sample)
        if not isinstance(whole, dict | list) or not read(name, sample, posted(sample, whole)):
            continue
        for path, there in places(whole):
            entries = isinstance(there, list) and there and all(isinstance(one, dict) for one in there)
            if (
                entries
                and not PARTS & set(path)
                and not read(name, sample, posted(sample, put(whole, path, [])))
            ):
                yield name, sample, path, there


BATCHES = list(batches())
batched = pytest.mark.parametrize(
    ("name", "sample", "path", "entries"),
    BATCHES,
    ids=[f"{name}-{sample['name']}-{'.'.join(map(str, path))}" for name, sample, path, _ in BATCHES],
)


def said(name: str, events: Sequence[Event] | None) -> list[bytes]:
    """Write events to compare them in any order."""
    assert events is not None
    if name in NUMBERED:
        events = [msgspec.structs.replace(event, id="x", provider_event_id=None) for event in events]
    return sorted(msgspec.json.encode(event) for event in events)


def of_tomorrow(entry: Any) -> Any:
    """Give an entry of a kind that the provider will invent, with ids of its own."""
    for path, there in places(entry):
        names = [str(step).lower() for step in path]
        if isinstance(there, str) and (names[-1] in KINDS or any("id" in name for name in names)):
            entry = put(entry, path, OF_TOMORROW)
    return entry


def test_batches_are_found() -> None:
    """The tests here live on it."""
    assert {"cloudevents", "line", "matrix", "meta", "sendgrid", "standardwebhooks"} <= {
        one[0] for one in BATCHES
    }


@batched
def test_one_bad_entry_loses_no_other(
    name: str, sample: dict[str, Any], path: tuple[Any, ...], entries: list[Any]
) -> None:
    """Before them or behind, whatever it is: the others are read as they were, and the request is taken."""
    whole = decoded(sample)
    good = said(name, read(name, sample, posted(sample, whole)))
    for bad in (*BAD, of_tomorrow(entries[0])):
        for many in ([bad, *entries], [*entries, bad]):
            request = posted(sample, put(whole, path, many))
            events = read(name, sample, request)
            left = said(name, events)
            assert [one for one in good if one not in left] == []
            holds(events)
            answer = PROVIDERS[name][1].answer(request, captured.account(name, sample), events or [])
            assert 200 <= answer.status < 300


@batched
def test_the_order_of_entries_changes_nothing(
    name: str, sample: dict[str, Any], path: tuple[Any, ...], entries: list[Any]
) -> None:
    """Reversed, or each twice: the same events, by the same ids."""
    whole = decoded(sample)
    good = said(name, read(name, sample, posted(sample, whole)))
    assert said(name, read(name, sample, posted(sample, put(whole, path, entries[::-1])))) == good
    twice = said(name, read(name, sample, posted(sample, put(whole, path, entries + entries))))
    assert sorted(set(twice)) == sorted(set(good))


@every
def test_the_order_of_requests_changes_nothing(name: str) -> None:
    """An adapter keeps nothing in mind: each request reads the same, whatever came before it."""
    mine = [sample for one, sample in SAMPLES if one == name]
    inorder = {sample["name"]: read(name, sample, captured.request(sample)) for sample in mine}
    shuffled = mine * 2
    random.Random(name).shuffle(shuffled)  # noqa: S311 - an order, no secret
    for sample in shuffled:
        assert read(name, sample, captured.request(sample)) == inorder[sample["name"]]


def words_changed(sample: dict[str, Any]) -> Iterator[Request]:
    """Give the request of a sample that is a form with each of its words in its turn unknown."""
    pairs = parse_qsl(captured.body(sample).decode("utf-8", "replace"), keep_blank_values=True)
    for at, (name, _) in enumerate(pairs):
        changed = [*pairs[:at], (name, OF_TOMORROW), *pairs[at + 1 :]]
        yield captured.request(sample, body=urlencode(changed).encode())


@sampled([(name, sample) for name, sample in SAMPLES if FORM in str(sample["headers"])])
def test_what_nobody_knows_yet_breaks_nothing(name: str, sample: dict[str, Any]) -> None:
    """Any word of a form may be a new one: sound events, or a refusal; for JSON see ``test_mangled``."""
    for request in words_changed(sample):
        events = read(name, sample, request)
        if events is not None:
            holds(events)
            answer = PROVIDERS[name][1].answer(request, captured.account(name, sample), events)
            assert 200 <= answer.status < 300


@pytest.mark.parametrize("name", NAMES)
def test_a_huge_word_is_kept_within_bounds(name: str) -> None:
    """Wherever it stands in the longest sample: sound events or a refusal, in time."""
    sample = max(
        (sample for one, sample in SAMPLES if one == name), key=lambda sample: len(captured.body(sample))
    )
    whole = decoded(sample)
    texts = [path for path, there in places(whole) if isinstance(there, str)]
    for path in texts[:: max(1, len(texts) // 8)]:
        begun = time.process_time()
        holds(read(name, sample, posted(sample, put(whole, path, HUGE))) or [])
        assert time.process_time() - begun < MOST_SECONDS
