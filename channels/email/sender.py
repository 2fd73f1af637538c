"""The sender: who wrote a mail, and whether anyone vouches for it."""

from __future__ import annotations

import re
from typing import Literal

from channels.email.addresses import Mailbox, mailboxes
from channels.email.fields import Head

Verdict = Literal["pass", "fail"]

_DMARC = re.compile(
    r"\s*dmarc\s*=\s*(pass|fail)\b(?:.*?\bheader\.from\s*=\s*([^\s;]+))?", re.IGNORECASE | re.DOTALL
)


def sender(head: Head) -> Mailbox | None:
    """Give the first address of From, or None; Reply-To, Sender and the envelope never stand in."""
    return next(iter(mailboxes(head.first("from"))), None)


def vouched(head: Head, who: Mailbox, authserv_id: str | None) -> Verdict | None:
    """Give the DMARC verdict of our own mail server about the domain of From (RFC 8601), or None.

    Only the topmost Authentication-Results of the server named ``authserv_id`` counts: the sender
    may have written others, and our server removes those that bear its name. A verdict that does
    not say about which domain is none.
    """
    if not authserv_id:
        return None
    for field in head.every("authentication-results"):
        server, *results = _bare(field).split(";")
        if next(iter(server.lower().split()), "") != authserv_id.lower():
            continue
        found = next(filter(None, map(_DMARC.match, results)), None)
        if found is None or (found[2] or "").lower() != who.domain:
            return None
        return "pass" if found[1].lower() == "pass" else "fail"
    return None


def _bare(field: str) -> str:
    """Leave out comments and quoted texts: a stranger's words may stand in them."""
    kept: list[str] = []
    depth = 0
    quoted = escaped = False
    for char in field:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif char == "(" and not quoted:
            depth += 1
        elif char == ")" and not quoted:
            depth = max(0, depth - 1)
        elif not (quoted or depth):
            kept.append(char)
    return "".join(kept)
