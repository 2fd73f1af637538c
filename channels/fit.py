"""Bring what strangers write into the bounds of an event, so that it can be kept and served."""

from __future__ import annotations

import re

SHORT, LINE, TEXT, TEXT_FULL = 256, 1024, 65_536, 262_144  # characters, the bounds of router.model.event
_UNFIT = re.compile("[\0\ud800-\udfff]")


def clean(text: str) -> str:
    """Put U+FFFD in place of NULs and lone surrogates (bytes that were no UTF-8), so that it encodes."""
    return _UNFIT.sub("\ufffd", text)


def fit(text: str | None, limit: int = LINE) -> str | None:
    """Clean a text and cut it to ``limit`` characters; None where nothing is left."""
    return clean(text[:limit]) if text else None


def number(text: str | None, low: float, high: float) -> float | None:
    """Read a decimal number from ``low`` to ``high``; None where it is none or lies outside."""
    try:
        found = float(text or "")
    except ValueError:
        return None
    return found if low <= found <= high else None
