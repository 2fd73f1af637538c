"""The effort report: what it took the customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from router.policy.journey_cells import Cells, Tally, cells_of, merged
from router.policy.journey_report import By, grouped
from router.policy.journey_settings import EffortWeights
from router.policy.rates import LEAST_N
from router.policy.rows import Row

_EVER_MS = 2**62


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
    """Report what it took the customers, in attempts beyond the first. Under five episodes no value."""
    return effort_of(cells_of(rows, _EVER_MS, weights, issues="issue" in by), weights=weights, by=by)


def effort_of(cells: Cells, *, weights: EffortWeights, by: Sequence[By] = ()) -> EffortReport:
    """Report the same over cells that were summed under these weights."""
    return EffortReport(
        by=list(by),
        weights=weights,
        total=_effort(merged(cells.values()), {}),
        groups=[
            _effort(merged(tally for _, tally in group), dict(zip(by, key, strict=True)))
            for key, group in grouped(cells, by)
        ],
    )


def _effort(tally: Tally, by: dict[By, str | None]) -> EffortGroup:
    told = tally.episodes >= LEAST_N
    total = sum(hundredths * episodes for hundredths, episodes in tally.efforts.items())
    return EffortGroup(
        by=by,
        episodes=tally.episodes,
        attempts=tally.attempts,
        switches_customer=sum(customer for customer, _ in tally.matrix.values()),
        switches_company=sum(company for _, company in tally.matrix.values()),
        transfers=tally.transfers,
        escalations=tally.escalations,
        handoffs=tally.handoffs,
        questions=tally.questions,
        mean=total / tally.episodes / 100 if told else None,
        median=_nearest_rank(tally.efforts, 50) if told else None,
        p90=_nearest_rank(tally.efforts, 90) if told else None,
    )


def _nearest_rank(efforts: Mapping[int, int], percent: int) -> float:
    """Give the smallest effort that so many percent of the episodes do not exceed."""
    rank = -(-percent * sum(efforts.values()) // 100)
    below = 0
    for hundredths in sorted(efforts):
        below += efforts[hundredths]
        if below >= rank:
            return hundredths / 100
    return 0.0
