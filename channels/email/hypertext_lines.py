"""The lines of a document as they grow: blanks folded, quotations behind ``> ``, and never too many."""

from __future__ import annotations

import re

MAX_TEXT = 262_144  # characters given
MAX_LINES = 20_000
_QUOTES = 8  # levels of quoting shown
_CELL = "\x1f"  # stands between cells until blanks are counted
_SPACE = re.compile(r"[ \t\r\n\f\v]+")


class Lines:
    """Gathers text into lines."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._room = MAX_TEXT
        self._blank = False  # a paragraph ended: a blank line before what comes next
        self._quotes = 0
        self._above = 0  # the quotes of the last line
        self._written = 0  # how deep in parts in which blanks count
        self._mark = ""  # the bullet that goes before the next line

    @property
    def full(self) -> bool:
        """Whether there is room for no more."""
        return self._room <= 0 or len(self._lines) >= MAX_LINES

    def text(self) -> str:
        """Give what was gathered."""
        return "\n".join(self._lines).strip("\n")[:MAX_TEXT]

    def add(self, text: str) -> None:
        """Go on with the line; blanks count as one, except where they count as written."""
        if not self._written:
            self._line.append(text)
            return
        first, *rest = text.split("\n")
        self._line.append(first)
        for line in rest[:MAX_LINES]:
            self.end(even_empty=True)
            self._line.append(line)

    def cell(self) -> None:
        """Begin a cell of a table on the same line."""
        if self._line:
            self._line.append(_CELL)

    def item(self, mark: str) -> None:
        """Begin an item of a list with its mark."""
        self._mark = mark

    def quote(self, levels: int) -> None:
        """Go so many levels deeper into quotations, or back."""
        self._quotes = max(0, self._quotes + levels)

    def as_written(self, levels: int) -> None:
        """Go so many levels deeper into parts in which blanks count, or back."""
        self._written = max(0, self._written + levels)

    def paragraph(self) -> None:
        """Leave a blank line before what comes next."""
        self._blank = True

    def end(self, *, even_empty: bool = False) -> None:
        """End the line; an empty one counts only where a line break made it."""
        if not (self._line or even_empty):
            return
        line = "".join(self._line)
        self._line.clear()
        if not self._written:
            line = _SPACE.sub(" ", line).strip(" \xa0" + _CELL)
        line = line.replace("\xa0", " ").replace(_CELL, "  ").rstrip()
        if not (line or even_empty) or self.full:
            return
        if line:
            line, self._mark = self._mark + line, ""
        quotes = min(self._quotes, _QUOTES)
        quote = "> " * quotes
        if self._blank and self._lines and self._lines[-1].strip("> "):
            self._lines.append(("> " * min(quotes, self._above)).rstrip())
        self._blank, self._above = False, quotes
        self._lines.append((quote + line).rstrip())
        self._room -= len(quote) + len(line) + 1
