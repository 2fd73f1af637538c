"""Sinch's SMS API: messages of customers, and delivery reports of one recipient or of a whole batch."""

from __future__ import annotations

from collections.abc import Mapping

from channels import batch, carriers, stamps, wire
from channels.carried import Carried
from channels.fit import PAYLOAD, SHORT, URL, fit, kept
from channels.wire import Table
from router.model.event import Attachment, Attribute, Event, Status

_STATUS: Mapping[str, Status] = {
    "queued": "queued", "dispatched": "sent", "delivered": "delivered", "aborted": "failed",
    "cancelled": "failed", "canceled": "failed", "rejected": "failed", "deleted": "failed",
    "failed": "failed", "expired": "failed",
}  # fmt: skip
_MOST_FILES = 100


def message(found: Table, source: str) -> Event:
    """Read a message; a binary one is kept as it is written. Invalid where it has no id."""
    ends = carriers.ends("sms", wire.name(found, "from"), wire.name(found, "to"))
    body = found.get("body")
    media = wire.table(body)
    text = body if isinstance(body, str) else wire.text(media, "message")
    binary = wire.text(found, "type") == "mo_binary"
    files = [
        Attachment(kind="file", mime=fit(wire.text(one, "content_type"), SHORT), url=fit(url, URL))
        for one in wire.tables(media, "media")[:_MOST_FILES]
        if (url := wire.text(one, "url"))
    ]
    said = None if binary else text
    return Carried("sinch", source, ends).message(
        batch.native(found, "id"),
        said,
        occurred_at=stamps.stamp(found, "sent_at") or stamps.stamp(found, "received_at"),
        subject=fit(wire.text(media, "subject")),
        attachments=files,
        payload=fit(text, PAYLOAD) if binary else None,
        flags=[] if said or files or body == "" else ["unsupported"],
        attrs=_attrs(found, "operator_id", "client_reference", "udh", "type"),
    )


def reports(found: Table, source: str) -> list[Event]:
    """Read a report of one recipient, or of a batch: one event for each recipient of each state."""
    if not wire.name(found, "batch_id"):
        found = {**found, "batch_id": f"h:{wire.digest(found)}"}
    if "statuses" not in found:
        return [_report(found, found, wire.name(found, "recipient"), source)]
    return [
        _report(found, state, recipient, source)
        for state in wire.tables(found, "statuses")
        for recipient in [wire.name(one) for one in wire.array(state, "recipients")] or [""]
    ]


def _report(found: Table, told: Table, recipient: str, source: str) -> Event:
    sent, written = wire.name(found, "batch_id"), wire.text(told, "status") or "Unknown"
    state = written.lower()
    ends = carriers.ends("sms", recipient, wire.name(found, "applied_originator"))
    code = wire.name(told, "code")
    failed: dict[str, Attribute] = {"error_code": fit(code, SHORT)} if code not in {"", "0"} else {}
    return Carried("sinch", source, ends).report(
        ":".join(part for part in (sent, recipient, written) if part),
        sent,
        occurred_at=stamps.stamp(found, "operator_status_at") or stamps.stamp(found, "at"),
        status=_STATUS.get(state),
        attrs=_attrs(found, "client_reference", "operator") | {"message_status": fit(state, SHORT)} | failed,
    )


def _attrs(found: Table, *names: str) -> dict[str, Attribute]:
    return kept({name: wire.name(found, name) for name in names})
