"""What became of our messages on WhatsApp, and what people wish to get: statuses and preferences."""

from __future__ import annotations

from collections.abc import Mapping

from channels import batch, wire
from channels.fit import SHORT, fit, kept
from channels.ours import message_of_ours
from channels.social import meta_whatsapp_calls
from channels.social.meta_whatsapp_line import Line
from channels.wire import Table
from router.model.event import Attribute, Event, Kind, Status

_STATUS: Mapping[str, Status] = {
    "sent": "sent", "delivered": "delivered", "read": "read", "played": "played", "failed": "failed",
}  # fmt: skip
_CONSENT: Mapping[str, Kind] = {"stop": "opt_out", "resume": "opt_in", "signup": "opt_in"}


def status(told: Table, line: Line) -> list[Event]:
    """Read what became of a message of ours; every state of one message comes with the same id."""
    if wire.name(told, "type") == "call":
        return meta_whatsapp_calls.status(told, line)
    message, state = batch.native(told, "id"), wire.name(told, "status").lower()
    group = wire.name(told, "recipient_id") if wire.name(told, "recipient_type") == "group" else ""
    number = wire.name(told, "recipient_participant_id") if group else wire.name(told, "recipient_id")
    receiver = line.person(number, wire.name(told, "recipient_user_id"))
    return [
        line.event(
            f"{message}:{state}",
            kind="status",
            direction="out",
            author="system",
            occurred_at=wire.moment(told, "timestamp"),
            customer=receiver.party,
            thread=line.thread(receiver, group),
            target=message_of_ours(wire.text(told, "biz_opaque_callback_data")) or fit(message),
            status=_STATUS.get(state),
            attrs={"message_status": fit(state, SHORT)} | _billed(told) | line.about(receiver),
        )
    ]


def _billed(told: Table) -> dict[str, Attribute]:
    """Keep why it failed, how it is charged, and what the sender asked to be told again."""
    error = next(iter(wire.tables(told, "errors")), wire.NONE)
    return kept({
        "error_code": wire.name(error, "code"),
        "error": wire.text(error, "error_data", "details") or wire.text(error, "title"),
        "pricing": wire.text(told, "pricing", "category"),
        "callback_data": wire.text(told, "biz_opaque_callback_data"),
    })  # fmt: skip


def preference(told: Table, line: Line) -> list[Event]:
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
            | line.about(person),
        )
    ]
