"""Quotes: what a person wrote now, without what was written before.

quotequail knows how mail programs introduce a quotation, in a dozen languages. It is shown only the
lines that could be one, shortened and up to a number: its patterns have two wildcards, so a long line
made for it would cost the square of its length. Around it stand rules of our own: lines with ``>``,
answers below and between quotes, header blocks, and what is left when nothing would be left.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import quotequail
from msgspec import Struct

from channels.email.phrases import ABOVE, BEHIND_VERBS, COLONS, FORWARD, FROM, OTHERS, RULE, STARTS, VERBS
from channels.email.signatures import cut_signature

MAX_LINES = 2000  # looked at; a quote that starts later stays
_ASKED = 300  # lines shown to quotequail, ~60 µs each
_WIDE = 400  # characters of a line that may introduce a quotation
_WRAPS = 3  # lines above its verb where an introduction may begin
_WRAPPED = 60  # a quoted line at least this long was perhaps wrapped into the next

_WHEN_OR_WHO = re.compile(r"\d|@")
_DATED = re.compile(
    r"(?:\d{4}[/-]\d{1,2}[/-]\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4})\b.{0,200}<[^<>@\s]{1,200}@[^<>\s]{1,200}>:?$"
)
_HEADER = re.compile(r"[*_]{0,2}([^\W\d_][\w -]{0,20}?)[ \u00a0]?:[*_]{0,2}(?:\s|$)")


class Cut(Struct, frozen=True):
    """What is new in a text, and whether it passes on somebody else's."""

    text: str
    forwarded: bool


def cut_quotes(text: str) -> Cut:
    """Give the new text without quotations and signature; never less than something.

    Where nothing new would be left although something was cut as quoted, the whole is kept: a mail
    that only passes another on is worth reading. A text of only a signature is empty.
    """
    lines = text.split("\n")
    segments, forwarded = _segments(lines)
    kept = "\n\n".join(filter(None, ("\n".join(cut_signature(part)).strip() for part in segments)))
    if not kept and sum(map(len, segments)) < len(lines):
        kept = "\n".join(cut_signature(lines)).strip()
    return Cut(kept, forwarded)


def _segments(lines: Sequence[str]) -> tuple[list[list[str]], bool]:
    """Give the runs of lines that are new, and whether what follows them is a forward."""
    segments: list[list[str]] = [[]]
    asked = 0
    at = 0
    while at < min(len(lines), MAX_LINES):
        line = lines[at].strip()
        if line.startswith(">"):
            at = _after_quote(lines, at)
            segments.append([])
            continue
        if FORWARD.fullmatch(line):
            return segments, True
        above = _introduced(lines, at)
        if above is None and line.endswith((":", "-", "_")) and asked < _ASKED:
            asked += 1
            above = 0 if _known(line) else None
        if above is None:
            segments[-1].append(lines[at])
            at += 1
            continue
        del segments[-1][max(0, len(segments[-1]) - above) :]
        at = next((n for n in range(at + 1, len(lines)) if lines[n].strip()), len(lines))
        if at < len(lines) and not lines[at].lstrip().startswith(">"):
            return segments, False  # quoted without marks: it goes on to the end
    segments[-1] += lines[at:]
    return segments, False


def _after_quote(lines: Sequence[str], at: int) -> int:
    """Give the line after a run of quoted ones; a lone line squeezed between belongs to a long one."""
    while at < len(lines):
        if lines[at].lstrip().startswith(">"):
            at += 1
            continue
        squeezed = len(lines[at - 1]) >= _WRAPPED and at + 1 < len(lines) and bool(lines[at].strip())
        if not (squeezed and lines[at + 1].lstrip().startswith(">")):
            return at
        at += 2
    return at


def _introduced(lines: Sequence[str], at: int) -> int | None:
    """Tell whether a quotation is introduced here, and if so how many lines above belong to it."""
    line = lines[at].strip()
    if not line or len(line) > _WIDE:
        return None
    if RULE.fullmatch(line) or ABOVE.fullmatch(line) or _DATED.match(line) or _header_block(lines, at):
        return 0
    if not line.endswith(COLONS) or not line.rstrip(BEHIND_VERBS).endswith(VERBS):
        return None
    for above in range(min(_WRAPS, at) + 1):
        first = lines[at - above][:_WIDE]
        if STARTS.match(first):
            return above if _WHEN_OR_WHO.search(" ".join([first, *lines[at - above + 1 : at + 1]])) else None
        if not first.strip():
            break
    return 0 if "@" in line else None


def _header_block(lines: Sequence[str], at: int) -> bool:
    """Tell whether a From: line stands here with at least two of its fellows right below."""
    first = _HEADER.match(lines[at].strip())
    if not first or first[1].strip().lower() not in FROM:
        return False
    below = (_HEADER.match(line.strip()[:_WIDE]) for line in lines[at + 1 : at + 7])
    return len({found[1].strip().lower() for found in below if found} & OTHERS) > 1


def _known(line: str) -> bool:
    """Ask quotequail whether this line introduces a quotation."""
    return (quotequail.unwrap(line[:_WIDE]) or {}).get("type") in {"reply", "forward"}
