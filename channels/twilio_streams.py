"""Twilio Event Streams: CloudEvents in a JSON array, some of which say what a webhook says.

Those are read as the form that the webhook would have sent, so that a message told on both ways is one
event. The schemas are published at twilio.com/docs/events/event-types.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from channels.fit import clean
from channels.sms import twilio as messaging
from channels.unread import unread
from channels.voice import twilio as voice
from router.model.cloudevent import CloudEvent
from router.model.cloudevents import Refused, batch
from router.model.event import Event

_INBOUND = "com.twilio.messaging.inbound-message.received"
_REPORTS = "com.twilio.messaging.message."
_CALLS = ("com.twilio.voice.status-callback.call.", "com.twilio.voice.webhook.status-callback.call.")


def read(found: object, source: str) -> list[Event]:
    """Read decoded JSON, one CloudEvent or an array, into events; an entry that is none is kept unread.

    Invalid where it is neither.
    """
    entries = batch([found] if isinstance(found, dict) else found, lambda event: _events(event, source))
    return [
        event
        for entry in entries
        for event in ([unread(entry, source, "twilio")] if isinstance(entry, Refused) else entry)
    ]


def _events(found: CloudEvent, source: str) -> list[Event]:
    kind, data = str(found.attributes["type"]), found.data
    if isinstance(data, dict):
        fields = _form(data)
        if kind == _INBOUND and messaging.sid(fields):
            return messaging.read(fields | {"SmsStatus": "received"}, source, found.time)
        if kind.startswith(_REPORTS) and messaging.sid(fields):
            return messaging.read({"MessageStatus": kind.removeprefix(_REPORTS)} | fields, source, found.time)
        if kind.startswith(_CALLS):
            called = _form(_parameters(data))
            if called.get("CallSid"):
                return voice.read(called, source, found.time)
    return [msgspec.structs.replace(found.event(), source=source, provider="twilio")]


def _parameters(data: Mapping[str, object]) -> Mapping[str, object]:
    """Give the fields of the webhook request that a voice event describes."""
    request = data.get("request")
    parameters = request.get("parameters") if isinstance(request, dict) else None
    return parameters if isinstance(parameters, dict) else {}


def _form(data: Mapping[str, object]) -> dict[str, str]:
    """Name the fields as a form does: ``messageSid`` and ``message_sid`` are MessageSid."""
    return {
        "".join(part[:1].upper() + part[1:] for part in name.split("_")): clean(str(value))
        for name, value in data.items()
        if isinstance(value, str | int | float)
    }
