"""Which of the people in a room are ours: some providers tell us what our own side says, as news."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from router.ports import Account


def is_ours(account: Account, who: str) -> bool:
    """Tell whether the setting ``ours``, a list of names with ``*`` and ``?``, names somebody."""
    patterns = account.settings.get("ours")
    listed: Sequence[object] = patterns if isinstance(patterns, list) else [patterns] if patterns else []
    return bool(who) and any(fnmatchcase(who, str(pattern)) for pattern in listed)
