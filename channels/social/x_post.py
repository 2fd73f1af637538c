"""Posts on X that speak to us: mentions and replies are messages, all else that is posted is not."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

from channels import batch, carriers, stamps, wire
from channels.fit import TEXT, URL, fit
from channels.social.x_account import XAccount
from channels.wire import Table
from router.model.event import Attachment, Event

_CLASSIC = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d):(\d\d):(\d\d) \+0000 (\d{4})", re.ASCII
)  # "Wed Oct 10 20:19:24 +0000 2018"; strptime would read it by the locale
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def post(us: XAccount, entry: object) -> list[Event]:
    """Read a post of the older API; Invalid where it has no id. What others pass on makes no event."""
    found = batch.record(entry)
    if "retweeted_status" in found:
        return []
    return [_posted(found, us, wire.name(found, "user", "id_str") or wire.name(found, "user", "id"))]


def deleted(us: XAccount, entry: object) -> list[Event]:
    """Read that a post was taken back."""
    found = wire.table(batch.record(entry), "status")
    native = batch.native(found, "id")
    author = wire.name(found, "user_id") or wire.name(found, "author_id")
    outward = bool(us.ours) and author == us.ours
    return [
        us.event(
            f"{native}:deleted",
            kind="delete",
            direction="out" if outward else "in",
            author="unknown" if outward else "customer",
            occurred_at=stamps.stamp(entry, "timestamp_ms"),
            customer=None if outward else us.person(author),
            target=fit(native),
        )
    ]


def activity(data: Table, kind: str, us: XAccount) -> list[Event]:
    """Read a post of the X Activity API, where the payload is the post; ours are not news."""
    found = wire.table(data, "payload")
    if not wire.name(found, "id"):
        return []
    if kind.startswith("post.delete"):
        return deleted(us, {"status": found})
    return [_posted(found, us, wire.name(found, "author_id"))]


def _posted(found: Table, us: XAccount, author: str) -> Event:
    native = wire.name(found, "id_str") or batch.native(found, "id")
    outward = bool(us.ours) and author == us.ours
    answered = wire.name(found, "in_reply_to_status_id_str") or wire.name(found, "in_reply_to_status_id")
    answered = answered or next(
        (wire.name(one, "id") for one in wire.tables(found, "referenced_tweets")
         if wire.text(one, "type") == "replied_to"), "",
    )  # fmt: skip
    text = wire.text(found, "extended_tweet", "full_text") or wire.text(found, "full_text")
    name = wire.text(found, "user", "name")
    customer = carriers.party("x", author, name) if name else us.person(author)
    return us.event(
        native,
        kind="message",
        direction="out" if outward else "in",
        author="unknown" if outward else "customer",
        occurred_at=_occurred(found),
        customer=None if outward else customer,
        thread=fit(wire.name(found, "conversation_id") or answered or native),
        text=fit(html.unescape(text or wire.text(found, "text") or ""), TEXT),
        attachments=_files(found),
        parents=[parent] if (parent := fit(answered)) else [],
        attrs={"public": True},
    )


def _occurred(found: Table) -> datetime | None:
    read = _CLASSIC.fullmatch(wire.text(found, "created_at") or "")
    if read is None or read[1] not in _MONTHS:
        return stamps.stamp(found, "created_at") or stamps.stamp(found, "timestamp_ms")
    day, hour, minute, second, year = (int(part) for part in read.groups()[1:])
    try:
        return datetime(year, _MONTHS.index(read[1]) + 1, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None


def _files(found: Table) -> list[Attachment]:
    media = wire.tables(found, "extended_entities", "media") or wire.tables(found, "entities", "media")
    return [
        Attachment(kind="video" if wire.text(one, "type") == "video" else "image", url=fit(url, URL))
        for one in media[:100]
        if (url := wire.text(one, "media_url_https"))
    ]
