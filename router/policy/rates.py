"""Rates with their uncertainty: Wilson, Kaplan-Meier with Greenwood.

A rate is never a bare percentage: it carries n and an interval, and under ``LEAST_N`` no value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

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


def repeat_share(contacts: int, episodes: int) -> float | None:
    """Give the share of contacts that are repeats: (contacts - episodes) / contacts; None without any."""
    return (contacts - episodes) / contacts if contacts else None
