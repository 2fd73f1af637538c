"""Bring what strangers write into the bounds of an event, so that it can be kept and served."""

from __future__ import annotations

import re
from collections.abc import Mapping

from router.model.event import Attribute

SHORT, LINE, TEXT, TEXT_FULL = 256, 1024, 65_536, 262_144  # characters, the bounds of router.model.event
PAYLOAD, URL = 4096, 4096
HANDLE = 512  # characters, the bound of router.model.handle
SEQUENCE = 4_294_967_295
YEAR_S = 31_536_000
"""The longest that a call lasts, or somebody waits."""
_UNFIT = re.compile("[\0\ud800-\udfff]")


def clean(text: str) -> str:
    """Put U+FFFD in place of NULs and lone surrogates (bytes that were no UTF-8), so that it encodes."""
    return _UNFIT.sub("\ufffd", text)


def fit(text: str | None, limit: int = LINE) -> str | None:
    """Clean a text and cut it to ``limit`` characters; None where nothing is left."""
    return clean(text[:limit]) if text else None


def overlong(text: str | None) -> str | None:
    """Give a text in full where the text of an event is too short for it; else None."""
    return fit(text, TEXT_FULL) if text and len(text) > TEXT else None


def kept(told: Mapping[str, str | None], limit: int = LINE) -> dict[str, Attribute]:
    """Make attributes of what is told, in its order; what is not told is none."""
    return {name: fit(text, limit) for name, text in told.items() if text}


def number(text: str | None, low: float, high: float) -> float | None:
    """Read a decimal number from ``low`` to ``high``; None where it is none or lies outside."""
    try:
        found = float(text or "")
    except ValueError:
        return None
    return found if low <= found <= high else None
