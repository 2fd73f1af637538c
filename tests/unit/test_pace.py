"""The pace: a burst, then so many a second, for each by themselves."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from router.policy.pace import Pace, Paces


def test_a_burst_and_then_a_pace() -> None:
    """Ten at once, the eleventh after a tenth of a second; after a rest ten again, never more."""
    pace = Pace(10, 10)
    assert [pace.allows(100) for _ in range(11)] == [True] * 10 + [False]
    assert pace.allows(100.05) is False
    assert pace.allows(100.1) is True
    assert pace.allows(100.1) is False
    assert [pace.allows(500) for _ in range(11)] == [True] * 10 + [False]


@given(st.lists(st.floats(0, 0.3), max_size=200))
def test_no_second_has_more_than_the_burst_and_what_came_due(pauses: list[float]) -> None:
    """However they come: within any span of t seconds at most burst + rate * t are let through."""
    pace, now, taken = Pace(10, 10), 0.0, []
    for pause in pauses:
        now += pause
        if pace.allows(now):
            taken.append(now)
    for first, begun in enumerate(taken):
        for last in range(first, len(taken)):
            assert last - first + 1 <= 10 + 10 * (taken[last] - begun) + 1e-4


def test_each_has_a_pace_of_their_own() -> None:
    """One who hurries slows nobody else; beyond the most all begin anew."""
    paces = Paces(1, 1, 2)
    assert [paces.allows(who, 5) for who in ("a", "a", "b", "b")] == [True, False, True, False]
    assert paces.allows("c", 5) is True
    assert paces.allows("a", 5) is True
