"""The switch report: from where to where, by whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from router.policy.journey_cells import Cells, cells_of, merged
from router.policy.journey_nouns import Switches
from router.policy.journey_report import OF, By, Key, in_order
from router.policy.journey_settings import EffortWeights
from router.policy.rows import Row

_EVER_MS = 2**62


class SwitchGroup(Struct, frozen=True, kw_only=True):
    """The switches of one group: ``matrix`` under ``from>to``, and their sums."""

    by: dict[By, str | None]
    customer: int
    company: int
    matrix: dict[str, Switches]


class SwitchReport(Struct, frozen=True, kw_only=True):
    """Who changed the channel, by group and over all; ``episodes`` were looked at."""

    by: list[By]
    episodes: int
    total: SwitchGroup
    groups: list[SwitchGroup]


def switch_report(rows: Iterable[Row], *, by: Sequence[By] = ()) -> SwitchReport:
    """Report switches. By channel they count to the channel that received them, not to the entry."""
    return switches_of(cells_of(rows, _EVER_MS, EffortWeights(), issues="issue" in by), by=by)


def switches_of(cells: Cells, *, by: Sequence[By] = ()) -> SwitchReport:
    """Report the same over cells; groups in order of their values."""
    groups: dict[Key, dict[str, list[int]]] = {}
    for cell, tally in cells.items() if by else ():
        for path, counts in tally.matrix.items():
            received = path.rpartition(">")[2]
            key = tuple([received if name == "channel" else OF[name](cell) for name in by])
            sums = groups.setdefault(key, {}).setdefault(path, [0, 0])
            sums[0] += counts[0]
            sums[1] += counts[1]
    total = merged(cells.values())
    return SwitchReport(
        by=list(by),
        episodes=total.episodes,
        total=_switches({}, total.matrix),
        groups=[
            _switches(dict(zip(by, key, strict=True)), groups[key]) for key in sorted(groups, key=in_order)
        ],
    )


def _switches(by: dict[By, str | None], sums: dict[str, list[int]]) -> SwitchGroup:
    return SwitchGroup(
        by=by,
        customer=sum(customer for customer, _ in sums.values()),
        company=sum(company for _, company in sums.values()),
        matrix={path: Switches(customer, company) for path, (customer, company) in sorted(sums.items())},
    )
