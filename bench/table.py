"""What a bench says: one row a measure, as a table for people or JSON lines for programs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from statistics import median

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

Pairs = Sequence[tuple[float, float]]
"""Ours and the limit, each pair measured back to back."""


class Goal(Struct, frozen=True, omit_defaults=True):
    """What a ratio shall reach; ``at_most``: what it shall stay below."""

    ratio: float
    at_most: bool = False

    def reached(self, ratio: float) -> bool:
        """Say whether a ratio does."""
        return ratio <= self.ratio if self.at_most else ratio >= self.ratio


def at_most(ratio: float) -> Goal:
    """Give the goal of a ratio that shall be small."""
    return Goal(ratio, at_most=True)


class Row(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A measure: ``ours`` beside the ``limit`` of the same run, in ``unit``, and the ``ratio`` of the two.

    Without a ``goal`` it is told for its own sake.
    """

    name: str
    what: str
    unit: str
    ours: float
    limit: float | None = None
    ratio: float | None = None
    goal: Goal | None = None


def middle(pairs: Pairs) -> tuple[float, float, float]:
    """Give the medians of ours, of the limit, and of their ratios pair by pair.

    A pair is measured back to back, so what else the machine does weighs on both.
    """
    ours, limits = zip(*pairs, strict=True)
    return median(ours), median(limits), median(one / max(other, 1e-9) for one, other in pairs)


def against(name: str, what: str, unit: str, pairs: Pairs, goal: Goal) -> Row:
    """Make the row of a goal from pairs of ours and the limit."""
    ours, limit, ratio = middle(pairs)
    return Row(name=name, what=what, unit=unit, ours=ours, limit=limit, ratio=ratio, goal=goal)


def beside(what: str, unit: str, pairs: Pairs) -> Row:
    """Make a row that has no goal."""
    ours, limit, _ = middle(pairs)
    return Row(name="", what=what, unit=unit, ours=ours, limit=limit)


def show(rows: Iterable[Row], *, json: bool) -> None:
    """Print rows."""
    if json:
        for row in rows:
            sys.stdout.write(msgspec.json.encode(row).decode() + "\n")
        sys.stdout.flush()
        return
    table = Table("", "what", "ours", "limit", "unit", "ratio", "goal")
    for row in rows:
        table.add_row(*_cells(row))
    Console(width=None if sys.stdout.isatty() else 150).print(table)


def _cells(row: Row) -> list[str]:
    ratio, goal = "", ""
    if row.ratio is not None and row.goal is not None:
        colour = "green" if row.goal.reached(row.ratio) else "red"
        ratio = f"[{colour}]{row.ratio:.2f}"
        goal = f"{'≤' if row.goal.at_most else '≥'} {row.goal.ratio:.2f}"
    return [row.name, row.what, _number(row.ours), _number(row.limit), row.unit, ratio, goal]


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
