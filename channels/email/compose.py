"""Put a mail together again that a provider took apart, so that all mail is read in one place.

The composed mail is for our own reader only, which takes bytes as they are: nothing is encoded, and the
boundary is a hash of all there is, so no part can hold it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

import msgspec
from msgspec import Struct

from channels.email.charsets import clean
from channels.email.events import MAX_TEXT
from channels.email.fields import cut_head
from channels.email.mime import content_type
from router.model.event import Event

Pair = tuple[str, str | None]
"""The name and the value of a header field; None: there is no such field."""

ANY_TIME = 253_402_214_400.0
"""The last day of the year 9999: for reading a mail without holding its Date back.

A hook is read again from its capture and must give the same event, so the clock is not looked at here.
Whoever records the event holds back what claims to be in the future, on every channel alike.
"""

_NAME = re.compile(r"[\x21-\x39\x3b-\x7e]{1,100}")
_MIME = re.compile(r"[a-z0-9!#$&^_.+-]{1,127}/[a-z0-9!#$&^_.+-]{1,127}", re.IGNORECASE)
_BREAKS = re.compile(r"[\r\n\0]+")
_SPECIAL = re.compile(r'(["\\])')
_LONGEST_NAME = 140  # characters of a display name; the reader of addresses takes 300 with their escapes


class File(Struct, frozen=True):
    """What came along; ``base64`` where its content still is."""

    content: bytes
    mime: str | None = None
    name: str | None = None
    content_id: str | None = None
    base64: bool = False


def compose(
    ours: Sequence[Pair],
    theirs: bytes = b"",
    *,
    text: str | None = None,
    html: str | None = None,
    files: Iterable[File] = (),
) -> bytes:
    """Write a mail: the fields the provider vouches for, those of the sender, and the parts.

    Of a field that comes twice the reader takes the first, so ``ours`` count. The sender's
    Content-Type counts only so far as it makes the mail a report.
    """
    parts = [_text("plain", text), _text("html", html), *(_file(file, html or "") for file in files)]
    written = [part for part in parts if part is not None] or [b"\r\n"]
    boundary = hashlib.sha256(b"\0".join((theirs, *written))).hexdigest().encode()
    kind = content_type(cut_head(theirs)[0])
    top = kind.encode() if kind == "multipart/report" else b"multipart/mixed"
    start = b"Content-Type: %b; boundary=%b\r\n%b" % (top, boundary, head(ours))
    rest = theirs.strip()
    body = b"".join(b"--%b\r\n%b\r\n" % (boundary, part) for part in written)
    return b"%b%b\r\n\r\n%b--%b--\r\n" % (start, rest, body, boundary)


def prefer(event: Event, stripped: str | None) -> Event:
    """Take the text as the provider cut its quotations, where it did; the whole stays in ``text_full``."""
    new = clean((stripped or "")[:MAX_TEXT]).strip()
    if event.kind != "message" or not new:
        return event
    full = event.text_full or event.text
    return msgspec.structs.replace(event, text=new, text_full=None if full == new else full)


def head(fields: Iterable[Pair]) -> bytes:
    """Write header fields; what is no name of a field is left out, and no value can begin another one."""
    lines = [f"{name}: {_line(value)}\r\n" for name, value in fields if value and _NAME.fullmatch(name)]
    return "".join(lines).encode("utf-8")


def mailbox(address: str | None, name: str | None) -> str | None:
    """Write an address with its display name so that no name can pass for an address."""
    bare = _BREAKS.sub("", clean(address or "")).strip()
    if not bare or any(char in bare for char in "<>,;"):
        return None
    shown = _SPECIAL.sub(r"\\\1", _line(name or "")[:_LONGEST_NAME])
    return f'"{shown}" <{bare}>' if shown else f"<{bare}>"


def _line(value: str) -> str:
    return _BREAKS.sub(" ", clean(value)).strip()


def _text(kind: str, text: str | None) -> bytes | None:
    if text is None:
        return None
    return f"Content-Type: text/{kind}; charset=utf-8\r\n\r\n{clean(text)}".encode()


def _file(file: File, html: str) -> bytes:
    mime = file.mime if file.mime and _MIME.fullmatch(file.mime) else "application/octet-stream"
    shown = "inline" if file.content_id and f"cid:{file.content_id}" in html else "attachment"
    name = quote(clean(file.name or "")[:1024], safe="")
    start = head(
        (
            ("Content-Type", mime),
            ("Content-Disposition", f"{shown}; filename*=utf-8''{name}" if name else shown),
            ("Content-ID", f"<{file.content_id}>" if file.content_id else None),
            ("Content-Transfer-Encoding", "base64" if file.base64 else None),
        )
    )
    return start + b"\r\n" + file.content
