"""What was folded of the same versions is given again, and never of others."""

from __future__ import annotations

import pytest
from filing import arrival

from router.flow.fold import KEPT_S, Folds
from router.policy.journey_settings import JourneySettings
from router.store.reading import Reading
from router.store.recording import Recording
from router.store.timelines import Timelines
from router.store.views import Views
from router.store.workspace import Workspace


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.s = 2_000_000_000.0

    def __call__(self) -> float:
        """Give the time in unix seconds."""
        return self.s


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands still."""
    return Clock()


@pytest.fixture
def folds(views: Views, reading: Reading, clock: Clock) -> Folds:
    """Give the folds of this test's workspace."""
    return Folds(views, reading, JourneySettings(), clock)


def event(place: Workspace, name: str, at: int) -> Recording:
    """Make a message as it is kept."""
    one = arrival(place, name, at)
    json = b'{"event":"evt_%s","home":"%s","id":"%s","source":"s","channel":"sms","kind":"message",' % (
        name.encode(), one.hid.encode(), name.encode(),
    )  # fmt: skip
    times = b'"occurred_at":"2026-03-02T09:00:%02dZ","received_at":"2026-03-02T09:00:%02dZ"' % (at, at)
    return arrival(place, name, at, entry=json + b'"direction":"in","author":"customer",' + times + b"}")


async def test_the_same_versions_are_folded_once(
    folds: Folds, views: Views, timelines: Timelines, place: Workspace, clock: Clock
) -> None:
    """Nothing changed: the same journey, for a while."""
    kept = await timelines.record(one := event(place, "one", 1))
    view = await views.get(one.hid)
    first = await folds.current(view, {one.hid: kept.handle_rev or 0})
    assert first.answer.attempts == 1
    assert await folds.current(view, {one.hid: kept.handle_rev or 0}) is first
    clock.s += KEPT_S + 1
    assert await folds.current(view, {one.hid: kept.handle_rev or 0}) is not first


async def test_an_event_is_in_the_next_fold(
    folds: Folds, views: Views, timelines: Timelines, place: Workspace
) -> None:
    """A greater revision is read at once, and an older one does not bring the old journey back."""
    kept = await timelines.record(one := event(place, "one", 1))
    view = await views.get(one.hid)
    first = await folds.current(view, {one.hid: kept.handle_rev or 0})
    again = await timelines.record(event(place, "two", 2))
    second = await folds.current(view, {one.hid: again.handle_rev or 0})
    assert second is not first
    assert await folds.current(view, {one.hid: kept.handle_rev or 0}) is not first
