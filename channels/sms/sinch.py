"""Sinch: the SMS API, the Conversation API and the Numbers API may call one address.

Conversation and SMS are signed by base64(HMAC-SHA256(secret, body.nonce.timestamp)), Numbers by the
hexadecimal HMAC-SHA1 of the body. Described at developers.sinch.com (callbacks of each API).
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping, Sequence

from channels import batch, carriers, stamps, wire
from channels.body_signature import require
from channels.fit import SHORT, TEXT, TEXT_FULL, fit
from channels.sms import sinch_conversation
from channels.wire import Table
from router.errors import Malformed, Unverified
from router.model.cloudevents import decoded
from router.model.event import Attachment, Attribute, Event, Status, fit_id
from router.ports import Account, Reply, Request, Setting

_STATUS: Mapping[str, Status] = {
    "queued": "queued", "dispatched": "sent", "delivered": "delivered", "aborted": "failed",
    "cancelled": "failed", "canceled": "failed", "rejected": "failed", "deleted": "failed",
    "failed": "failed", "expired": "failed",
}  # fmt: skip
_SIGNATURE = "x-sinch-webhook-signature"
_NUMBERS = "x-sinch-signature"
_TOLERANCE_S = 300
_MOST_FILES = 100


class Sinch:
    """The adapter."""

    unverified_status = 401
    settings = (Setting("secret", "secret of the webhook, or the callback secret of Numbers"),)

    def verify(self, request: Request, account: Account, now: float) -> None:
        """Check the signature of whichever API calls; raise Unverified."""
        secret = (account.secret or "").encode("utf-8", "surrogatepass")
        if not secret:
            raise Unverified("the secret is empty")
        headers = request.headers
        if _NUMBERS in headers and _SIGNATURE not in headers:
            wanted = hmac.digest(secret, request.body, "sha1").hex()
            require(_NUMBERS, headers[_NUMBERS].strip().lower(), wanted)
            return
        nonce, stamp = headers.get(f"{_SIGNATURE}-nonce", ""), headers.get(f"{_SIGNATURE}-timestamp", "")
        if headers.get(f"{_SIGNATURE}-algorithm", "HmacSHA256").strip().lower() != "hmacsha256":
            raise Unverified("the signature is of an algorithm that is not taken")
        told = wire.whole({"at": stamp.strip()}, "at")
        if told is None or abs(now - told) > _TOLERANCE_S:
            raise Unverified(f"{_SIGNATURE}-timestamp is not within {_TOLERANCE_S} s of now")
        signed = request.body + f".{nonce}.{stamp}".encode("utf-8", "surrogatepass")
        wanted = base64.b64encode(hmac.digest(secret, signed, "sha256")).decode("ascii")
        require(_SIGNATURE, headers.get(_SIGNATURE, "").strip(), wanted)

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read the callback; Malformed where it is of none of the three."""
        found = decoded(request.body)
        if not isinstance(found, dict):
            raise Malformed("the body is no JSON object")
        kind = wire.text(found, "type") or ""
        if kind.startswith("mo_"):
            return batch.each([found], lambda _: [_message(found, account.source)], account.source, "sinch")
        if "delivery_report" in kind:
            return _reports(found, account.source)
        if "app_id" in found or "project_id" in found:
            return sinch_conversation.read(found, account.source)
        if wire.name(found, "eventId") or kind or wire.text(found, "event"):
            return [_system(found, account.source)]
        raise Malformed("there is no type, app_id or eventId: it is not Sinch's")

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say 200."""
        return Reply(200)


def _message(found: Table, source: str) -> Event:
    native = batch.native(found, "id")
    ends = carriers.ends("sms", wire.name(found, "from"), wire.name(found, "to"))
    body = found.get("body")
    media = wire.table(body)
    text = body if isinstance(body, str) else wire.text(media, "message")
    binary = wire.text(found, "type") == "mo_binary"
    files = [
        Attachment(kind="file", mime=fit(wire.text(one, "content_type"), SHORT), url=fit(url, 4096))
        for one in wire.tables(media, "media")[:_MOST_FILES]
        if (url := wire.text(one, "url"))
    ]
    kept = None if binary else text
    return Event(
        id=fit_id(native),
        source=source,
        channel=ends.channel,
        medium=ends.medium,
        kind="message",
        direction="in",
        author="customer",
        occurred_at=stamps.stamp(found, "sent_at") or stamps.stamp(found, "received_at"),
        customer=ends.customer,
        provider="sinch",
        provider_event_id=fit(native),
        to=ends.ours,
        thread=ends.thread,
        subject=fit(wire.text(media, "subject")),
        text=fit(kept, TEXT),
        text_full=fit(kept, TEXT_FULL) if kept and len(kept) > TEXT else None,
        attachments=files,
        payload=fit(text, 4096) if binary else None,
        flags=[] if kept or files or body == "" else ["unsupported"],
        attrs=_attrs(found, ("operator_id", "client_reference", "udh", "type")),
    )


def _reports(found: Table, source: str) -> list[Event]:
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
    sent, state = wire.name(found, "batch_id"), (wire.text(told, "status") or "unknown").lower()
    ends = carriers.ends("sms", recipient, wire.name(found, "applied_originator"))
    native = ":".join(part for part in (sent, recipient, state) if part)
    code = wire.name(told, "code")
    return Event(
        id=fit_id(native),
        source=source,
        channel=ends.channel,
        medium=ends.medium,
        kind="status",
        direction="out",
        author="system",
        occurred_at=stamps.stamp(found, "operator_status_at") or stamps.stamp(found, "at"),
        customer=ends.customer,
        provider="sinch",
        provider_event_id=fit(native),
        to=ends.ours,
        thread=ends.thread,
        target=fit(sent),
        status=_STATUS.get(state),
        attrs=_attrs(found, ("client_reference", "operator"))
        | {"message_status": fit(state, SHORT)}
        | ({"error_code": fit(code, SHORT)} if code not in {"", "0"} else {}),
    )


def _system(found: Table, source: str) -> Event:
    """Keep what happened to a number of ours, or what else Sinch will tell one day."""
    native = wire.name(found, "eventId") or f"h:{wire.digest(found)}"
    return Event(
        id=fit_id(native),
        source=source,
        kind="system",
        author="system",
        occurred_at=stamps.stamp(found, "timestamp"),
        provider="sinch",
        provider_event_id=fit(native),
        to=fit(wire.text(found, "resourceId")),
        attrs=_attrs(found, ("type", "event", "eventType", "resourceType", "status", "failureCode")),
    )


def _attrs(found: Table, names: Sequence[str]) -> dict[str, Attribute]:
    return {name: fit(there) for name in names if (there := wire.name(found, name))}
