"""The text of a short message: its alphabet, and the header before it that says which part of what it is.

The alphabets are those of SMPP 3.4 §5.2.19 and 3GPP TS 23.038; the header is of 3GPP TS 23.040 §9.2.3.24.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

_GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPE = 0x1B
_ESCAPED: Mapping[int, str] = {
    0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|",
    0x65: "€",
}  # fmt: skip
_CODECS: Mapping[int, str] = {
    1: "ascii", 3: "latin-1", 5: "shift_jis", 6: "iso8859-5", 7: "iso8859-8", 8: "utf-16-be",
    10: "iso2022_jp", 13: "euc_jp", 14: "cp949",
}  # fmt: skip
_BINARY = frozenset({2, 4})
_DEFAULT = "gsm"
_BY_CLASS = 0xF0  # from here on the message class says what it is for, and one bit whether it is text
_GENERAL = 0x10  # from here to there the alphabet is in two bits
_WAITING = 0xC0
_WAITING_UCS2 = 0xE0
_FIRST_HALVES, _SECOND_HALVES = range(0xD8, 0xDC), range(0xDC, 0xE0)  # of a pair, by their first byte


class Part(NamedTuple):
    """Which part of a long message this is: the number they share, this one's number from 1, how many."""

    ref: int
    part: int
    total: int


def alphabet(coding: int, default: str | None) -> str | None:
    """Name the alphabet of a data_coding: ``gsm`` or a codec; None for what is no text.

    ``default`` is what the centre means by 0: ``gsm``, unless it says otherwise.
    """
    if coding in _BINARY:
        return None
    if coding in _CODECS:
        return _CODECS[coding]
    if coding >= _BY_CLASS:
        return None if coding & 4 else _DEFAULT
    if coding >= _WAITING:
        return "utf-16-be" if coding >= _WAITING_UCS2 else _DEFAULT
    if coding >= _GENERAL:
        return (_DEFAULT, None, "utf-16-be", None)[coding >> 2 & 3]
    return default or _DEFAULT


def decode(data: bytes, codec: str) -> str:
    """Read bytes by an alphabet; what is no character of it becomes U+FFFD. Never raises."""
    if codec == _DEFAULT:
        return _gsm(data)
    if codec == "utf-16-be":
        data = data[: len(data) // 2 * 2]
    try:
        return data.decode(codec, "replace").removeprefix("\ufeff")
    except (LookupError, ValueError):  # the setting names no alphabet
        return data.decode("latin-1")


def cuts_character(data: bytes, codec: str) -> bool:
    """Tell whether a character was cut in two: a part of UTF-16 that begins or ends within a pair."""
    first, last = (data[:1] or b"\0")[0], (data[-2:-1] or b"\0")[0]
    return codec == "utf-16-be" and (first in _SECOND_HALVES or last in _FIRST_HALVES)


def split_header(data: bytes) -> tuple[Part | None, bytes]:
    """Take the user data header off; a header that is longer than the message is none."""
    length = data[0] if data else 0
    if length + 1 > len(data):
        return None, data
    return _part(data[1 : length + 1]), data[length + 1 :]


def _part(header: bytes) -> Part | None:
    """Look for a concatenation element: 0 has a reference of 8 bits, 8 one of 16."""
    at = 0
    while at + 2 <= len(header):
        kind, size = header[at], header[at + 1]
        body = header[at + 2 : at + 2 + size]
        if (kind, len(body)) in {(0, 3), (8, 4)} and 0 < body[-1] <= body[-2]:
            return Part(int.from_bytes(body[:-2], "big"), body[-1], body[-2])
        at += 2 + size
    return None


def _gsm(data: bytes) -> str:
    """Read the GSM 7 bit alphabet, one octet a character; bytes beyond it are what latin-1 makes of them."""
    found, escaped = [], False
    for octet in data:
        if escaped:
            found.append(_ESCAPED.get(octet) or (_GSM[octet] if octet < len(_GSM) else "\ufffd"))
            escaped = False
        elif octet == _ESCAPE:
            escaped = True
        else:
            found.append(_GSM[octet] if octet < len(_GSM) else chr(octet))
    return "".join(found)
