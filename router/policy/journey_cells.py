"""Cells: the sums reports are made of. One for all episodes alike in day, channel, queue, agent, topic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from router.policy.journey_settings import EffortWeights
from router.policy.rows import UNSERVED, Row, closes_ms, judge, lived

Cells = Mapping["Cell", "Tally"]


class Cell(Struct, frozen=True, array_like=True):
    """What its episodes have in common. ``issue`` is None where it is not asked for, or not kept."""

    day: int
    channel: str | None
    queue: str | None
    agent: str | None
    topic: str | None
    issue: str | None = None


class Tally(Struct, array_like=True):
    """The sums of a cell. Pairs are (of how many, how many of those).

    ``gross``, ``net``, ``siloed``, ``bot_only`` and ``contained`` are over closed cohorts, ``one_touch``
    over those of ``net``. ``life`` is the life table by age in minutes, [events, censored]; ``matrix``
    holds [by the customer, by the company] under ``from>to``, ``efforts`` the episodes by effort in
    hundredths.
    """

    episodes: int = 0
    served: int = 0
    contacts: int = 0
    attempts: int = 0
    gross: list[int] = field(default_factory=lambda: [0, 0])
    net: list[int] = field(default_factory=lambda: [0, 0])
    siloed: list[int] = field(default_factory=lambda: [0, 0])
    bot_only: list[int] = field(default_factory=lambda: [0, 0])
    contained: list[int] = field(default_factory=lambda: [0, 0])
    one_touch: int = 0
    transfers: int = 0
    escalations: int = 0
    handoffs: int = 0
    questions: int = 0
    reasons: dict[str, int] = {}
    life: dict[int, list[int]] = {}
    matrix: dict[str, list[int]] = {}
    efforts: dict[int, int] = {}

    def add(self, row: Row, as_of_ms: int, weights: EffortWeights) -> None:
        """Count an episode as of a moment."""
        self.episodes += 1
        self.attempts += row.attempts
        if row.state != UNSERVED:
            self.served += 1
            self.contacts += row.contacts
        self._judge(row, as_of_ms)
        case = lived(row, as_of_ms)
        if case is not None:
            self.life.setdefault(case[0], [0, 0])[0 if case[1] else 1] += 1
        for path, (customer, company) in row.matrix.items():
            counts = self.matrix.setdefault(path, [0, 0])
            counts[0] += customer
            counts[1] += company
        self.transfers += row.transfers
        self.escalations += row.escalations
        self.handoffs += row.handoffs
        self.questions += row.questions
        hundredths = round(100 * row.effort(weights))
        self.efforts[hundredths] = self.efforts.get(hundredths, 0) + 1

    def _judge(self, row: Row, as_of_ms: int) -> None:
        fcr, _, reason = judge(row, as_of_ms)
        self.reasons[reason] = self.reasons.get(reason, 0) + 1
        if as_of_ms <= closes_ms(row):
            return
        _count(self.gross, fcr is True)
        if row.bot is not None:
            _count(self.bot_only, row.bot)
            _count(self.contained, row.bot and fcr is True)
        if fcr is not None:
            _count(self.net, fcr)
            self.one_touch += fcr and is_one_touch(row)
        alone = judge(row, as_of_ms, siloed=True)[0]
        if alone is not None:
            _count(self.siloed, alone)

    def merge(self, other: Tally) -> None:
        """Add what another tally counted."""
        for name in self.__struct_fields__:
            mine, theirs = getattr(self, name), getattr(other, name)
            if isinstance(mine, int):
                setattr(self, name, mine + theirs)
            elif isinstance(mine, list):
                mine[0] += theirs[0]
                mine[1] += theirs[1]
            else:
                _merge(mine, theirs)


def _count(pair: list[int], good: bool) -> None:
    pair[0] += 1
    pair[1] += good


def _merge(mine: dict[object, object], theirs: Mapping[object, object]) -> None:
    for key, value in theirs.items():
        held = mine.get(key)
        if isinstance(value, list):
            mine[key] = (
                list(value) if not isinstance(held, list) else [held[0] + value[0], held[1] + value[1]]
            )
        elif isinstance(value, int):
            mine[key] = value + held if isinstance(held, int) else value


def is_one_touch(row: Row) -> bool:
    """Tell whether one attempt and one answer were all there was."""
    moved = row.transfers or row.escalations or row.handoffs or row.reopens
    return row.attempts <= 1 and row.touches <= 1 and not moved


def cells_of(rows: Iterable[Row], as_of_ms: int, weights: EffortWeights, *, issues: bool = True) -> Cells:
    """Sum rows as of a moment; what has not begun by then is left out. ``issues``: one cell for each."""
    found: dict[Cell, Tally] = {}
    for row in rows:
        if row.first_ms > as_of_ms:
            continue
        issue = row.issue if issues and not row.issue.startswith("?") else None
        cell = Cell(row.day, row.label, row.queue, row.agent, row.topic, issue)
        tally = found.get(cell)
        if tally is None:
            tally = found[cell] = Tally()
        tally.add(row, as_of_ms, weights)
    return found


def merged(tallies: Iterable[Tally]) -> Tally:
    """Add tallies up; none: the empty one."""
    total = Tally()
    for tally in tallies:
        total.merge(tally)
    return total
