"""The switch report over rows: from where to where, by whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from router.policy.journey_nouns import Switches
from router.policy.journey_report import OF, By, Key, in_order
from router.policy.rows import Row

Part = tuple[Row, str, tuple[int, int]]
"""Of an episode: one key of its matrix, and how often by the customer and by the company."""


class SwitchGroup(Struct, frozen=True, kw_only=True):
    """The switches of one group: ``matrix`` under ``from>to``, and their sums."""

    by: dict[By, str | None]
    episodes: int
    customer: int
    company: int
    matrix: dict[str, Switches]


class SwitchReport(Struct, frozen=True, kw_only=True):
    """Who changed the channel, by group and over all."""

    by: list[By]
    total: SwitchGroup
    groups: list[SwitchGroup]


def switch_report(rows: Iterable[Row], *, by: Sequence[By] = ()) -> SwitchReport:
    """Report switches. By channel they count to the channel that received them, not to the entry."""
    kept = list(rows)
    groups: dict[Key, list[Part]] = {}
    for row in kept:
        for key, counts in row.matrix.items():
            received = key.rpartition(">")[2]
            group = tuple([received if name == "channel" else OF[name](row) for name in by])
            groups.setdefault(group, []).append((row, key, counts))
    found = sorted(groups.items(), key=lambda item: in_order(item[0]))
    everything = [part for parts in groups.values() for part in parts]
    return SwitchReport(
        by=list(by),
        total=_switches((), (), everything, len(kept)),
        groups=[_switches(by, key, parts, _episodes(parts)) for key, parts in found] if by else [],
    )


def _episodes(parts: Sequence[Part]) -> int:
    return len({id(row) for row, _, _ in parts})


def _switches(by: Sequence[By], key: Key, parts: Sequence[Part], episodes: int) -> SwitchGroup:
    sums: dict[str, list[int]] = {}
    for _, path, (customer, company) in parts:
        sum_ = sums.setdefault(path, [0, 0])
        sum_[0] += customer
        sum_[1] += company
    return SwitchGroup(
        by=dict(zip(by, key, strict=True)),
        episodes=episodes,
        customer=sum(customer for customer, _ in sums.values()),
        company=sum(company for _, company in sums.values()),
        matrix={path: Switches(customer, company) for path, (customer, company) in sorted(sums.items())},
    )
