"""Signatures: where what somebody wrote ends and what their program adds begins."""

from __future__ import annotations

from collections.abc import Sequence

from channels.email.phrases import DEVICE

_LOOSE = 12  # lines that may follow a delimiter without its blank before it is taken for a rule
_SHORT = 120  # characters of a line that a telephone adds


def cut_signature(lines: Sequence[str]) -> list[str]:
    """Give the lines before the signature.

    A signature is what follows ``-- `` (RFC 3676 §4.3), or ``--`` when not much follows it, or a
    last line of the sort "Sent from my telephone".
    """
    kept = list(lines)
    for at, line in enumerate(kept):
        bare = line.rstrip("\r\n")
        if bare == "-- " or (bare.rstrip() == "--" and len(kept) - at <= _LOOSE + 1):
            del kept[at:]
            break
    while kept and (not kept[-1].strip() or _device(kept[-1])):
        kept.pop()
    return kept


def _device(line: str) -> bool:
    return len(line) <= _SHORT and bool(DEVICE.match(line.strip()))
