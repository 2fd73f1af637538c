"""SendGrid's Inbound Parse: a mail as a form, taken apart into its fields or, with "send raw", whole.

The values of the form are decoded already, so a name could pass for an address: who wrote is taken from
``headers``, where they are as they came. ``dkim`` looks like JSON and is none.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from channels import wire
from channels.email.compose import ANY_TIME, File, compose, head
from channels.email.mail import Envelope
from channels.email.raw import read_mail
from channels.fit import fit
from channels.form import Form
from router.errors import Malformed
from router.model.cloudevents import decoded
from router.model.event import Attribute, Event
from router.ports import Account

_TOLD = {"SPF": "spf", "dkim": "dkim", "spam_score": "spam_score", "sender_ip": "sender_ip"}
_MARKS = frozenset({"email", "headers", "from", "text", "html"})


def read(form: Form, account: Account) -> list[Event]:
    """Read the mail into its one event; Malformed where the form holds none."""
    if _MARKS.isdisjoint(field.name for field in form.fields):
        raise Malformed("the form has none of the fields of Inbound Parse")
    whole = form.field("email")
    raw = _composed(form) if whole is None else whole.content
    [event] = read_mail(raw, account, ANY_TIME, _envelope(form))
    told: dict[str, Attribute] = {ours: fit((form.text(name) or "").strip()) for name, ours in _TOLD.items()}
    kept = event.attrs | {name: value for name, value in told.items() if value}
    return [msgspec.structs.replace(event, attrs=kept)]


def _composed(form: Form) -> bytes:
    """Put the mail together; the subject of the form counts, all else as the sender wrote it."""
    charsets = _json(form, "charsets")
    fields = {
        name: form.text(name, wire.text(charsets, name))
        for name in ("from", "to", "cc", "subject", "text", "html")
    }
    theirs = form.field("headers")
    block = theirs.content.strip() if theirs else b""
    spare = head((("From", fields["from"]), ("To", fields["to"]), ("Cc", fields["cc"])))
    return compose(
        [("Subject", fields["subject"])],
        b"\r\n".join(filter(None, (block, spare))),
        text=fields["text"],
        html=fields["html"],
        files=_files(form),
    )


def _files(form: Form) -> Iterator[File]:
    told = _json(form, "attachment-info")
    ids = {
        name: content_id for content_id, name in _json(form, "content-ids").items() if isinstance(name, str)
    }
    for field in form.fields:
        if not field.name.startswith("attachment") or not field.name[len("attachment") :].isdecimal():
            continue
        content_id = wire.text(told, field.name, "content-id") or ids.get(field.name)
        yield File(
            field.content,
            field.mime or wire.text(told, field.name, "type"),
            field.filename or wire.text(told, field.name, "filename") or wire.text(told, field.name, "name"),
            content_id.strip("<> ") if content_id else None,
        )


def _envelope(form: Form) -> Envelope:
    told = _json(form, "envelope")
    sender = wire.value(told, "from")
    to = tuple(each for each in wire.array(told, "to") if isinstance(each, str))
    return Envelope(sender if isinstance(sender, str) else None, to)


def _json(form: Form, name: str) -> wire.Table:
    """Read a field that should be JSON; what is none says nothing."""
    field = form.field(name)
    try:
        return wire.table(decoded(field.content)) if field else wire.NONE
    except Malformed:
        return wire.NONE
