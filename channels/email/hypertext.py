"""HTML to text, in one pass of libxml2's parser and without a tree.

No tree, because every tree-based converter tried fails on hostile mail: elements nested deeper than
256 lose their text silently, one wide table cell pads every row (a 200 KB mail became 400 MB), and
``padding-left: 9999999px`` became 2.8 GB. Events of the parser cost ~1 µs each, at any depth.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from channels.email.hypertext_lines import Lines

MAX_EVENTS = 110_000  # of the parser, ~0.6 µs each; a long newsletter has 10 000
_CHUNK = 32 * 1024  # characters between two looks at the budget

_SKIPPED = frozenset({"head", "script", "style", "title", "template", "svg", "math", "object"})
_LINE = frozenset({
    "address", "article", "aside", "body", "caption", "center", "dd", "details", "div", "dt", "fieldset",
    "figure", "footer", "form", "header", "hr", "legend", "li", "main", "nav", "option", "section", "tr",
})  # fmt: skip
_PARAGRAPH = frozenset(
    {"blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"}
)
_BLOCKS = _LINE | _PARAGRAPH
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


def to_text(html: str) -> str:
    """Give the text of a document as a person would read it; quotations get ``> ``, cells two blanks."""
    reader = _Reader()
    target: Any = reader  # a target needs no comment(), whatever the stubs say
    parser = etree.HTMLParser(target=target, encoding="utf-8", huge_tree=True, no_network=True)
    try:
        for at in range(0, len(html), _CHUNK):
            parser.feed(html[at : at + _CHUNK].encode("utf-8", "replace"))
            if reader.tired:
                break
        parser.close()
    except etree.XMLSyntaxError:  # nothing in it that is text or a tag
        return ""
    return reader.text()


class _Reader:
    """Makes lines of the parser's events."""

    def __init__(self) -> None:
        self._lines = Lines()
        self._left = MAX_EVENTS
        self._depth = 0
        self._hidden: int | None = None  # the depth at which everything became invisible
        self._lists: list[int | None] = []  # the last number of each open list; None: it has bullets

    @property
    def tired(self) -> bool:
        """Whether enough was read."""
        return self._left <= 0 or self._lines.full

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Open an element."""
        self._depth += 1
        self._left -= 1
        if self._hidden is not None or self._left < 0:
            return
        self._break(tag)
        if tag in _SKIPPED or ("style" in attributes and _HIDDEN.search(attributes["style"][:1000])):
            self._hidden = self._depth
        elif tag == "br":
            self._lines.end(even_empty=True)
        elif tag == "blockquote":
            self._lines.quote(1)
        elif tag == "pre":
            self._lines.as_written(1)
        elif tag in {"ol", "ul"}:
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._lines.item(self._bullet())
        elif tag in {"td", "th"}:
            self._lines.cell()

    def end(self, tag: str) -> None:
        """Close an element."""
        self._depth -= 1
        self._left -= 1
        if self._left < 0:
            return
        if self._hidden is not None:
            if self._depth < self._hidden:
                self._hidden = None
            return
        if tag in _BLOCKS:
            self._lines.end()
        if tag == "blockquote":
            self._lines.quote(-1)
        elif tag == "pre":
            self._lines.as_written(-1)
        elif tag in {"ol", "ul"} and self._lists:
            self._lists.pop()
        self._break(tag)

    def data(self, text: str) -> None:
        """Take text."""
        self._left -= 1
        if self._hidden is None and not self.tired:
            self._lines.add(text)

    def close(self) -> None:
        """End the document."""
        self._lines.end()

    def text(self) -> str:
        """Give what was gathered."""
        return self._lines.text()

    def _break(self, tag: str) -> None:
        if tag in _LINE:
            self._lines.end()
        elif tag in _PARAGRAPH:
            self._lines.end()
            if not self._lists:  # a list is dense, whatever its items hold
                self._lines.paragraph()

    def _bullet(self) -> str:
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "* "
        self._lists[-1] = number + 1
        return f"{number + 1}. "
