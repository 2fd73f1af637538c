"""Reports: what mail systems tell about a mail of ours that did, or did not, arrive."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from channels.email.addresses import address
from channels.email.fields import Head, cut_head
from channels.email.mime import Part
from channels.email.threads import ids, own_id, thread

MAX_REPORTED = 50  # recipients of one report
Fate = Literal["read", "delivered", "delayed", "failed"]
_WORSE: tuple[Fate, ...] = ("read", "delivered", "delayed", "failed")
_FATES: dict[str, Fate] = {
    "failed": "failed", "delayed": "delayed",
    "delivered": "delivered", "relayed": "delivered", "expanded": "delivered",
}  # fmt: skip
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_QUOTED_ID = re.compile(
    r"^[>\s]{0,10}message-id:[ \t]{0,10}<([^<>\s]{1,1000})>", re.IGNORECASE | re.MULTILINE
)
_FAILURE = re.compile(
    r"undeliver|delivery (?:status notification )?\(?fail|delivery (?:has )?failed|failure|rejected|"
    r"returned (?:mail|to sender)|could not be|"
    r"non remis|unzustellbar|nicht zugestellt|no entregado|mancata consegna|niet bezorgd",
    re.IGNORECASE,
)
_DELAY = re.compile(r"delay|warning: could not send|still being retried|verzögert|retard", re.IGNORECASE)
_DELIVERY = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RECEIPT = frozenset({"message/disposition-notification", "message/global-disposition-notification"})
_ORIGINAL = frozenset({
    "message/rfc822", "message/rfc822-headers", "text/rfc822-headers",
    "message/global", "message/global-headers",
})  # fmt: skip


class Report(Struct, frozen=True):
    """What a report says: the fate of the mail ``target`` and to whom; ``code`` as in RFC 3463."""

    fate: Fate
    target: str | None = None
    thread: str | None = None
    recipients: tuple[str, ...] = ()
    code: str | None = None
    reason: str | None = None


def read_report(head: Head, top: Part, text: str, *, daemon: bool) -> Report | None:
    """Read a delivery report or a read receipt (RFC 3464, RFC 8098); None where the mail is neither.

    Some systems report in plain words only: then it must be a ``daemon`` that speaks, and the
    subject must tell.
    """
    leaves = list(top.leaves())
    original = next(
        (cut_head(part.content().lstrip())[0] for part in leaves if part.mime in _ORIGINAL), Head()
    )
    if top.mime == "multipart/report" or daemon:
        told = [part for part in leaves if part.mime in _DELIVERY]
        if told:  # some write their plain words as a first such part
            return _delivery([block for part in told[:MAX_REPORTED] for block in _blocks(part)], original)
        receipt = next((part for part in leaves if part.mime in _RECEIPT), None)
        if receipt:
            return _receipt(next(_blocks(receipt), Head()), original)
    return _in_words(head, original, text) if daemon else None


def _delivery(blocks: list[Head], original: Head) -> Report:
    """Take the worst fate of all recipients: one failure makes the mail failed."""
    known = [block for block in blocks if _action(block) in _FATES]
    worst = max(known, key=lambda block: _WORSE.index(_FATES[_action(block)]), default=Head())
    fate = _FATES.get(_action(worst), "failed")
    code = _STATUS.search(worst.first("status") or "")
    recipients = (_recipient(block) for block in known[:MAX_REPORTED] if _FATES[_action(block)] == fate)
    return Report(
        fate,
        own_id(original),
        thread(original),
        tuple(filter(None, recipients)),
        code[1] if code else None,
        (worst.first("diagnostic-code") or "")[:1024] or None,
    )


def _receipt(block: Head, original: Head) -> Report:
    """Read a receipt: displayed is read, anything else only says that the mail arrived."""
    displayed = (block.first("disposition") or "").rpartition(";")[2].strip().lower().startswith("displayed")
    target = next(iter(ids(block.first("original-message-id"))), None) or own_id(original)
    return Report("read" if displayed else "delivered", target, thread(original))


def _in_words(head: Head, original: Head, text: str) -> Report | None:
    subject = head.first("subject") or ""
    failed = head.first("x-failed-recipients")
    late = _DELAY.search(subject)
    if not (failed or late or _FAILURE.search(subject)):
        return None
    quoted = _QUOTED_ID.search(text)
    code = _STATUS.search(text)
    named = (address(name) for name in (failed or "").split(",")[:MAX_REPORTED])
    return Report(
        "delayed" if late and not failed else "failed",
        own_id(original)
        or (quoted[1] if quoted else None)
        or next(iter(ids(head.first("in-reply-to"))), None),
        thread(original),
        tuple(filter(None, named)),
        code[1] if code else None,
    )


def _blocks(part: Part) -> Iterator[Head]:
    """Give the blocks of fields: one about the report, then one for each recipient."""
    rest = part.content().lstrip()
    for _ in range(2 * MAX_REPORTED):
        head, rest = cut_head(rest, None)
        if not head.fields:
            return
        yield head
        rest = rest.lstrip(b"\r\n")


def _action(block: Head) -> str:
    """Give the action of a block, without the comment or the text some systems put behind it."""
    return next(iter((block.first("action") or "").lower().split()), "").strip("().,;")


def _recipient(block: Head) -> str | None:
    value = block.first("final-recipient") or block.first("original-recipient") or ""
    return address(value.rpartition(";")[2].strip().removeprefix("<").removesuffix(">"))
