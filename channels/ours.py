"""What is ours in what a provider tells: our people in a room, our messages by the name we gave them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

from router.ports import Account

_MESSAGE = re.compile(r"snd_[a-z2-7]{24}", re.ASCII)


def message_of_ours(named: str | None) -> str | None:
    """Give the id of the message of ours that a receipt names as we asked it to; None where it names none.

    The provider's own id of the message is of no use while we do not know it: its answer may have been lost.
    """
    return named if named and _MESSAGE.fullmatch(named) else None


def is_ours(account: Account, who: str) -> bool:
    """Tell whether the setting ``ours``, a list of names with ``*`` and ``?``, names somebody."""
    patterns = account.settings.get("ours")
    listed: Sequence[object] = patterns if isinstance(patterns, list) else [patterns] if patterns else []
    return bool(who) and any(fnmatchcase(who, str(pattern)) for pattern in listed)
