"""Amazon Connect's contact events: what happens to a call, and to any other contact, as EventBridge tells it.

They come unordered, perhaps twice, perhaps never. Described at
docs.aws.amazon.com/connect/latest/adminguide/contact-events.html. A contact names no address of the
customer as a rule: its events are joined by ``initialContactId``, which transfers keep.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from channels import handles_tel, wire
from channels.email.dates import read_date
from channels.email.feedback import party
from channels.fit import SHORT, fit, kept
from channels.voice import amazon_connect_contact
from channels.voice.amazon_connect_contact import Contact
from router.model.event import Attribute, Author, Call, Event, Kind, Status, fit_id
from router.model.handle import Party
from router.ports import Account

_STATUS: Mapping[str, Status] = {
    "INITIATED": "offered", "CONNECTED_TO_SYSTEM": "offered", "QUEUED": "queued",
    "CONNECTED_TO_AGENT": "answered", "DISCONNECTED": "ended",
}  # fmt: skip
_ASIDE = frozenset({"CONTACT_DATA_UPDATED", "AMD_DISABLED", "COMPLETED"})
_AGENT = re.compile(r"[A-Za-z0-9._@+=-]{1,64}", re.ASCII)
_KEPT = {
    "contactid": "contact", "previouscontactid": "previous_contact", "relatedcontactid": "related_contact",
    "channel": "contact_channel", "initiationmethod": "method", "disconnectreason": "reason",
    "answeringmachinedetectionstatus": "answered_by",
}  # fmt: skip


def read(found: object, account: Account) -> list[Event]:
    """Read an event of ``aws.connect``; what is no contact event is ``generic``."""
    contact = amazon_connect_contact.read(found)
    kind, status = _kind(contact), _status(contact)
    name = wire.name(found, "id")
    agent = _last(contact.text("agentinfo", "agentarn"))
    return [
        Event(
            id=fit_id(name or wire.digest(found)),
            source=account.source,
            channel=contact.channel,
            medium=contact.medium,
            kind=kind,
            direction=contact.direction,
            author=_author(contact),
            occurred_at=contact.time(contact.what) or read_date(wire.text(found, "time")),
            customer=_customer(contact.text("customerendpoint", "address")),
            provider=account.provider,
            provider_event_id=fit(name),
            to=fit(contact.text("systemendpoint", "address")),
            thread=fit(contact.first),
            agent=agent if agent and _AGENT.fullmatch(agent) else None,
            wait_s=contact.lasted("QUEUED", "CONNECTED_TO_AGENT"),
            duration_s=contact.lasted("INITIATED", "DISCONNECTED") if status == "ended" else None,
            status=status,
            call=_call(contact) if contact.channel == "voice" else None,
            attrs=_attrs(contact, found),
        )
    ]


def _kind(contact: Contact) -> Kind:
    """Tell a state of a call from what happens to other contacts, whose messages come by themselves."""
    if contact.transferred:
        return "transfer"
    if contact.what in _STATUS:
        return "call" if contact.channel == "voice" else "system"
    return "system" if contact.what in _ASIDE else "generic"


def _status(contact: Contact) -> Status | None:
    """Tell the state; to reach the system is an answer only where we rang and a person may have taken it."""
    if contact.what == "CONNECTED_TO_SYSTEM" and contact.direction == "out" and not contact.by_machine:
        return "answered"
    return _STATUS.get(contact.what)


def _author(contact: Contact) -> Author:
    """Say whose doing it is: our agent's who rang a customer, else the system's.

    Never the customer's: the call would wait for our agents too, while Connect finds it one of its own.
    """
    return "agent" if contact.what == "CONNECTED_TO_AGENT" and contact.direction == "out" else "system"


def _customer(address: str | None) -> Party | None:
    """Give who is at the other end, where the event tells."""
    if address and "@" in address:
        return party(address)
    handle = handles_tel.read(address)
    return Party(handle.type, handle.value) if handle else None


def _call(contact: Contact) -> Call:
    """Name the call; a contact that another one began is a leg of it."""
    return Call(
        id=fit(contact.first, SHORT),
        leg=fit(contact.own, SHORT) if contact.own != contact.first else None,
        cause=fit(contact.text("disconnectreason"), SHORT),
        from_=fit(contact.text("customerendpoint", "address"), SHORT),
        to=fit(contact.text("systemendpoint", "address"), SHORT),
    )


def _attrs(contact: Contact, found: object) -> dict[str, Attribute]:
    told = {ours: contact.text(theirs) for theirs, ours in _KEPT.items()} | {
        "event": contact.what or wire.text(found, "detail-type"),
        "queue": _last(contact.text("queueinfo", "queuearn")),
        "queue_type": contact.text("queueinfo", "queuetype"),
        "instance": _last(contact.text("instancearn")),
    }
    return kept(told)


def _last(arn: str | None) -> str | None:
    """Give the id at the end of an ARN."""
    return (arn or "").rpartition("/")[2] or None
