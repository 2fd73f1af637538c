"""Automatic mail: what no person wrote, so that nobody is queued for it and nothing answers it."""

from __future__ import annotations

import re

from channels.email.addresses import Mailbox
from channels.email.fields import Head

_COMMENT = re.compile(r"\(.*|;.*", re.DOTALL)
_BULK = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply"})
_PRESENT = ("x-autoreply", "x-autorespond", "x-loop", "list-id", "list-unsubscribe")
_ROBOTS = re.compile(
    r"mailer-daemon|postmaster|(?:no|do-?_?not|never)[-_.]?reply(?:[-_.+].*)?", re.IGNORECASE
)


def automatic(head: Head, sender: Mailbox | None, envelope_sender: str | None, mime: str) -> str | None:
    """Say by which sign a mail is automatic, or None where a person may have written it.

    ``envelope_sender`` is the address of MAIL FROM, "" for the null one, None where it is not known.
    """
    submitted = _COMMENT.sub("", head.first("auto-submitted") or "no").strip().lower()
    if submitted not in {"no", ""}:
        return submitted[:100]
    if (head.first("x-auto-response-suppress") or "none").strip().lower() != "none":
        return "x-auto-response-suppress"
    precedence = (head.first("precedence") or "").strip().lower()
    if precedence in _BULK:
        return "bulk" if precedence == "junk" else precedence
    for name in _PRESENT:
        if head.first(name):
            return name
    if no_return(head, envelope_sender):
        return "null-sender"
    if mime == "multipart/report":
        return "report"
    return "robot" if sender and _ROBOTS.fullmatch(sender.local) else None


def daemon(sender: Mailbox | None, *, null: bool) -> bool:
    """Tell whether a mail system speaks rather than a person; ``null``: with the null return path."""
    local = sender.local if sender else ""
    return local == "mailer-daemon" or (local == "postmaster" and null)


def no_return(head: Head, envelope_sender: str | None) -> bool:
    """Tell whether the mail came with the null return path, which asks never to be answered."""
    if envelope_sender is not None:
        return not envelope_sender
    return (head.first("return-path") or "").replace(" ", "") == "<>"
