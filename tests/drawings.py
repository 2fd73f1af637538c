"""Reads the state machines as they are drawn in docs/state-machines.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).parents[1] / "docs" / "state-machines.md"

_SECTION = re.compile(r"^## (.+?)$.*?^```mermaid$(.*?)^```$", re.MULTILINE | re.DOTALL)
_ARROW = re.compile(r"^\s*(\S+) --> (\S+?)(?::\s*(.+))?$", re.MULTILINE)


class Arrow(NamedTuple):
    """One way from a state to another, and the Lua functions that go it; ``[*]`` is no state."""

    start: str
    end: str
    functions: frozenset[str]


def drawn() -> dict[str, list[Arrow]]:
    """Give the arrows of every machine by its heading."""
    return {
        name: [
            Arrow(start, end, frozenset(re.findall(r"\w+_\w+", label)))
            for start, end, label in _ARROW.findall(body)
        ]
        for name, body in _SECTION.findall(PAGE.read_text("utf-8"))
    }


def ways(arrows: list[Arrow], start: str, functions: set[str]) -> set[str]:
    """Give the states that these functions reach from one, itself included."""
    reached = {start}
    while True:
        more = {arrow.end for arrow in arrows if arrow.start in reached and arrow.functions & functions}
        if more <= reached:
            return reached
        reached |= more
