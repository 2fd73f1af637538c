"""Amazon Connect's contact events: what happens to a call, and to any other contact, as EventBridge tells it.

They come unordered, perhaps twice, perhaps never, and the names of fields begin with a capital or not.
Described at docs.aws.amazon.com/connect/latest/adminguide/contact-events.html. A contact names no address
of the customer as a rule: its events are joined by ``initialContactId``, which transfers keep.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from channels import handles_tel, wire
from channels.email.dates import read_date
from channels.email.feedback import digest, party
from channels.fit import LINE, SHORT, fit
from router.model.event import Attribute, Author, Call, Channel, Direction, Event, Kind, Status, fit_id
from router.model.handle import Party
from router.ports import Account

_STATUS: Mapping[str, Status] = {
    "INITIATED": "offered", "CONNECTED_TO_SYSTEM": "offered", "QUEUED": "queued",
    "CONNECTED_TO_AGENT": "answered", "DISCONNECTED": "ended",
}  # fmt: skip
_ASIDE = frozenset({"CONTACT_DATA_UPDATED", "AMD_DISABLED", "COMPLETED"})
_TIMES = {
    "INITIATED": ("initiationtimestamp",), "CONNECTED_TO_SYSTEM": ("connectedtosystemtimestamp",),
    "QUEUED": ("queueinfo", "enqueuetimestamp"),
    "CONNECTED_TO_AGENT": ("agentinfo", "connectedtoagenttimestamp"),
    "DISCONNECTED": ("disconnecttimestamp",), "CONTACT_DATA_UPDATED": ("updatetimestamp",),
}  # fmt: skip
_CHANNELS: Mapping[str, tuple[Channel | None, str | None]] = {
    "VOICE": ("voice", "pstn"), "CHAT": ("chat", "amazon_connect"), "EMAIL": ("email", "email"),
}  # fmt: skip
_SUBTYPES: Mapping[str, tuple[Channel, str]] = {
    "connect:WebRTC": ("voice", "webrtc"), "connect:SMS": ("sms", "sms"),
    "connect:WhatsApp": ("social", "whatsapp"), "connect:Apple": ("social", "apple_messages"),
}  # fmt: skip
_DIRECTIONS: Mapping[str, Direction] = {
    "INBOUND": "in", "WEBRTC_API": "in",
    "OUTBOUND": "out", "EXTERNAL_OUTBOUND": "out", "CALLBACK": "out", "AGENT_REPLY": "out",
    "CAMPAIGN_PREVIEW": "out",
    "TRANSFER": "internal", "QUEUE_TRANSFER": "internal", "MONITOR": "internal",
}  # fmt: skip
_TRANSFERS = frozenset({"TRANSFER", "QUEUE_TRANSFER"})
_AGENT = re.compile(r"[A-Za-z0-9._@+=-]{1,64}", re.ASCII)
_YEAR_S = 31_536_000


class _Contact(NamedTuple):
    """One event: what it says besides the envelope, its names in small letters."""

    detail: wire.Table
    what: str
    channel: Channel | None
    medium: str | None
    method: str

    def text(self, *path: str) -> str | None:
        return wire.text(self.detail, *path)

    def time(self, what: str) -> datetime | None:
        return read_date(self.text(*_TIMES[what])) if what in _TIMES else None


def read(found: object, account: Account) -> list[Event]:
    """Read an event of ``aws.connect``; what is no contact event is ``generic``."""
    contact = _contact(found)
    name = wire.name(found, "id")
    first = contact.text("initialcontactid") or contact.text("contactid")
    direction = _direction(contact)
    kind = _kind(contact)
    status = _STATUS.get(contact.what)
    if contact.what == "CONNECTED_TO_SYSTEM" and direction == "out":
        status = "answered"  # of ours: a person or a machine took it; an inbound one only reached a menu
    agent = _last(contact.text("agentinfo", "agentarn"))
    own = contact.text("contactid")
    return [
        Event(
            id=fit_id(name or digest(found)),
            source=account.source,
            channel=contact.channel,
            medium=contact.medium,
            kind=kind,
            direction=direction,
            author=_author(contact, direction),
            occurred_at=contact.time(contact.what) or read_date(wire.text(found, "time")),
            customer=_customer(contact),
            provider=account.provider,
            provider_event_id=fit(name),
            to=fit(_address(contact, "systemendpoint")),
            thread=fit(first),
            agent=agent if agent and _AGENT.fullmatch(agent) else None,
            wait_s=_between(contact, "QUEUED", "CONNECTED_TO_AGENT"),
            duration_s=_between(contact, "INITIATED", "DISCONNECTED") if status == "ended" else None,
            status=status if kind != "generic" else None,
            call=_call(contact, first, own) if contact.channel == "voice" else None,
            attrs=_attrs(contact, found),
        )
    ]


def _contact(found: object) -> _Contact:
    detail = _small(wire.table(found, "detail"))
    subtype = (
        wire.text(_small(wire.table(detail, "segmentattributes")), "connect:subtype", "valuestring") or ""
    )
    plain = _CHANNELS.get((wire.text(detail, "channel") or "").upper(), (None, None))
    channel, medium = _SUBTYPES.get(subtype, plain)
    what = (wire.text(detail, "eventtype") or "").upper()
    return _Contact(detail, what, channel, medium, (wire.text(detail, "initiationmethod") or "").upper())


def _small(found: wire.Table, depth: int = 3) -> wire.Table:
    """Write the names of fields in small letters: of the same field they differ."""
    return {
        name.lower(): _small(each, depth - 1) if depth and isinstance(each, dict) else each
        for name, each in found.items()
    }


def _kind(contact: _Contact) -> Kind:
    """Tell a state of a call from what happens to other contacts, whose messages come by themselves."""
    if contact.what == "INITIATED" and contact.method in _TRANSFERS and contact.channel:
        return "transfer"
    if contact.what in _STATUS:
        return "call" if contact.channel == "voice" else "system"
    return "system" if contact.what in _ASIDE else "generic"


def _direction(contact: _Contact) -> Direction | None:
    if contact.method == "API":  # a customer opens a chat by it; we place a call by it
        return "out" if contact.channel == "voice" else "in"
    return _DIRECTIONS.get(contact.method)


def _author(contact: _Contact, direction: Direction | None) -> Author:
    """Say whose doing it is: our agent's who rang a customer, else the system's.

    Never the customer's: the call would wait for our agents too, while Connect finds it one of its own.
    """
    return "agent" if contact.what == "CONNECTED_TO_AGENT" and direction == "out" else "system"


def _customer(contact: _Contact) -> Party | None:
    """Give who is at the other end, where the event tells."""
    address = _address(contact, "customerendpoint")
    if address and "@" in address:
        return party(address)
    handle = handles_tel.read(address)
    return Party(handle.type, handle.value) if handle else None


def _address(contact: _Contact, end: str) -> str | None:
    return contact.text(end, "address")


def _call(contact: _Contact, first: str | None, own: str | None) -> Call:
    """Name the call; a contact that another one began is a leg of it."""
    return Call(
        id=fit(first, SHORT),
        leg=fit(own, SHORT) if own != first else None,
        cause=fit(contact.text("disconnectreason"), SHORT),
        from_=fit(_address(contact, "customerendpoint"), SHORT),
        to=fit(_address(contact, "systemendpoint"), SHORT),
    )


def _between(contact: _Contact, start: str, end: str) -> float | None:
    """Give the seconds between two moments of the contact; None where one is not told yet."""
    begun, over = contact.time(start), contact.time(end)
    lasted = (over - begun).total_seconds() if begun and over else -1.0
    return lasted if 0 <= lasted <= _YEAR_S else None


def _attrs(contact: _Contact, found: object) -> dict[str, Attribute]:
    told = {
        "event": contact.what or wire.text(found, "detail-type"),
        "contact": contact.text("contactid"),
        "previous_contact": contact.text("previouscontactid"),
        "related_contact": contact.text("relatedcontactid"),
        "method": contact.method,
        "contact_channel": contact.text("channel"),
        "queue": _last(contact.text("queueinfo", "queuearn")),
        "queue_type": contact.text("queueinfo", "queuetype"),
        "reason": contact.text("disconnectreason"),
        "instance": _last(contact.text("instancearn")),
    }
    return {name: fit(value, LINE) for name, value in told.items() if value}


def _last(arn: str | None) -> str | None:
    """Give the id at the end of an ARN."""
    return (arn or "").rpartition("/")[2] or None
