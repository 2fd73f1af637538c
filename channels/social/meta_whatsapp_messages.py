"""Messages on WhatsApp: from people, from the business itself, and notes of WhatsApp about a person.

Times are seconds, written as text. Since 2026 a user may have no number but a business-scoped id (BSUID),
``US.1349…``, which then stands for it, or beside it.
"""

from __future__ import annotations

from typing import Any

from channels import batch, wire
from channels.fit import SHORT, TEXT, fit
from channels.social.meta_whatsapp_line import Line, Person
from channels.social.meta_whatsapp_types import content
from channels.wire import Table
from router.model.event import Event

_CHANGED = frozenset({"user_changed_number", "customer_changed_number", "user_changed_user_id"})


def message(told: Table, line: Line) -> list[Event]:
    """Read what a person wrote, or what WhatsApp notes about one."""
    former = wire.name(told, "system", "previous_user_id")  # of a new id; then it may be all that is told
    sender = line.person(wire.name(told, "from"), wire.name(told, "from_user_id") or former)
    if wire.name(told, "type") == "system":
        return [_system(told, sender, line)]
    thread = line.thread(sender, wire.name(told, "group_id"))
    return [_said(told, sender, line, direction="in", author="customer", thread=thread)]


def echo(told: Table, line: Line) -> list[Event]:
    """Read what the business wrote with its telephone: it is ours, and the customer is ``to``.

    What changes an earlier message names no thread: it goes where that message rests.
    """
    receiver = line.person(wire.name(told, "to"), wire.name(told, "to_user_id"))
    changes = wire.name(told, "type") in {"edit", "revoke", "reaction"}
    thread = None if changes else line.thread(receiver, wire.name(told, "group_id"))
    return [_said(told, receiver, line, direction="out", author="agent", thread=thread)]


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
        attrs=line.about(person) | told.attrs,
        **fields,
    )


def _system(message: Table, sender: Person, line: Line) -> Event:
    """Read a note of WhatsApp: another number or user id of the same person, or something else about it."""
    told = wire.table(message, "system")
    new = line.person(wire.name(told, "wa_id") or wire.name(told, "new_wa_id"), wire.name(told, "user_id"))
    changed = wire.name(told, "type") in _CHANGED and any(one.handle != sender.handle for one in new.named)
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
        attrs={"type": fit(wire.text(told, "type"), SHORT)} | line.about(sender),
    )
