"""Header fields: a block of bytes into names and text, in bounded time whatever it holds."""

from __future__ import annotations

import re
from binascii import Error as BinasciiError
from email.errors import HeaderParseError
from email.header import decode_header

from msgspec import Struct

from channels.email.charsets import clean, decode

MAX_FIELDS = 200  # kept of one block; a mail of strangers may carry thousands
MAX_SCANNED = 5000  # looked at before the rest of the block is skipped
MAX_FIELD = 8 * 1024  # bytes of one field: ~250 addresses of a To, ~100 ids of a References
MAX_BLOCK = 64 * 1024  # bytes of all kept fields

KNOWN = frozenset({
    "from", "to", "cc", "reply-to", "sender", "date", "subject", "message-id", "in-reply-to", "references",
    "received", "return-path", "delivered-to", "x-original-to", "authentication-results",
    "content-type", "content-transfer-encoding", "content-disposition", "content-id", "content-location",
    "auto-submitted", "precedence", "list-id", "list-unsubscribe", "x-auto-response-suppress",
    "x-autoreply", "x-autorespond", "x-loop", "x-spam-flag", "x-failed-recipients",
})  # fmt: skip

_REPEATED = frozenset({"references", "authentication-results"})  # of all others the first one counts

_END = re.compile(rb"\n(?![ \t])")  # a field ends at a line feed that no blank follows
_BLANK = re.compile(rb"\n\r?\n")
_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]{1,100})[ \t]*:(.*)", re.DOTALL)
_FOLD = re.compile(r"[\r\n]+[ \t]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


class Head(Struct, frozen=True):
    """The fields of one header block: names in lower case, values unfolded text, in order."""

    fields: tuple[tuple[str, str], ...] = ()

    def first(self, name: str) -> str | None:
        """Give the field of this name, or None; of repeated ones the first."""
        return next((value for known, value in self.fields if known == name), None)

    def every(self, name: str) -> list[str]:
        """Give all fields of this name, in order."""
        return [value for known, value in self.fields if known == name]


def cut_head(raw: bytes, keep: frozenset[str] | None = KNOWN) -> tuple[Head, bytes]:
    """Cut the header block from what follows it; ``keep`` None keeps every field.

    A line that is no field ends the block and is the body's first, as mail clients do it. Fields
    beyond the limits of this module are dropped, so the cost is linear in the bytes.
    """
    fields: list[tuple[str, str]] = []
    seen: set[str] = set()
    room = MAX_BLOCK
    at = 0
    for _ in range(MAX_SCANNED):
        if raw.startswith((b"\n", b"\r\n"), at):
            return Head(tuple(fields)), raw[raw.index(b"\n", at) + 1 :]
        end = _END.search(raw, at)
        stop = end.start() if end else len(raw)
        match = _FIELD.match(raw[at : min(stop, at + MAX_FIELD)])
        if match is None:
            return Head(tuple(fields)), raw[at:]
        name = match[1].decode("ascii").lower()
        wanted = (keep is None or name in keep) and (name not in seen or name in _REPEATED)
        if wanted and len(fields) < MAX_FIELDS and len(match[2]) <= room:
            room -= len(match[2])
            seen.add(name)
            fields.append((name, _value(match[2])))
        if end is None:
            return Head(tuple(fields)), b""
        at = end.end()
    blank = _BLANK.search(raw, at - 1)
    return Head(tuple(fields)), raw[blank.end() :] if blank else b""


def _value(raw: bytes) -> str:
    return _FOLD.sub(" ", decode(raw)).strip()


def words(value: str, limit: int = 1024) -> str:
    """Decode the encoded words of a value (RFC 2047) into one line of at most ``limit`` characters."""
    text = value[:4096]
    if "=?" in text:
        try:
            text = "".join(
                decode(chunk, (charset or "").partition("*")[0]) if isinstance(chunk, bytes) else chunk
                for chunk, charset in decode_header(text)
            )
        except (HeaderParseError, BinasciiError, ValueError):
            text = value[:4096]
    return _CONTROL.sub(" ", clean(text)).strip()[:limit]
