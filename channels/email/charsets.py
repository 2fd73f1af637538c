"""Charsets: bytes of strangers into text that can be stored, whatever they claim to be."""

from __future__ import annotations

import codecs
import re

_ALIASES = {
    "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "shift_jis": "cp932",
    "iso-8859-8-i": "iso-8859-8",
    "x-sjis": "cp932",
    "x-gbk": "gb18030",
    "unicode-1-1-utf-7": "utf-7",
}
_GUESSED = frozenset(
    {"", "utf-8", "utf8", "us-ascii", "ascii", "unknown-8bit", "x-unknown", "8bit", "unknown"}
)
# Python also knows "encodings" that are no charsets (zip, hex), quadratic ones (punycode, idna) and
# ones that give a stranger escapes (unicode_escape). Only names of real charsets reach the registry,
# which besides remembers every unknown name it was ever asked for.
_CHARSET = re.compile(
    r"(utf|iso-?8859|iso-?2022|windows-?\d|cp-?\d|ibm-?\d|koi8|gb|big5|euc|shift|mac|tis|hz|johab|latin|us-?ascii)"
    r"[a-z0-9_.:-]{0,24}"
)


def decode(data: bytes, declared: str | None = None) -> str:
    """Decode bytes by their declared charset, as mailers mean it rather than as they say it.

    Where the declared charset does not fit but UTF-8 does, it is UTF-8. Never raises; what cannot be
    read becomes U+FFFD, and the text has no surrogates and no NUL.
    """
    name = (declared or "").strip().strip("\"'").lower()
    codec = None if name in _GUESSED else _codec(name)
    text = data.decode(codec, "replace") if codec else _guess(data)
    return clean(_as_utf8(data) or text if "\ufffd" in text else text)


def clean(text: str) -> str:
    """Drop what cannot be stored: NUL goes, a lone surrogate becomes a question mark."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _codec(name: str) -> str | None:
    meant = _ALIASES.get(name, name)
    if not _CHARSET.fullmatch(meant):
        return None
    try:
        return codecs.lookup(meant).name
    except (LookupError, ValueError):
        return None


def _as_utf8(data: bytes) -> str | None:
    """Read UTF-8; None where it is none, or seven bits that some other charset uses in its own way."""
    try:
        return None if data.isascii() else data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _guess(data: bytes) -> str:
    """Read UTF-8 where it looks like it, else windows-1252, in which most other mail is written."""
    text = data.decode("utf-8", "replace")
    if "\ufffd" not in text:
        return text
    if any(char > "\x7f" and char != "\ufffd" for char in text):
        return text
    return data.decode("cp1252", "replace")
