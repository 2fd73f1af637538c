"""Mail that Amazon SES received for us: whole in ``content``, or in S3 and then only its head.

Described at docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html.
"""

from __future__ import annotations

import base64
import binascii

import msgspec

from channels import wire
from channels.email.compose import ANY_TIME, compose, head
from channels.email.events import flagged
from channels.email.mail import Envelope
from channels.email.raw import read_mail
from channels.fit import fit
from router.model.event import Attribute, Event, fit_id
from router.ports import Account

_COMMON = (
    ("From", "from"), ("To", "to"), ("Cc", "cc"), ("Reply-To", "replyTo"), ("Subject", "subject"),
    ("Date", "date"), ("Message-ID", "messageId"), ("Return-Path", "returnPath"),
)  # fmt: skip

_FIRST_FIELD = 1000  # characters in which the head of a mail has a colon, and base64 has none


def read(found: object, account: Account) -> Event:
    """Read a mail. One that lies in S3 has a name of its own: its content may still come another way."""
    mail, receipt = wire.table(found, "mail"), wire.table(found, "receipt")
    envelope = Envelope(
        wire.text(mail, "source"),
        tuple(each for each in wire.array(receipt, "recipients") if isinstance(each, str)),
    )
    raw = _content(found)
    [event] = read_mail(raw or _heading(mail), account, ANY_TIME, envelope)
    name = wire.name(mail, "messageId")
    place = wire.table(receipt, "action")
    attrs: dict[str, Attribute] = {
        "message_id": fit(event.provider_event_id),
        "s3_bucket": fit(wire.text(place, "bucketName")),
        "s3_key": fit(wire.text(place, "objectKey")),
    }
    if name:
        own = fit_id(name if raw else f"{name}:head")
        event = msgspec.structs.replace(event, id=own, provider_event_id=fit(name))
    if raw is None:
        event = flagged(msgspec.structs.replace(event, text=None), "unparsed")
    event = msgspec.structs.replace(event, attrs=event.attrs | {k: v for k, v in attrs.items() if v})
    return _judged(event, receipt)


def _judged(event: Event, receipt: wire.Table) -> Event:
    """Believe the verdicts of SES, which received the mail for us."""
    verdict = {name: wire.text(receipt, f"{name}Verdict", "status") for name in ("dmarc", "spam", "virus")}
    if verdict["dmarc"] == "PASS" and event.customer:
        event = msgspec.structs.replace(
            event, customer=msgspec.structs.replace(event.customer, trust="attested")
        )
    if verdict["dmarc"] == "FAIL":
        event = flagged(event, "unverified")
    return flagged(event, "spam") if "FAIL" in {verdict["spam"], verdict["virus"]} else event


def _content(found: object) -> bytes | None:
    """Give the mail as it was received; None where it lies elsewhere, or cannot be read."""
    content = wire.text(found, "content")
    if content is None:
        return None
    encoding = wire.text(found, "receipt", "action", "encoding") or ""
    if encoding.upper() != "BASE64" and (encoding or ":" in content[:_FIRST_FIELD]):
        return content.encode("utf-8", "replace")
    try:
        return base64.b64decode(content) or None
    except (binascii.Error, ValueError):
        return None


def _heading(mail: wire.Table) -> bytes:
    """Write the head that SES tells of a mail: all of its fields, then the common ones."""
    every = [
        (wire.text(each, "name") or "", wire.text(each, "value")) for each in wire.tables(mail, "headers")
    ]
    common = wire.table(mail, "commonHeaders")
    known = [
        (name, ", ".join(each for each in wire.array(common, key) if isinstance(each, str)))
        for name, key in _COMMON
    ]
    return compose([], head([*every, *known]))
