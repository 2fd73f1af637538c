"""MessageBird's text messages and status reports, by form or query.

A form names the same thing by several names and may name one twice; the last one is meant. It is described
at developers.messagebird.com/api/sms-messaging (inbound messages, status reports).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import zip_longest

from channels import carriers, media, stamps
from channels.carried import Carried
from channels.fit import SHORT, URL, fit, kept
from channels.parameters import Pairs
from router.errors import Malformed
from router.model.event import Attachment, Attribute, Event, Status

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


def read(pairs: Pairs, source: str) -> list[Event]:
    """Read the fields; a call without any is MessageBird's look whether we are there.

    Malformed where they are not its own.
    """
    fields = dict(pairs)
    if fields and not any(fields.get(name) for name in _NATIVE):
        raise Malformed("the fields name neither a message nor an address: it is not MessageBird's")
    if not any(fields.get(name) for name in ("id", "mid", "message_id")):
        return []
    return _report(fields, source) if fields.get("status") else [_message(fields, pairs, source)]


def _message(fields: Mapping[str, str], pairs: Pairs, source: str) -> Event:
    short = fields.get("shortcode")
    native = (short and fields.get("mid")) or _first(fields, "id", "message_id", "mid") or ""
    ours = short or _first(fields, "recipient", "receiver")
    ends = carriers.ends("sms", _first(fields, "originator", "sender"), ours)
    text = _first(fields, *(("message", "body") if short else ("body", "message")))
    files = _files(pairs)
    return Carried("messagebird", source, ends).message(
        native,
        text,
        occurred_at=_occurred(fields),
        subject=fit(fields.get("subject")),
        attachments=files,
        flags=[] if text or files else ["unsupported"],
        attrs=_attrs(fields),
    )


def _report(fields: Mapping[str, str], source: str) -> list[Event]:
    """Read a status report: ``recipient`` is the customer; who we were is told by no field."""
    state, native = fields["status"].strip().lower(), _first(fields, "id", "message_id", "mid") or ""
    ends = carriers.ends("sms", _first(fields, "recipient", "receiver"), fields.get("originator"))
    carried, at = Carried("messagebird", source, ends), stamps.stamp(fields, "statusDatetime")
    report = carried.report(
        f"{native}:{state}",
        native,
        occurred_at=at,
        status=_STATUS.get(state),
        attrs=_attrs(fields) | {"message_status": fit(state, SHORT)},
    )
    stopped = fields.get("statusErrorCode") == _STOPPED and ends.customer is not None
    return [report, carried.stopped(native, at)] if stopped else [report]


def _occurred(fields: Mapping[str, str]) -> datetime | None:
    """Give when it was received; ``date`` is that in the time of Amsterdam, so it is not looked at."""
    written = _first(fields, "createdDatetime", "receive_datetime")
    return stamps.compact(written) or stamps.stamp({"at": written}, "at") or stamps.stamp(fields, "date_utc")


def _first(fields: Mapping[str, str], *names: str) -> str | None:
    return next((fields[name] for name in names if fields.get(name)), None)


def _files(pairs: Pairs) -> list[Attachment]:
    """Give the media of an MMS: ``mediaUrls``, once for each, its type told beside it or by nobody."""
    urls = [value for name, value in pairs if name.lower().startswith("mediaurls") and value][:_MOST_FILES]
    mimes = [value for name, value in pairs if name.lower().startswith("mediacontenttypes")]
    return [
        Attachment(kind=media.kind_of(mime), mime=fit(mime, SHORT), url=fit(url, URL), fetch="basic")
        for url, mime in zip_longest(urls, mimes[: len(urls)])
    ]


def _attrs(fields: Mapping[str, str]) -> dict[str, Attribute]:
    return kept({ours: fields.get(theirs) for theirs, ours in _KEPT.items()})
