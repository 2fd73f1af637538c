"""What happens in a conversation of Twilio's: messages and their fate, who comes and goes, all else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from channels import carriers, media, stamps, wire
from channels.carried import Carried
from channels.carriers import Ends
from channels.fit import LINE, PAYLOAD, SEQUENCE, SHORT, TEXT, fit, kept, overlong
from channels.ours import is_ours
from channels.twilio_form import Fields
from router.errors import Malformed
from router.model.cloudevents import decoded
from router.model.event import Attachment, Attribute, Event, Kind, Status
from router.ports import Account

_STATUS: Mapping[str, Status] = {
    "sent": "sent", "delivered": "delivered", "read": "read", "failed": "failed", "undelivered": "failed",
}  # fmt: skip
_SOURCES: Mapping[str, str] = {"SMS": "sms", "MMS": "sms", "WHATSAPP": "whatsapp", "MESSENGER": "messenger"}
_KINDS: Mapping[str, tuple[Kind, str]] = {
    "onMessageAdded": ("message", ""), "onMessageUpdated": ("edit", "updated"),
    "onMessageRemoved": ("delete", "removed"),
}  # fmt: skip
_CHANGED = ("DateRemoved", "StateUpdated", "DateUpdated", "DateCreated")
_MOST_FILES = 100


def read(kind: str, fields: Fields, account: Account) -> Event:
    """Read a hook of a kind (``EventType``)."""
    if kind in _KINDS and fields.get("MessageSid"):
        return _message(fields, account, *_KINDS[kind])
    if kind == "onDeliveryUpdated" and fields.get("MessageSid"):
        return _report(fields, account)
    return _other(fields, account, "participant" if kind.startswith("onParticipant") else "system")


def _message(fields: Fields, account: Account, kind: Kind, word: str) -> Event:
    native = fields["MessageSid"]
    at = _changed(fields) if word else stamps.stamp(fields, "DateCreated")
    if word == "updated":
        word = f"updated:{fields.get('DateUpdated') or wire.digest(dict(fields))}"
    body, files = fields.get("Body"), _files(fields)
    readable = body or files or kind == "delete"
    return _event(
        fields,
        account,
        f"{native}:{word}" if word else native,
        kind=kind,
        occurred_at=at,
        target=fit(native) if word else None,
        text=fit(body, TEXT),
        text_full=overlong(body),
        attachments=files,
        payload=fit(fields.get("ButtonPayload"), PAYLOAD),
        flags=["redelivery"] * (fields.get("RetryCount", "0") not in {"", "0"})
        + ["unsupported"] * (not readable),
    )


def _report(fields: Fields, account: Account) -> Event:
    """Read how far a message of ours came to one participant."""
    state, native = fields.get("Status", "").lower(), fields["MessageSid"]
    attrs: dict[str, Attribute] = {"message_status": fit(state, SHORT)}
    if (code := fields.get("ErrorCode", "")) not in {"", "0"}:
        attrs["error_code"] = fit(code, SHORT)
    receipt = ":".join(part for part in (native, fields.get("ParticipantSid", ""), state) if part)
    return _event(
        fields,
        account,
        receipt,
        kind="status",
        direction="out",
        author="system",
        customer=None,
        occurred_at=_changed(fields),
        target=fit(native),
        status=_STATUS.get(state),
        attrs=attrs,
    )


def _other(fields: Fields, account: Account, kind: Kind) -> Event:
    sid = fields.get("ParticipantSid") or fields.get("ConversationSid") or fields.get("UserSid") or ""
    at = next((fields[name] for name in _CHANGED if fields.get(name)), None) or wire.digest(dict(fields))
    about = {"type": fields["EventType"], "state": fields.get("StateTo"), "reason": fields.get("Reason")}
    who = fields.get("Author") or fields.get("Identity") or ""
    told: dict[str, Any] = {"attrs": kept(about, SHORT)}
    if kind == "participant":  # whoever let them in, it is they who came or went
        told["customer"] = None if is_ours(account, who) else _ends(fields).customer
    if not (who or fields.get("Source")):
        told |= {"direction": None, "author": "system"}
    native = f"{sid}:{fields['EventType']}:{at}"
    return _event(fields, account, native, kind=kind, occurred_at=_changed(fields), **told)


def _changed(fields: Fields) -> datetime | None:
    """Give when it changed last; the date that says so is named by what happened."""
    return next((at for name in _CHANGED if (at := stamps.stamp(fields, name))), None)


def _event(fields: Fields, account: Account, native: str, **told: Any) -> Event:
    ends, who = _ends(fields), fields.get("Author") or fields.get("Identity") or ""
    from_us = fields.get("Source", "").upper() == "API" or is_ours(account, who)
    base = {
        "direction": "out" if from_us else "in",
        "author": ("agent" if is_ours(account, who) else "bot") if from_us else "customer",
        "customer": None if from_us else ends.customer,
    }
    return Carried("twilio_conversations", account.source, ends).event(
        native,
        sequence=min(wire.whole(fields, "Index") or 0, SEQUENCE),
        thread=fit(fields.get("ConversationSid")),
        **(base | told),
    )


def _ends(fields: Fields) -> Ends:
    """Tell who speaks: an address where it came by SMS or WhatsApp, else an identity of the service."""
    address = fields.get("MessagingBinding.Address") or fields.get("Author") or fields.get("Identity") or ""
    carrier, _, value = address.rpartition(":")
    source = fields.get("MessagingBinding.Type") or fields.get("Source", "")
    known = _SOURCES.get(source.upper())
    bound = carrier.lower() in {"whatsapp", "messenger", "sms"} or (
        value.startswith("+") and value[1:].isdecimal()
    )
    if known or bound:
        ours = fields.get("MessagingBinding.ProxyAddress", "").rpartition(":")[2]
        return carriers.ends(carrier or known or "sms", value, ours)
    service = fields.get("ChatServiceSid") or fields.get("AccountSid") or "service"
    customer = carriers.party("twilio-identity", f"{service}/{address}" if address else None)
    return Ends("chat", "twilio_conversations", None, customer)


def _files(fields: Fields) -> list[Attachment]:
    """Read ``Media``, JSON in a field: files that only the account's credentials fetch, by their sid."""
    try:
        listed = decoded(fields.get("Media", "").encode("utf-8", "replace")) if fields.get("Media") else []
    except Malformed:
        return []
    return [
        Attachment(
            kind=media.kind_of(wire.text(one, "ContentType")),
            mime=fit(wire.text(one, "ContentType"), SHORT),
            name=fit(wire.text(one, "Filename"), LINE),
            size=max(0, wire.whole(one, "Size") or 0) or None,
            content_id=fit(wire.text(one, "Sid")),
            fetch="provider",
        )
        for one in wire.tables({"listed": listed}, "listed")
    ][:_MOST_FILES]
