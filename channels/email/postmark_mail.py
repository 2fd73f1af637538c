"""Postmark's inbound webhook: a mail taken apart, and whole besides where the server says so.

Described at postmarkapp.com/developer/webhooks/inbound-webhook. ``MessageID`` is Postmark's own id; that of
the mail is among ``Headers``. The button "Check" sends ``Data`` where a live one sends ``Content``.
"""

from __future__ import annotations

import msgspec

from channels import wire
from channels.email.compose import ANY_TIME, File, Pair, compose, head, mailbox, prefer
from channels.email.events import flagged
from channels.email.mail import Envelope
from channels.email.raw import read_mail
from channels.fit import fit
from router.model.event import Attribute, Event
from router.ports import Account


def read(found: wire.Table, account: Account) -> list[Event]:
    """Read the mail into its one event."""
    whole = wire.text(found, "RawEmail")
    raw = whole.encode("utf-8") if whole else _composed(found)
    recipient = wire.text(found, "OriginalRecipient")
    [event] = read_mail(raw, account, ANY_TIME, Envelope(None, (recipient,) if recipient else ()))
    event = prefer(event, wire.text(found, "StrippedTextReply"))
    told: dict[str, Attribute] = {
        "message_id": event.provider_event_id,
        "mailbox_hash": fit(wire.text(found, "MailboxHash")),
        "tag": fit(wire.text(found, "Tag")),
    }
    event = msgspec.structs.replace(
        event,
        provider_event_id=fit(wire.name(found, "MessageID")) or event.provider_event_id,
        attrs=event.attrs | {name: value for name, value in told.items() if value},
    )
    suspect = any(
        name.lower() == "x-spam-status" and (value or "").lower() == "yes" for name, value in _head(found)
    )
    return [flagged(event, "spam") if suspect else event]


def _composed(found: wire.Table) -> bytes:
    """Put the mail together; of two Return-Paths the first is Postmark's, and so the one that counts."""
    ours = [
        ("From", _people(found, "From") or wire.text(found, "From")),
        ("To", _people(found, "To") or wire.text(found, "To")),
        ("Cc", _people(found, "Cc") or wire.text(found, "Cc")),
        ("Subject", wire.text(found, "Subject")),
        ("Date", wire.text(found, "Date")),
        ("Reply-To", wire.text(found, "ReplyTo")),
    ]
    return compose(
        ours,
        head(_head(found)),
        text=wire.text(found, "TextBody"),
        html=wire.text(found, "HtmlBody"),
        files=[_file(each) for each in wire.tables(found, "Attachments")],
    )


def _head(found: wire.Table) -> list[Pair]:
    return [
        (wire.text(each, "Name") or "", wire.text(each, "Value")) for each in wire.tables(found, "Headers")
    ]


def _people(found: wire.Table, name: str) -> str:
    """Write the addresses of ``FromFull``, ``ToFull``, ``CcFull``, which no display name can counterfeit."""
    boxes = (
        mailbox(wire.text(each, "Email"), wire.text(each, "Name"))
        for each in wire.tables(found, f"{name}Full")
    )
    return ", ".join(filter(None, boxes))


def _file(told: wire.Table) -> File:
    content = wire.text(told, "Content") or wire.text(told, "Data") or ""
    content_id = wire.text(told, "ContentID")
    return File(
        content.encode("utf-8"),
        wire.text(told, "ContentType"),
        wire.text(told, "Name"),
        content_id.removeprefix("cid:").strip("<> ") if content_id else None,
        base64=True,
    )
