"""MessageBird, now Bird: text messages by form or query, Conversations and Bird webhooks by JSON.

A form names the same thing by several names and may name one twice; the last one is meant. It is described
at developers.messagebird.com/api/sms-messaging (inbound messages, status reports).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from channels import carriers, stamps, twilio_signature
from channels.fit import SHORT, TEXT, TEXT_FULL, clean, fit
from channels.sms import messagebird_json, messagebird_signature
from router.errors import Malformed
from router.model.cloudevents import decoded
from router.model.event import Attachment, Attribute, Event, Status, fit_id
from router.ports import Account, Reply, Request, Setting

_STATUS: Mapping[str, Status] = {
    "scheduled": "queued", "buffered": "sent", "sent": "sent", "delivered": "delivered",
    "expired": "failed", "delivery_failed": "failed",
}  # fmt: skip
_KEPT = {
    "reference": "reference", "mccmnc": "network", "keyword": "keyword", "shortcode": "shortcode",
    "statusReason": "reason", "statusErrorCode": "error_code",
}  # fmt: skip
_NATIVE = ("id", "mid", "message_id", "receiver", "recipient", "originator", "sender")
_STOPPED = "103"  # the customer had written STOP to this originator
_MOST_FILES = 100

Pairs = Sequence[tuple[str, str]]


class MessageBird:
    """The adapter."""

    unverified_status = 401
    settings = (
        Setting("secret", "signing key"),
        Setting("public_url", "the address as MessageBird calls it: it is signed"),
    )

    def verify(self, request: Request, account: Account, now: float) -> None:
        """Check the token or the signature; raise Unverified."""
        messagebird_signature.verify(request, account.secret or "", now)

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read the request; a call without any field is MessageBird's look whether we are there."""
        if request.body.lstrip()[:1] in {b"{", b"[", b"\xef"}:
            return messagebird_json.read(decoded(request.body), account.source)
        pairs = _pairs(request)
        fields = dict(pairs)
        if fields and not any(fields.get(name) for name in _NATIVE):
            raise Malformed("the fields name neither a message nor an address: it is not MessageBird's")
        if not fields or not any(fields.get(name) for name in ("id", "mid", "message_id")):
            return []
        if fields.get("status"):
            return _report(fields, account.source)
        return [_message(fields, pairs, account.source)]

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say OK, as text: MessageBird looks for a 200 with a body."""
        return Reply(200, {"content-type": "text/plain; charset=utf-8"}, b"OK")


def _message(fields: Mapping[str, str], pairs: Pairs, source: str) -> Event:
    short = fields.get("shortcode")
    native = (short and fields.get("mid")) or _first(fields, "id", "message_id", "mid") or ""
    ours = short or _first(fields, "recipient", "receiver")
    ends = carriers.ends("sms", _first(fields, "originator", "sender"), ours)
    text = _first(fields, *(("message", "body") if short else ("body", "message")))
    files = _files(pairs)
    return Event(
        id=fit_id(native),
        source=source,
        channel=ends.channel,
        medium=ends.medium,
        kind="message",
        direction="in",
        author="customer",
        occurred_at=_occurred(fields),
        customer=ends.customer,
        provider="messagebird",
        provider_event_id=fit(native),
        to=ends.ours,
        thread=ends.thread,
        subject=fit(fields.get("subject")),
        text=fit(text, TEXT),
        text_full=fit(text, TEXT_FULL) if text and len(text) > TEXT else None,
        attachments=files,
        flags=[] if text or files else ["unsupported"],
        attrs=_attrs(fields),
    )


def _report(fields: Mapping[str, str], source: str) -> list[Event]:
    """Read a status report: ``recipient`` is the customer; who we were is told by no field."""
    state, native = fields["status"].strip().lower(), _first(fields, "id", "message_id", "mid") or ""
    ends = carriers.ends("sms", _first(fields, "recipient", "receiver"), fields.get("originator"))
    report = Event(
        id=fit_id(f"{native}:{state}"),
        source=source,
        channel=ends.channel,
        medium=ends.medium,
        kind="status",
        direction="out",
        author="system",
        occurred_at=stamps.stamp(fields, "statusDatetime"),
        customer=ends.customer,
        provider="messagebird",
        provider_event_id=fit(f"{native}:{state}"),
        to=ends.ours,
        thread=ends.thread,
        target=fit(native),
        status=_STATUS.get(state),
        attrs=_attrs(fields) | {"message_status": fit(state, SHORT)},
    )
    if fields.get("statusErrorCode") != _STOPPED or ends.customer is None:
        return [report]
    stopped = Event(
        id=fit_id(f"{native}:opt_out"),
        source=source,
        channel=report.channel,
        medium=report.medium,
        kind="opt_out",
        direction="in",
        author="customer",
        occurred_at=report.occurred_at,
        customer=report.customer,
        provider="messagebird",
        provider_event_id=fit(f"{native}:opt_out"),
        to=report.to,
        thread=report.thread,
        target=report.target,
    )
    return [report, stopped]


def _pairs(request: Request) -> Pairs:
    """Give the fields of the form, or of the query; Malformed where there are too many."""
    try:
        if request.method == "POST" and request.body:
            found = twilio_signature.body_pairs(request)
        else:
            found = twilio_signature.pairs(twilio_signature.query(request))
    except ValueError as error:
        raise Malformed(f"the form cannot be read: {error}") from None
    return [(name, clean(value)) for name, value in found]


def _occurred(fields: Mapping[str, str]) -> datetime | None:
    """Give when it was received; ``date`` is that in the time of Amsterdam, so it is not looked at."""
    written = _first(fields, "createdDatetime", "receive_datetime")
    return stamps.compact(written) or stamps.stamp({"at": written}, "at") or stamps.stamp(fields, "date_utc")


def _first(fields: Mapping[str, str], *names: str) -> str | None:
    return next((fields[name] for name in names if fields.get(name)), None)


def _files(pairs: Pairs) -> list[Attachment]:
    """Give the media of an MMS: ``mediaUrls``, once for each, its type told beside it or by nobody."""
    urls = [value for name, value in pairs if name.lower().startswith("mediaurls") and value]
    mimes = [value for name, value in pairs if name.lower().startswith("mediacontenttypes")]
    return [
        Attachment(
            kind="file" if n >= len(mimes) else mimes[n].partition("/")[0][:SHORT] or "file",
            mime=fit(mimes[n], SHORT) if n < len(mimes) else None,
            url=fit(url, 4096),
            fetch="basic",
        )
        for n, url in enumerate(urls[:_MOST_FILES])
    ]


def _attrs(fields: Mapping[str, str]) -> dict[str, Attribute]:
    return {ours: fit(fields[theirs]) for theirs, ours in _KEPT.items() if fields.get(theirs)}
