"""WhatsApp Cloud: what lies in the entries of an account, change by change.

Described at developers.facebook.com/documentation/business-messaging/whatsapp/webhooks.
"""

from __future__ import annotations

from typing import Any

from channels import batch, wire
from channels.fit import PAYLOAD, SHORT, fit
from channels.social import meta_whatsapp_calls, meta_whatsapp_messages, meta_whatsapp_statuses
from channels.social.meta_whatsapp_line import PROVIDER, Line
from router.model.event import Event

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
        *each("messages", meta_whatsapp_messages.message),
        *each("message_echoes", meta_whatsapp_messages.echo),
        *each("statuses", meta_whatsapp_statuses.status),
        *each("calls", meta_whatsapp_calls.call),
        *each("user_preferences", meta_whatsapp_statuses.preference),
    ]


def _unknown(change: object, field: str, line: Line) -> Event:
    """Keep a change of a field that came after this was written."""
    return line.event(
        f"h:{wire.digest(change)}",
        kind="generic",
        author="system",
        payload=wire.written(change, PAYLOAD),
        attrs={"field": fit(field, SHORT)},
    )
