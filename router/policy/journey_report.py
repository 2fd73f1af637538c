"""The FCR report over rows: gross and net, final and live, as of any moment and without a timer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from router.policy.journey_time import at_ms
from router.policy.rates import LEAST_N, Rate, kaplan_meier, rate, repeat_share
from router.policy.rows import UNSERVED, Row, closes_ms, date_of, judge, lived

By = Literal["channel", "queue", "agent", "topic", "issue", "day"]
Key = tuple[str | None, ...]
"""The values a group has in common, in the order of ``by``."""

OF: Mapping[By, Callable[[Row], str | None]] = {
    "channel": lambda row: row.label,
    "queue": lambda row: row.queue,
    "agent": lambda row: row.agent,
    "topic": lambda row: row.topic,
    "issue": lambda row: row.issue,
    "day": lambda row: date_of(row.day),
}
"""How a row answers each ``by``."""


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
    begun = [row for row in rows if row.first_ms <= as_of_ms]
    return FcrReport(
        as_of=at_ms(as_of_ms),
        window_days=window_days,
        by=list(by),
        total=_fcr(begun, (), (), as_of_ms, window_days),
        groups=[
            _fcr(group, by, key, as_of_ms, window_days) for key, group in (grouped(begun, by) if by else ())
        ],
    )


def grouped(rows: Iterable[Row], by: Sequence[By]) -> list[tuple[Key, list[Row]]]:
    """Group rows by what they have in common; what has no value stands last."""
    values = [OF[name] for name in by]
    groups: dict[Key, list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple([value(row) for value in values]), []).append(row)
    return sorted(groups.items(), key=lambda item: in_order(item[0]))


def in_order(key: Key) -> list[tuple[bool, str]]:
    """Sort groups by their values; what has no value stands last."""
    return [(part is None, part or "") for part in key]


class _Count:
    """Of those that count, how many were settled at first contact."""

    __slots__ = ("good", "n")

    def __init__(self) -> None:
        self.good = self.n = 0

    def add(self, good: bool) -> None:
        """Count one more."""
        self.n += 1
        self.good += good

    def figure(self, basis: Literal["final_gross", "final_net"]) -> Figure:
        """Give what was counted."""
        return _figure(rate(self.good, self.n), basis)


def _figure(found: Rate, basis: Literal["final_gross", "final_net"]) -> Figure:
    return Figure(basis=basis, value=found.value, low=found.low, high=found.high, n=found.n)


def _fcr(rows: Sequence[Row], by: Sequence[By], key: Key, as_of_ms: int, window_days: float) -> FcrGroup:
    gross, net, siloed, one_touch, bot_only, contained = [_Count() for _ in range(6)]
    reasons: dict[str, int] = {}
    for row in rows:
        fcr, _, reason = judge(row, as_of_ms)
        reasons[reason] = reasons.get(reason, 0) + 1
        if as_of_ms <= closes_ms(row):
            continue
        gross.add(fcr is True)
        if row.bot is not None:
            bot_only.add(row.bot)
            contained.add(row.bot and fcr is True)
        if fcr is not None:
            net.add(fcr)
            one_touch.add(fcr and is_one_touch(row))
        alone = judge(row, as_of_ms, siloed=True)[0]
        if alone is not None:
            siloed.add(alone)
    served = [row for row in rows if row.state != UNSERVED]
    contacts = sum(row.contacts for row in served)
    return FcrGroup(
        by=dict(zip(by, key, strict=True)),
        episodes=len(rows),
        closed=gross.n,
        contacts=contacts,
        attempts=sum(row.attempts for row in rows),
        gross=gross.figure("final_gross"),
        net=net.figure("final_net"),
        live=_live(rows, as_of_ms, window_days),
        siloed=siloed.figure("final_net"),
        one_touch=one_touch.figure("final_net"),
        bot_only=bot_only.figure("final_gross"),
        contained=contained.figure("final_gross"),
        repeat_share=repeat_share(contacts, len(served)),
        reasons=dict(sorted(reasons.items())),
    )


def is_one_touch(row: Row) -> bool:
    """Tell whether one attempt and one answer were all there was."""
    moved = row.transfers or row.escalations or row.handoffs or row.reopens
    return row.attempts <= 1 and row.touches <= 1 and not moved


def _live(rows: Iterable[Row], as_of_ms: int, window_days: float) -> Figure:
    cases = [case for row in rows if (case := lived(row, as_of_ms)) is not None]
    found = kaplan_meier(cases, window_days)
    value = found.value if found.n >= LEAST_N else None
    return Figure(basis="live", value=value, low=found.low, high=found.high, n=found.n)
