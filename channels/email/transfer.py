"""Transfer encodings: undo what mail does to bytes so that they travel as text."""

from __future__ import annotations

import re
from binascii import Error as BinasciiError
from binascii import a2b_base64, a2b_qp, a2b_uu
from collections.abc import Callable

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_ENCODING = re.compile(r"[a-z0-9-]*")


def undone(body: bytes, encoding: str | None) -> bytes:
    """Undo an encoding, named as mails name it; what is not really encoded stays as it is. Never raises."""
    named = _ENCODING.match((encoding or "").strip().lower())
    undo = _UNDO.get(named[0]) if named else None
    return undo(body) if undo else body


def _unbase64(body: bytes) -> bytes:
    try:
        return a2b_base64(body)
    except BinasciiError:
        letters = _NOT_BASE64.sub(b"", body)
        return a2b_base64(letters[: len(letters) // 4 * 4])


def _unuu(body: bytes) -> bytes:
    """Undo uuencode, between the lines ``begin`` and ``end``."""
    _, begin, rest = (b"\n" + body).partition(b"\nbegin ")
    lines = rest.partition(b"\nend")[0].splitlines()[1:]
    return b"".join(map(_unuu_line, lines)) if begin else body


def _unuu_line(line: bytes) -> bytes:
    try:
        return a2b_uu(line)
    except BinasciiError:  # some encoders pad too much; the first letter tells how long the line is
        return a2b_uu(line[: ((((line[0] - 32) & 63) * 4) + 5) // 3]) if line else b""


_UNDO: dict[str, Callable[[bytes], bytes]] = {
    "base64": _unbase64,
    "quoted-printable": a2b_qp,
    **dict.fromkeys(("x-uuencode", "uuencode", "x-uue", "uue"), _unuu),
}
