"""Rates against published values, and what must hold of any of them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.policy import rates

DAYS = [
    (1, True),
    (2, False),
    (3, True),
    (3, False),
    (5, False),
    (6, True),
    (8, False),
    (9, False),
    (10, False),
]
CASES = [*[(float(age), event) for age, event in DAYS], (12.0, False)]


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (8, 10, 0.4902, 0.9433),
        (0, 5, 0, 0.4345),
        (5, 5, 0.5655, 1),
        (37, 50, 0.6045, 0.8413),
        (140, 200, 0.6332, 0.7593),
    ],
)
def test_wilson(k: int, n: int, low: float, high: float) -> None:
    """The 95 % score interval, to four digits."""
    assert rates.wilson(k, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 500), st.data())
def test_wilson_holds_the_share(n: int, data: st.DataObject) -> None:
    """The share lies inside, the interval inside 0..1, and what is turned round is mirrored."""
    k = data.draw(st.integers(0, n))
    low, high = rates.wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1
    assert rates.wilson(n - k, n) == pytest.approx((1 - high, 1 - low))


def test_few_cases_have_an_interval_but_no_value() -> None:
    """Under five nobody may read a percentage."""
    assert (rates.rate(4, 4).value, rates.rate(4, 5).value) == (None, 0.8)
    assert (rates.rate(0, 0).low, rates.rate(0, 0).high) == (0, 1)


def test_kaplan_meier_with_greenwood() -> None:
    """The check vector: S(7) = .9 · 7/8 · 4/5 and its standard error."""
    found = rates.kaplan_meier(CASES, 7)
    assert found.value == pytest.approx(0.63)
    assert found.se == pytest.approx(0.17704, abs=5e-6)
    assert (found.n, found.events) == (10, 3)
    assert 0 < found.low < 0.63 < found.high < 1


def test_kaplan_meier_without_censoring_is_the_share() -> None:
    """And where nobody or everybody returned, the interval is Wilson's."""
    cases = [(1.0, True)] * 3 + [(9.0, False)] * 7
    assert rates.kaplan_meier(cases, 7).value == pytest.approx(0.7)
    nobody, everybody = (rates.kaplan_meier([(2.0, event)] * 5, 7) for event in (False, True))
    assert (nobody.value, nobody.low, nobody.high) == pytest.approx((1, 0.5655, 1), abs=5e-5)
    assert (everybody.value, everybody.low, everybody.high) == pytest.approx((0, 0, 0.4345), abs=5e-5)
    assert rates.kaplan_meier([], 7).n == 0


@given(st.lists(st.tuples(st.integers(0, 20).map(float), st.booleans()), max_size=30), st.integers(0, 20))
def test_kaplan_meier_falls_and_ignores_order(cases: list[tuple[float, bool]], at: int) -> None:
    """S never rises with age, does not depend on the order, and lies in its interval."""
    found = rates.kaplan_meier(cases, at)
    assert found == rates.kaplan_meier(cases[::-1], at)
    assert rates.kaplan_meier(cases, at + 1).value <= found.value
    assert found.low <= found.value + 1e-12
    assert found.high >= found.value - 1e-12
    assert math.isfinite(found.se)


def test_the_live_rate_is_not_fooled_by_young_cases() -> None:
    """With a true 75 % the naive rate of the last days reads far too high; Kaplan-Meier does not."""
    returns = [0.5 + 6.0 * number / 25 for number in range(25)]  # a quarter returns, spread over six days
    cases = []
    for age in range(1, 15):  # a cohort a day, a hundred each, seen at its age
        cases += [(back, True) if back <= age else (float(age), False) for back in returns]
        cases += [(float(age), False)] * 75
    naive = sum(not event for _, event in cases) / len(cases)
    assert naive > 0.79
    assert rates.kaplan_meier(cases, 7).value == pytest.approx(0.75, abs=0.01)


def test_the_repeat_share_of_contacts() -> None:
    """Ten contacts of eight episodes: a fifth are repeats."""
    assert rates.repeat_share(10, 8) == pytest.approx(0.2)
    assert rates.repeat_share(0, 0) is None
