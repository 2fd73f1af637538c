"""The body: which part of a mail is what the person wrote."""

from __future__ import annotations

from msgspec import Struct

from channels.email.hypertext import to_text
from channels.email.mime import Part

MAX_TRIED = 20  # text parts looked into for one that says something
MAX_HTML = 2  # of them HTML, which costs more
MAX_FULL = 262_144  # characters of a text that is kept whole


class Body(Struct, frozen=True):
    """What the person wrote, all the text there is, and the parts that are neither."""

    text: str
    full: str
    others: tuple[Part, ...]


def read_body(top: Part) -> Body:
    """Choose the text: the first plain one that says something, else the HTML, else none.

    A text part is body unless it is called an attachment or carries a file name; a named one counts
    where nothing else does. What lies inside a mail within the mail never counts. Further plain
    parts, between pictures or added by a mailing list, are in the full text.
    """
    leaves = list(top.leaves())
    texts = [part for part in leaves if _textual(part) and part.name() is None]
    if not texts:
        texts = [part for part in leaves if _textual(part)][:1]
    others = tuple(part for part in leaves if not any(part is text for text in texts))
    plain = [text for part in texts[:MAX_TRIED] if part.mime == "text/plain" and (text := _plain(part))]
    if plain:
        return Body(plain[0], "\n\n".join(plain)[:MAX_FULL], others)
    html = [part for part in texts[:MAX_TRIED] if part.mime == "text/html"][:MAX_HTML]
    text = next(filter(None, (to_text(part.text()).strip() for part in html)), "")
    return Body(text, text, others)


def _textual(part: Part) -> bool:
    return part.mime in {"text/plain", "text/html"} and part.disposition() != "attachment"


def _plain(part: Part) -> str:
    return part.text()[: 2 * MAX_FULL].strip()[:MAX_FULL]
