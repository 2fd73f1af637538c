"""Mailgun's routes: a mail as a form, taken apart or, where the address ends in ``mime``, whole.

The form also has a field for each field of the mail's head, named as the sender named it. Mailgun's own
come before these (``recipient``, ``sender``) or after them (the texts, ``message-headers``, the signature),
so which of two with one name counts is a matter of who wrote it.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from channels import wire
from channels.email.addresses import mailboxes
from channels.email.compose import ANY_TIME, File, Pair, compose, head, prefer
from channels.email.events import flagged
from channels.email.mail import Envelope
from channels.email.raw import read_mail
from channels.fit import LINE, SHORT, fit
from channels.form import Form
from router.errors import Malformed
from router.model.cloudevents import decoded
from router.model.event import Attachment, Event, fit_id
from router.ports import Account

_SPARE = ("from", "To", "Cc", "subject", "Date", "Message-Id", "In-Reply-To", "References", "Reply-To")
_MOST_FILES = 100
_ADDRESS = 4096  # characters


def read(form: Form, account: Account) -> list[Event]:
    """Read the mail into its one event; Malformed where the form holds none."""
    if form.field("recipient") is None and form.field("body-mime") is None:
        raise Malformed("the form has neither `recipient` nor `body-mime`: it is not of a route")
    whole = form.field("body-mime")
    pairs = _pairs(form)
    raw = _composed(form, pairs) if whole is None else whole.content
    [event] = read_mail(raw, account, ANY_TIME, _envelope(form))
    event = prefer(event, form.last("stripped-text"))
    token = form.last("token")
    stored = [*event.attachments, *_stored(form)][:_MOST_FILES]
    event = msgspec.structs.replace(event, id=fit_id(token) if token else event.id, attachments=stored)
    suspect = any(
        name.lower() == "x-mailgun-sflag" and (value or "").lower() == "yes" for name, value in pairs
    )
    return [flagged(event, "spam") if suspect else event]


def _envelope(form: Form) -> Envelope:
    to = tuple(box.address for box in mailboxes(form.text("recipient")))
    return Envelope(form.text("sender"), to)


def _pairs(form: Form) -> list[Pair]:
    """Give the head of the mail: ``message-headers``, else what the form repeats of it."""
    listed: list[Pair] = [
        (pair[0], pair[1])
        for pair in wire.array(_json(form.last("message-headers")))
        if isinstance(pair, list) and len(pair) > 1 and isinstance(pair[0], str) and isinstance(pair[1], str)
    ]
    return listed or [(name, form.text(name)) for name in _SPARE]


def _composed(form: Form, pairs: list[Pair]) -> bytes:
    plain, html = form.last("body-plain"), form.last("body-html")
    return compose([], head(pairs), text=plain or None, html=html or None, files=_files(form))


def _files(form: Form) -> Iterator[File]:
    named = _json(form.last("content-id-map"))
    ids = {name: key.strip("<> ") for key, name in wire.table(named).items() if key and isinstance(name, str)}
    for field in form.fields:
        if field.name.startswith("attachment-") and field.filename is not None:
            yield File(field.content, field.mime, field.filename, ids.get(field.name))


def _stored(form: Form) -> Iterator[Attachment]:
    """Give the attachments of a mail that Mailgun keeps (``store``): we are told where they lie."""
    for told in wire.tables(_json(form.last("attachments"))):
        size = wire.whole(told, "size")
        yield Attachment(
            kind="file",
            mime=fit(wire.text(told, "content-type"), SHORT),
            name=fit(wire.text(told, "name"), LINE),
            size=None if size is None or size < 0 else size,
            url=fit(wire.text(told, "url"), _ADDRESS),
            fetch="basic",
        )


def _json(text: str) -> object:
    """Read a field that should be JSON; what is none says nothing."""
    try:
        return decoded(text.encode("utf-8")) if text else None
    except Malformed:
        return None
