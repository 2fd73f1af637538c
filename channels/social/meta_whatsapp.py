"""WhatsApp Cloud: messages, echoes, statuses and preferences, as they lie in the entries of an account.

Times are seconds, written as text. Since 2026 a user may have no number but a business-scoped id (BSUID),
``US.1349…``, which then stands for it, or beside it. Described at
developers.facebook.com/documentation/business-messaging/whatsapp/webhooks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channels import batch, wire
from channels.fit import LINE, SHORT, TEXT, fit
from channels.social import meta_whatsapp_calls
from channels.social.meta_whatsapp_content import content
from channels.social.meta_whatsapp_line import PROVIDER, Line, Person
from channels.wire import Table
from router.model.event import Attribute, Event, Kind, Status

_STATUS: Mapping[str, Status] = {
    "sent": "sent", "delivered": "delivered", "read": "read", "played": "played", "failed": "failed",
}  # fmt: skip
_CHANGED = frozenset({"user_changed_number", "customer_changed_number", "user_changed_user_id"})
_CONSENT: Mapping[str, Kind] = {"stop": "opt_out", "resume": "opt_in", "signup": "opt_in"}
_CONVERSATIONS = frozenset({"messages", "message_echoes", "smb_message_echoes", "calls", "user_preferences"})
_ADMINISTRATION = (
    "account_", "automatic_", "business_", "flows", "group_", "history", "message_template_", "partner_",
    "payment_", "phone_number_", "security", "smb_app_state_sync", "template_", "tracking_",
)  # fmt: skip


def read(entry: object, source: str) -> list[Event]:
    """Read an entry, one WhatsApp Business account; what cannot be read in it is kept unread."""
    waba = wire.name(batch.record(entry), "id")
    return batch.each(
        wire.array(entry, "changes"), lambda change: _change(change, waba, source), source, PROVIDER
    )


def _change(change: object, waba: str, source: str) -> list[Event]:
    """Read a change by what it carries: news of templates, accounts and groups is not of a conversation."""
    field, value = wire.name(batch.record(change), "field"), wire.table(change, "value")
    line = Line.of(value, waba, source)
    if field and field not in _CONVERSATIONS:
        return [] if field.startswith(_ADMINISTRATION) else [_unknown(change, field, line)]

    def each(name: str, one: Any) -> list[Event]:
        return batch.each(
            wire.array(value, name), lambda entry: one(batch.record(entry), line), source, PROVIDER
        )

    return [
        *each("messages", _message),
        *each("message_echoes", _echo),
        *each("statuses", _status),
        *each("calls", meta_whatsapp_calls.call),
        *each("user_preferences", _preference),
    ]


def _message(message: Table, line: Line) -> list[Event]:
    sender = line.person(wire.name(message, "from"), wire.name(message, "from_user_id"))
    kind = wire.name(message, "type")
    if kind == "system":
        return [_system(message, sender, line)]
    thread = line.thread(sender, wire.name(message, "group_id"))
    event = _said(message, sender, line, direction="in", author="customer", thread=thread)
    return [event]


def _echo(message: Table, line: Line) -> list[Event]:
    """Read what the business wrote with its telephone: it is ours, and the customer is ``to``.

    What changes an earlier message names no thread: it goes where that message rests.
    """
    receiver = line.person(wire.name(message, "to"), wire.name(message, "to_user_id"))
    changes = wire.name(message, "type") in {"edit", "revoke", "reaction"}
    thread = None if changes else line.thread(receiver, wire.name(message, "group_id"))
    return [_said(message, receiver, line, direction="out", author="agent", thread=thread)]


def _said(message: Table, person: Person, line: Line, **fields: Any) -> Event:
    """Make the event of something said: a message, or an edit, a revocation, a reaction."""
    told = content(message)
    fields |= {"kind": told.kind, "occurred_at": wire.moment(message, "timestamp")}
    fields |= {"customer": person.party, "text": fit(told.text, TEXT), "target": fit(told.target)}
    if told.kind == "message":
        parent = fit(wire.name(message, "context", "id"))
        fields |= {"also": [*person.also, *told.also], "parents": [parent] if parent else []}
    return line.event(
        batch.native(message, "id"),
        payload=told.payload,
        attachments=told.attachments,
        location=told.location,
        flags=told.flags,
        attrs=_kept(person, line) | told.attrs,
        **fields,
    )


def _system(message: Table, sender: Person, line: Line) -> Event:
    """Read a note of WhatsApp: another number or user id of the same person, or something else about it."""
    told = wire.table(message, "system")
    new = line.person(wire.name(told, "wa_id") or wire.name(told, "new_wa_id"), wire.name(told, "user_id"))
    changed = wire.name(told, "type") in _CHANGED and new.handle not in {None, sender.handle}
    others = {
        one.handle: one for one in [*new.named, *sender.also] if changed and one.handle != sender.handle
    }
    return line.event(
        batch.native(message, "id"),
        kind="identity_change" if changed else "system",
        direction="in",
        author="system",
        occurred_at=wire.moment(message, "timestamp"),
        customer=sender.party,
        also=list(others.values()),
        thread=line.thread(sender),
        text=fit(wire.text(told, "body"), TEXT),
        attrs={"type": fit(wire.text(told, "type"), SHORT)} | _kept(sender, line),
    )


def _status(status: Table, line: Line) -> list[Event]:
    """Read what became of a message of ours; every state of one message comes with the same id."""
    if wire.name(status, "type") == "call":
        return meta_whatsapp_calls.status(status, line)
    message, state = batch.native(status, "id"), wire.name(status, "status").lower()
    group = wire.name(status, "recipient_id") if wire.name(status, "recipient_type") == "group" else ""
    number = wire.name(status, "recipient_participant_id") if group else wire.name(status, "recipient_id")
    receiver = line.person(number, wire.name(status, "recipient_user_id"))
    return [
        line.event(
            f"{message}:{state}",
            kind="status",
            direction="out",
            author="system",
            occurred_at=wire.moment(status, "timestamp"),
            customer=receiver.party,
            thread=line.thread(receiver, group),
            target=fit(message),
            status=_STATUS.get(state),
            attrs={"message_status": fit(state, SHORT)} | _billed(status) | _kept(receiver, line),
        )
    ]


def _billed(status: Table) -> dict[str, Attribute]:
    """Keep why it failed, how it is charged, and what the sender asked to be told again."""
    error = next(iter(wire.tables(status, "errors")), wire.NONE)
    kept = {
        "error_code": wire.name(error, "code"),
        "error": wire.text(error, "error_data", "details") or wire.text(error, "title"),
        "pricing": wire.text(status, "pricing", "category"),
        "callback_data": wire.text(status, "biz_opaque_callback_data"),
    }  # fmt: skip
    return {name: fit(text, LINE) for name, text in kept.items() if text}


def _preference(told: Table, line: Line) -> list[Event]:
    """Read that a customer stops or resumes marketing messages; it has no id of its own."""
    person = line.person(wire.name(told, "wa_id"), wire.name(told, "user_id"))
    choice, category = wire.name(told, "value").lower(), wire.name(told, "category")
    native = f"{line.phone}:{person.handle}:{category}:{choice}:{wire.name(told, 'timestamp')}"
    return [
        line.event(
            native,
            kind=_CONSENT.get(choice, "system"),
            direction="in",
            author="customer",
            occurred_at=wire.moment(told, "timestamp"),
            customer=person.party,
            also=person.also,
            thread=line.thread(person),
            attrs={"category": fit(category, SHORT), "detail": fit(wire.text(told, "detail"))}
            | _kept(person, line),
        )
    ]


def _unknown(change: object, field: str, line: Line) -> Event:
    """Keep a change of a field that came after this was written."""
    return line.event(
        f"h:{wire.digest(change)}",
        kind="generic",
        author="system",
        payload=wire.written(change, 4096),
        attrs={"field": fit(field, SHORT)},
    )


def _kept(person: Person, line: Line) -> dict[str, Attribute]:
    kept = {
        "waba": line.waba,
        "phone_number_id": line.phone,
        "username": person.username,
        "parent_user_id": person.parent,
    }
    return {name: fit(text, SHORT) for name, text in kept.items() if text}
