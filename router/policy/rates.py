"""Rates with their uncertainty: Wilson, Kaplan-Meier with Greenwood, shrinking, ranking, service level.

A rate is never a bare percentage: it carries n and an interval, and under ``LEAST_N`` no value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

Z95 = 1.959963984540054
"""The 97.5 % quantile of the normal distribution: two-sided 95 %."""

LEAST_N = 5
"""Under so many cases a rate has an interval, but no value."""

DAY_MS = 86_400_000


class Rate(Struct, frozen=True):
    """A share of ``n`` cases: ``value`` in 0..1 (None under five), 95 % interval."""

    value: float | None
    low: float
    high: float
    n: int


class Survival(Struct, frozen=True):
    """S at the end of the window: the share not back by then; ``se`` by Greenwood, 95 % interval."""

    value: float
    se: float
    low: float
    high: float
    n: int
    events: int


def wilson(k: int, n: int) -> tuple[float, float]:
    """Give the 95 % score interval of k in n. Wilson, J. Am. Stat. Assoc. 22 (1927). n = 0: all of 0..1."""
    if n == 0:
        return (0.0, 1.0)
    z2 = Z95 * Z95
    middle = (k + z2 / 2) / (n + z2)
    half = Z95 / (n + z2) * math.sqrt(k * (n - k) / n + z2 / 4)
    return (max(0.0, middle - half) if k else 0.0, min(1.0, middle + half) if k < n else 1.0)


def rate(k: int, n: int) -> Rate:
    """Give k in n as a rate with its Wilson interval."""
    low, high = wilson(k, n)
    return Rate(k / n if n >= LEAST_N else None, low, high, n)


def kaplan_meier(cases: Iterable[tuple[float, bool]], at: float) -> Survival:
    """Estimate the share without an event by ``at`` from (age, event), event False: censored at that age.

    At equal ages events come before censorings. S = prod (1 - d/r); Greenwood's variance
    S^2 sum d/(r (r - d)), and the interval on the log(-log S) scale (Kalbfleisch and Prentice), which
    stays in 0..1. Where S is 0 or 1 that scale has no value; the Wilson interval of the cases stands in.
    Ages and ``at`` in the same unit, any.
    """
    ordered = sorted(cases, key=lambda case: (case[0], not case[1]))
    n = at_risk = len(ordered)
    survival, greenwood, events, index = 1.0, 0.0, 0, 0
    while index < n and ordered[index][0] <= at:
        age = ordered[index][0]
        deaths = leaving = 0
        while index < n and ordered[index][0] == age:
            deaths += ordered[index][1]
            leaving += 1
            index += 1
        if deaths:
            survival *= 1 - deaths / at_risk
            events += deaths
            greenwood += deaths / (at_risk * (at_risk - deaths)) if deaths < at_risk else 0.0
        at_risk -= leaving
    se = survival * math.sqrt(greenwood)
    low, high = _log_log(survival, greenwood, n, events)
    return Survival(survival, se, low, high, n, events)


def _log_log(survival: float, greenwood: float, n: int, events: int) -> tuple[float, float]:
    if not 0.0 < survival < 1.0:
        return wilson(n - events if survival > 0 else 0, n)
    log = math.log(survival)
    width = math.exp(Z95 * math.sqrt(greenwood) / -log)
    return (math.exp(log * width), math.exp(log / width))


def quantile(cases: Sequence[tuple[float, bool]], share: float) -> float | None:
    """Give the age by which ``share`` had the event (0.5: the median), None where too many are censored.

    By Kaplan-Meier, so what has not happened yet counts as long as it has been waited for.
    """
    ordered = sorted(cases, key=lambda case: (case[0], not case[1]))
    survival, at_risk = 1.0, len(ordered)
    for age, event in ordered:
        if event:
            survival *= 1 - 1 / at_risk
            if survival <= 1 - share + 1e-12:
                return age
        at_risk -= 1
    return None


def shrunk(k: int, n: int, overall: float, weight: float) -> float:
    """Pull a small group's share towards the overall one: (k + m p0) / (n + m), for ranking."""
    return (k + weight * overall) / (n + weight)


def apart(one: Rate, other: Rate) -> bool:
    """Tell whether two rates may be ranked: their intervals do not overlap."""
    return one.low > other.high or other.low > one.high


def repeat_share(contacts: int, episodes: int) -> float | None:
    """Give the share of contacts that are repeats: (contacts - episodes) / contacts; None without any."""
    return (contacts - episodes) / contacts if contacts else None


def reach(since_ms: Iterable[tuple[int, int | None]], as_of_ms: int, within_ms: int) -> Rate:
    """Give the closed loop: how many of (asked, contacted or None) were contacted within T, in milliseconds.

    Counted are those older than T, and those contacted already: the young ones are still on time.
    """
    k = n = 0
    for asked_ms, contacted_ms in since_ms:
        done = contacted_ms is not None and contacted_ms <= as_of_ms
        if done or as_of_ms - asked_ms > within_ms:
            n += 1
            k += done and contacted_ms is not None and contacted_ms - asked_ms <= within_ms
    return rate(k, n)


def service_level(
    variant: Literal["SL1", "SL2", "SL3", "SL4"],
    *,
    in_time: int,
    answered: int,
    offered: int,
    abandoned_in_time: int,
) -> float | None:
    """Give the share answered in time T, by the name of its variant; None where nothing counts.

    SL1 over all offered; SL2 over all but those who left within T; SL3 counts those as served;
    SL4 over the answered only, which hides who gave up.
    """
    above = in_time + abandoned_in_time if variant == "SL3" else in_time
    below = {"SL1": offered, "SL2": offered - abandoned_in_time, "SL3": offered, "SL4": answered}[variant]
    return above / below if below else None
