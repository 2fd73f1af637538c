"""The body: which part of a mail is what the person wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from channels.email.hypertext import to_text
from channels.email.mime import Part

MAX_TRIED = 20  # text parts looked into for one that says something
MAX_HTML = 2  # of them HTML, which costs more
MAX_FULL = 262_144  # characters of a text that is kept whole


class Body(Struct, frozen=True):
    """The whole text of a mail, and the parts that are not it."""

    text: str
    others: tuple[Part, ...]


def read_body(top: Part) -> Body:
    """Choose the text: the first plain one that says something, else the HTML, else none.

    A text part is body unless it is called an attachment or carries a file name; a named one counts
    where nothing else does. What lies inside a mail within the mail never counts.
    """
    leaves = list(top.leaves())
    texts = [part for part in leaves if part.mime in {"text/plain", "text/html"} and not _file(part)]
    others = tuple(part for part in leaves if not any(part is text for text in texts))
    for part, text in _readings(texts):
        if text:
            return Body(text, tuple(leaf for leaf in others if leaf is not part))
    for part, text in _readings([part for part in others if _inline_text(part)]):
        if text and not texts:
            return Body(text, tuple(leaf for leaf in others if leaf is not part))
    return Body("", others)


def _readings(parts: Sequence[Part]) -> Iterator[tuple[Part, str]]:
    """Read plain parts, then HTML, one at a time: the first that says something is enough."""
    for part in parts[:MAX_TRIED]:
        if part.mime == "text/plain":
            yield part, part.text()[: 2 * MAX_FULL].strip()[:MAX_FULL]
    for part in [part for part in parts[:MAX_TRIED] if part.mime == "text/html"][:MAX_HTML]:
        yield part, to_text(part.text()).strip()


def _file(part: Part) -> bool:
    return part.disposition() == "attachment" or part.name() is not None


def _inline_text(part: Part) -> bool:
    return part.mime in {"text/plain", "text/html"} and part.disposition() != "attachment"
