"""Threads: which mails belong together, told by a mail alone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from channels.email.fields import Head

MAX_PARENTS = 64
_ID = re.compile(r"<([^<>\s]{1,1000})>")
_LOOSE = re.compile(r"<([^<>]{1,1000})>")
_IGNORED = re.compile(r"\([^()]*\)|\s+")
_BARE = re.compile(r"[^<>\s]{1,1000}")


def ids(value: str | None) -> list[str]:
    """Give the message ids a field names, without their angle brackets, each once, in order."""
    return list(dict.fromkeys(_ID.findall(value or "")))


def own_id(head: Head) -> str | None:
    """Give the Message-ID without its angle brackets.

    Some mailers leave them out, and the obsolete syntax lets comments and blanks stand inside.
    """
    value = head.first("message-id") or ""
    found = _LOOSE.search(value)
    bare = _IGNORED.sub("", found[1] if found else value.strip())
    return bare if _BARE.fullmatch(bare) and (found or bare == value.strip()) else None


def parents(head: Head, people: Iterable[str] = ()) -> list[str]:
    """Give all ids the mail answers: References, then In-Reply-To.

    ``people`` are the addresses of the mail: some mailers put one of them into In-Reply-To, where
    it would join all mail of that person into one thread.
    """
    strangers = {person.lower() for person in people}
    named = [*ids(" ".join(head.every("references"))), *ids(head.first("in-reply-to"))]
    return [name for name in dict.fromkeys(named) if name.lower() not in strangers][:MAX_PARENTS]


def thread(head: Head, people: Iterable[str] = ()) -> str | None:
    """Name the thread: the first id of References, else In-Reply-To, else the mail's own id.

    It is a function of the mail alone, so that a first mail and its answers share one name without
    anyone having to remember the first.
    """
    return next(iter(parents(head, people)), None) or own_id(head)
