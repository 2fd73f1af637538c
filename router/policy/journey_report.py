"""The FCR report: gross and net, final and live, as of any moment and without a timer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from router.policy.journey_cells import Cell, Cells, Tally, cells_of, merged
from router.policy.journey_settings import EffortWeights
from router.policy.journey_time import at_ms
from router.policy.rates import LEAST_N, rate, repeat_share, survival
from router.policy.rows import Row, date_of

By = Literal["channel", "queue", "agent", "topic", "issue", "day"]
Key = tuple[str | None, ...]
"""The values a group has in common, in the order of ``by``."""

OF: Mapping[By, Callable[[Cell], str | None]] = {
    "channel": lambda cell: cell.channel,
    "queue": lambda cell: cell.queue,
    "agent": lambda cell: cell.agent,
    "topic": lambda cell: cell.topic,
    "issue": lambda cell: cell.issue,
    "day": lambda cell: date_of(cell.day),
}
"""How a cell answers each ``by``."""

_DAY_MIN = 1440


class Figure(Struct, frozen=True, kw_only=True):
    """A rate as it may be published: value None under five cases, 95 % interval, on what it rests.

    ``final_gross``: closed cohorts, every episode in the denominator, the unserved as failures.
    ``final_net``: closed cohorts, only those that could be judged. ``live``: Kaplan-Meier over all that
    were answered, open windows censored at ``as_of``; its interval is Greenwood's.
    """

    basis: Literal["final_gross", "final_net", "live"]
    value: float | None
    low: float
    high: float
    n: int


class FcrGroup(Struct, frozen=True, kw_only=True):
    """FCR of one group of episodes, and what other houses would call something like it.

    ``closed`` of the ``episodes`` have had their whole window. ``siloed`` is net FCR as a tool for one
    channel would report it; ``one_touch`` is net too. ``reasons`` counts the verdicts as of now.
    Of the episodes with a bot, ``bot_only`` never saw a person, and ``contained`` stayed settled as well.
    ``repeat_share`` = (contacts - episodes) / contacts, over the episodes that had a contact.
    """

    by: dict[By, str | None]
    episodes: int
    closed: int
    contacts: int
    attempts: int
    gross: Figure
    net: Figure
    live: Figure
    siloed: Figure
    one_touch: Figure
    bot_only: Figure
    contained: Figure
    repeat_share: float | None
    reasons: dict[str, int]


class FcrReport(Struct, frozen=True, kw_only=True):
    """FCR by group and over all."""

    as_of: datetime
    window_days: float
    by: list[By]
    total: FcrGroup
    groups: list[FcrGroup]


def fcr_report(rows: Iterable[Row], *, as_of_ms: int, window_days: float, by: Sequence[By] = ()) -> FcrReport:
    """Report FCR as of a moment over rows kept with this window; groups in order of their values."""
    cells = cells_of(rows, as_of_ms, EffortWeights(), issues="issue" in by)
    return fcr_of(cells, as_of_ms=as_of_ms, window_days=window_days, by=by)


def fcr_of(cells: Cells, *, as_of_ms: int, window_days: float, by: Sequence[By] = ()) -> FcrReport:
    """Report the same over cells of that moment; those of summed days have no issues."""
    return FcrReport(
        as_of=at_ms(as_of_ms),
        window_days=window_days,
        by=list(by),
        total=_fcr(merged(cells.values()), {}, window_days),
        groups=[
            _fcr(merged(tally for _, tally in group), dict(zip(by, key, strict=True)), window_days)
            for key, group in grouped(cells, by)
        ],
    )


def grouped(cells: Cells, by: Sequence[By]) -> list[tuple[Key, list[tuple[Cell, Tally]]]]:
    """Group cells by what they have in common; what has no value stands last. By nothing: no groups."""
    values = [OF[name] for name in by]
    groups: dict[Key, list[tuple[Cell, Tally]]] = {}
    for cell, tally in cells.items() if by else ():
        groups.setdefault(tuple([value(cell) for value in values]), []).append((cell, tally))
    return sorted(groups.items(), key=lambda item: in_order(item[0]))


def in_order(key: Key) -> list[tuple[bool, str]]:
    """Sort groups by their values; what has no value stands last."""
    return [(part is None, part or "") for part in key]


def _fcr(tally: Tally, by: dict[By, str | None], window_days: float) -> FcrGroup:
    return FcrGroup(
        by=by,
        episodes=tally.episodes,
        closed=tally.gross[0],
        contacts=tally.contacts,
        attempts=tally.attempts,
        gross=_figure(tally.gross, "final_gross"),
        net=_figure(tally.net, "final_net"),
        live=_live(tally, window_days),
        siloed=_figure(tally.siloed, "final_net"),
        one_touch=_figure([tally.net[0], tally.one_touch], "final_net"),
        bot_only=_figure(tally.bot_only, "final_gross"),
        contained=_figure(tally.contained, "final_gross"),
        repeat_share=repeat_share(tally.contacts, tally.served),
        reasons=dict(sorted(tally.reasons.items())),
    )


def _figure(pair: Sequence[int], basis: Literal["final_gross", "final_net"]) -> Figure:
    found = rate(pair[1], pair[0])
    return Figure(basis=basis, value=found.value, low=found.low, high=found.high, n=found.n)


def _live(tally: Tally, window_days: float) -> Figure:
    table: dict[float, tuple[int, int]] = {age: (pair[0], pair[1]) for age, pair in tally.life.items()}
    found = survival(table, window_days * _DAY_MIN)
    value = found.value if found.n >= LEAST_N else None
    return Figure(basis="live", value=value, low=found.low, high=found.high, n=found.n)
