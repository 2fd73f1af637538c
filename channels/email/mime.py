"""MIME: a mail into its parts, in time linear in its bytes.

The standard library's parser goes line by line and asks every open boundary about every line
(1 MB of line feeds under 60 boundaries: 15 s), and it recurses. Here a boundary is looked for with
``bytes.find``, and depth and number of parts have a limit. As with its policy compat32, and unlike
its default one, nothing a mail may hold raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from channels.email.charsets import decode
from channels.email.fields import Head, cut_head, words
from channels.email.params import read_params
from channels.email.transfer import undone

MAX_DEPTH = 30
MAX_PARTS = 1000

_MBOX = re.compile(rb">?From (?![ \t]*:)[^\r\n]*\r?\n")
_BLANK = re.compile(rb"\n\r?\n")
_TYPE = re.compile(r"[^\s/;]{1,127}/[^\s/;]{1,127}(?!\S)")
_USED = re.compile(rb"^--(\S{1,70})[ \t]{0,9}\r?\nContent-[A-Za-z-]{1,30}:", re.IGNORECASE | re.MULTILINE)
_CLOSED = re.compile(rb"\n--\S{1,70}--\s*\Z")
_PATH = re.compile(r".*[/\\]", re.DOTALL)


class Unreadable(Exception):
    """The mail is nested or cut into parts beyond any reason."""


class Part(Struct, frozen=True):
    """One part: its head, its type, its bytes as transferred, and the parts inside it."""

    head: Head
    mime: str
    body: bytes
    parts: tuple[Part, ...] = ()

    def leaves(self) -> Iterator[Part]:
        """Give the parts that hold something, in order; a mail within the mail is one leaf."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()

    def content(self) -> bytes:
        """Undo the transfer encoding; what is not really encoded stays as it is."""
        return undone(self.body, self.head.first("content-transfer-encoding"))

    def text(self) -> str:
        """Read the content as text by its charset, with plain line feeds."""
        charset = read_params(self.head.first("content-type"))[1].get("charset")
        return decode(self.content(), charset).replace("\r\n", "\n").replace("\r", "\n")

    def disposition(self) -> str | None:
        """Say ``inline`` or ``attachment``, or None where the sender did not."""
        return read_params(self.head.first("content-disposition"))[0] or None

    def name(self) -> str | None:
        """Give the file name, without any path, or None."""
        for field, param in (("content-disposition", "filename"), ("content-type", "name")):
            found = read_params(self.head.first(field))[1].get(param)
            if found:
                return _PATH.sub("", words(found)) or None
        return None


def clean(raw: bytes) -> bytes:
    """Undo what transports do to a head: blank lines, a byte order mark or a mbox line before it, NULs.

    Mail that knows only carriage returns gets line feeds.
    """
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\0\r\n\t ")
    blank = _BLANK.search(raw)
    head = blank.start() if blank else len(raw)
    if raw.find(b"\0", 0, head) >= 0:
        raw = raw[:head].replace(b"\0", b"") + raw[head:]
    mbox = _MBOX.match(raw)
    return raw[mbox.end() :].lstrip(b"\r\n") if mbox else raw


def read_parts(head: Head, body: bytes) -> Part:
    """Cut a mail into its parts; raises Unreadable beyond MAX_DEPTH or MAX_PARTS."""
    return _part(head, body, "text/plain", MAX_DEPTH, [MAX_PARTS])


def content_type(head: Head, default: str = "text/plain") -> str:
    """Give the media type a head declares, in lower case; where it declares none, the default.

    What else stands before the first semicolon is another field that lost its line end.
    """
    found = _TYPE.match(read_params(head.first("content-type"))[0])
    return found[0] if found else default


def _part(head: Head, body: bytes, default: str, depth: int, left: list[int]) -> Part:
    if not depth or not left[0]:
        raise Unreadable
    left[0] -= 1
    mime = content_type(head, default)
    pieces = _cut(head, body, mime) if mime.startswith("multipart/") else []
    if not pieces:  # a multipart without parts is read as what it looks like: text
        return Part(head, "text/plain" if mime.startswith("multipart/") else mime, body)
    inner = "message/rfc822" if mime == "multipart/digest" else "text/plain"
    parts = tuple(_part(*cut_head(piece), inner, depth - 1, left) for piece in pieces)
    return Part(head, mime, b"", parts)


def _cut(head: Head, body: bytes, mime: str) -> list[bytes]:
    """Cut at the declared boundary; where that never comes, a mail at the one a head of a part follows.

    Who writes other boundaries than declared may close with yet another. A form is no mail: programs post it.
    """
    boundary = read_params(head.first("content-type"))[1].get("boundary")
    pieces = list(_pieces(body, boundary.rstrip().encode("utf-8", "replace"))) if boundary else []
    used = None if pieces or mime == "multipart/form-data" else _USED.search(body)
    return list(_pieces(_CLOSED.sub(b"", body), used[1])) if used else pieces


def _pieces(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """Give what stands between the boundary lines; the text before the first is for old readers."""
    mark = b"--" + boundary
    start: int | None = None
    at = 0 if body.startswith(mark) else _after(body, mark, 0)
    for _ in range(5 * MAX_PARTS):
        if at < 0:
            break
        line = body.find(b"\n", at)
        rest = body[at + len(mark) : line if line >= 0 else len(body)].strip()
        if rest in {b"", b"--"}:
            if start is not None:
                yield _chomp(body[start:at])
            if rest or line < 0:
                return
            start = line + 1
        at = _after(body, mark, at)
    if at >= 0:
        raise Unreadable
    if start is not None:
        yield body[start:]


def _after(body: bytes, mark: bytes, at: int) -> int:
    found = body.find(b"\n" + mark, at)
    return found + 1 if found >= 0 else -1


def _chomp(piece: bytes) -> bytes:
    """Drop the line end before a boundary: it belongs to the boundary."""
    return piece.removesuffix(b"\n").removesuffix(b"\r")
