"""Rates with their uncertainty: Wilson, Kaplan-Meier with Greenwood, shrinking, ranking, service level.

A rate is never a bare percentage: it carries n and an interval, and under ``LEAST_N`` no value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

Z95 = 1.959963984540054
"""The 97.5 % quantile of the normal distribution: two-sided 95 %."""

LEAST_N = 5
"""Under so many cases a rate has an interval, but no value."""


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
    """Estimate the share without an event by ``at`` from (age, event), event False: censored at that age."""
    table: dict[float, tuple[int, int]] = {}
    for age, event in cases:
        events, censored = table.get(age, (0, 0))
        table[age] = (events + event, censored + (not event))
    return survival(table, at)


def survival(table: Mapping[float, tuple[int, int]], at: float) -> Survival:
    """Do the same from a life table, age: (events, censored), in which many cases share a line.

    At equal ages events come before censorings. S = prod (1 - d/r); Greenwood's variance
    S^2 sum d/(r (r - d)), and the interval on the log(-log S) scale (Kalbfleisch and Prentice), which
    stays in 0..1. Where S is 0 or 1 that scale has no value; the Wilson interval of the cases stands in.
    Ages and ``at`` in the same unit, any.
    """
    n = at_risk = sum(events + censored for events, censored in table.values())
    share, greenwood, total = 1.0, 0.0, 0
    for age in sorted(table):
        if age > at:
            break
        events, censored = table[age]
        if events:
            share *= 1 - events / at_risk
            total += events
            greenwood += events / (at_risk * (at_risk - events)) if events < at_risk else 0.0
        at_risk -= events + censored
    low, high = _log_log(share, greenwood, n, total)
    return Survival(share, share * math.sqrt(greenwood), low, high, n, total)


def _log_log(share: float, greenwood: float, n: int, events: int) -> tuple[float, float]:
    if not 0.0 < share < 1.0:
        return wilson(n - events if share > 0 else 0, n)
    log = math.log(share)
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
