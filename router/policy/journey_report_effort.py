"""The effort report over rows: what it took the customers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from router.policy.journey_report import By, Key, grouped
from router.policy.journey_settings import EffortWeights
from router.policy.rates import LEAST_N
from router.policy.rows import Row


class EffortGroup(Struct, frozen=True, kw_only=True):
    """The effort of one group of episodes: the counts it is made of, mean, median and p90 of E."""

    by: dict[By, str | None]
    episodes: int
    attempts: int
    switches_customer: int
    switches_company: int
    transfers: int
    escalations: int
    handoffs: int
    questions: int
    mean: float | None
    median: float | None
    p90: float | None


class EffortReport(Struct, frozen=True, kw_only=True):
    """Effort by group and over all, under these weights."""

    by: list[By]
    weights: EffortWeights
    total: EffortGroup
    groups: list[EffortGroup]


def effort_report(rows: Iterable[Row], *, weights: EffortWeights, by: Sequence[By] = ()) -> EffortReport:
    """Report what it took the customers. Under five episodes no mean, median or p90."""
    kept = list(rows)
    groups = grouped(kept, by) if by else []
    return EffortReport(
        by=list(by),
        weights=weights,
        total=_effort(kept, (), (), weights),
        groups=[_effort(group, by, key, weights) for key, group in groups],
    )


def _effort(rows: Sequence[Row], by: Sequence[By], key: Key, weights: EffortWeights) -> EffortGroup:
    efforts = sorted(row.effort(weights) for row in rows)
    told = len(efforts) >= LEAST_N
    return EffortGroup(
        by=dict(zip(by, key, strict=True)),
        episodes=len(rows),
        attempts=sum(row.attempts for row in rows),
        switches_customer=sum(row.switches_customer for row in rows),
        switches_company=sum(row.switches_company for row in rows),
        transfers=sum(row.transfers for row in rows),
        escalations=sum(row.escalations for row in rows),
        handoffs=sum(row.handoffs for row in rows),
        questions=sum(row.questions for row in rows),
        mean=sum(efforts) / len(efforts) if told else None,
        median=_nearest_rank(efforts, 50) if told else None,
        p90=_nearest_rank(efforts, 90) if told else None,
    )


def _nearest_rank(values: Sequence[float], percent: int) -> float:
    """Give the smallest of the sorted values that so many percent do not exceed."""
    return values[-(-percent * len(values) // 100) - 1]
