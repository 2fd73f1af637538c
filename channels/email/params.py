"""Parameters of a field: ``multipart/mixed; boundary=x``, with the file names of RFC 2231.

``email.message`` counts the quotes before every semicolon, so that a field made for it costs the
square of its length, at each look (120 parts with 8 KB each: 10 s). This reads a field once, in one pass.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from channels.email.charsets import decode

_PARAM = re.compile(r';\s*([^\s=;"]{1,100})\s*=\s*(?:"((?:[^"\\]|\\.){0,2000})"|([^;]*))', re.DOTALL)
_PAIR = re.compile(r"\\(.)", re.DOTALL)
_PIECE = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")


def read_params(field: str | None) -> tuple[str, dict[str, str]]:
    """Give the value before the first semicolon, in lower case, and the parameters by their lower-case name.

    Of a parameter given twice the first one counts. A parameter cut into ``name*0``, ``name*1*`` or
    encoded as ``name*`` is put together.
    """
    value, semicolon, rest = (field or "").partition(";")
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, quoted, bare in _PARAM.findall(semicolon + rest):
        text = _PAIR.sub(r"\1", quoted) if quoted else bare.strip().lstrip('"')
        piece = _PIECE.fullmatch(name.lower())
        if piece and (piece[2] or piece[3]):
            pieces.setdefault(piece[1], {}).setdefault(int(piece[2] or 0), (text, bool(piece[3])))
        else:
            plain.setdefault(name.lower(), text)
    return value.strip().lower(), plain | {name: _join(parts) for name, parts in pieces.items()}


def _join(parts: dict[int, tuple[str, bool]]) -> str:
    """Put the pieces together: the first says charset'language' when it is encoded (RFC 2231 §4.1)."""
    charset = "utf-8"
    joined = b""
    for number, (text, encoded) in sorted(parts.items()):
        value = text
        if encoded and number == min(parts) and value.count("'") > 1:
            charset, _, value = text.split("'", 2)
        joined += unquote_to_bytes(value) if encoded else value.encode("utf-8", "replace")
    return decode(joined, charset)
