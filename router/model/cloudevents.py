"""CloudEvents 1.0 over HTTP: structured, batched and binary content mode, read into our events.

The three modes are those of the HTTP protocol binding 1.0.2, section 3.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import unquote_to_bytes

import msgspec
from msgspec import Struct

from router.errors import Invalid, Malformed, UnsupportedMedia
from router.model.cloudevent import CloudEvent
from router.model.event import Event

T = TypeVar("T")

_STRUCTURED = "application/cloudevents+json"
_BATCH = "application/cloudevents-batch+json"
_FAMILY = "application/cloudevents"  # +json, +xml, -batch+json …
_PREFIX = "ce-"
_MARKS = frozenset(_PREFIX + name for name in ("specversion", "id", "source", "type"))
_UTF8 = frozenset({"", "utf-8", "utf8", "us-ascii"})
_JSON = re.compile(r"[^/]+/(?:[^/]+\+)?json", re.ASCII)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_BOM = b"\xef\xbb\xbf"


class Refused(Struct, frozen=True):
    """An entry of a batch that was refused: as it was decoded, and why."""

    entry: object
    reason: Invalid


def is_cloudevent(headers: Mapping[str, str]) -> bool:
    """Tell whether a request says that it carries CloudEvents, in any content mode."""
    known = _lower(headers)
    return _media(known)[0].startswith(_FAMILY) or not _MARKS.isdisjoint(known)


def read(headers: Mapping[str, str], body: bytes) -> list[Event]:
    """Read a request into our events, in order; an empty batch has none.

    Raises Malformed (no JSON), Invalid (its field names the attribute), UnsupportedMedia (a format
    other than JSON). A bad entry of a batch is raised too; ``entries`` keeps the good ones beside it.
    """
    found = []
    for entry in entries(headers, body):
        if isinstance(entry, Invalid):
            raise entry
        found.append(entry)
    return found


def entries(headers: Mapping[str, str], body: bytes) -> list[Event | Invalid]:
    """Read a request into one event or the reason of its refusal per entry, in order.

    Raises as ``read`` does where the request as a whole cannot be read, and for its only entry.
    """
    found = parts(headers, body, CloudEvent.event)
    return [entry.reason if isinstance(entry, Refused) else entry for entry in found]


def parts(headers: Mapping[str, str], body: bytes, make: Callable[[CloudEvent], T]) -> list[T | Refused]:
    """Read a request as ``entries`` does into what ``make`` makes, and keep the entries that are refused."""
    known = _lower(headers)
    media, charset = _media(known)
    if not media.startswith(_FAMILY):
        return [make(_binary(known, media, body))]
    if media not in {_STRUCTURED, _BATCH} or charset not in _UTF8:
        raise UnsupportedMedia(f"CloudEvents are read as {_STRUCTURED} or {_BATCH}, in UTF-8")
    found = decoded(body)
    return [make(CloudEvent.of_json(found))] if media == _STRUCTURED else batch(found, make)


def batch(found: object, make: Callable[[CloudEvent], T]) -> list[T | Refused]:
    """Read decoded JSON as a batch: what ``make`` makes of each CloudEvent, or its refusal, in order.

    Invalid if it is no array.
    """
    if not isinstance(found, list):
        raise Invalid("a batch is a JSON array")
    return [_entry(each, make) for each in found]


def decoded(body: bytes) -> object:
    """Decode JSON, with a byte order mark before it or without; Malformed if it is none."""
    try:
        return msgspec.json.decode(body.removeprefix(_BOM))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"the body is not JSON: {error}") from None


def _entry(found: object, make: Callable[[CloudEvent], T]) -> T | Refused:
    try:
        return make(CloudEvent.of_json(found))
    except Invalid as reason:
        return Refused(found, reason)


def _binary(headers: Mapping[str, str], media: str, body: bytes) -> CloudEvent:
    attributes: dict[str, object] = {
        name.removeprefix(_PREFIX): _header(name, value)
        for name, value in headers.items()
        if name.startswith(_PREFIX) and name != "ce-datacontenttype"
    }
    attributes["datacontenttype"] = headers.get("content-type") or None
    return CloudEvent.check(attributes, _data(media, body))


def _data(media: str, body: bytes) -> object:
    """Read the body of the binary mode; without a Content-Type it is JSON where it can be."""
    if not body:
        return None
    if _JSON.fullmatch(media):
        return decoded(body)
    if not media:
        try:
            return decoded(body)
        except Malformed:
            return body
    try:
        return body.decode("utf-8") if media.startswith("text/") or media.endswith("xml") else body
    except UnicodeDecodeError:
        return body


def _header(name: str, value: str) -> str:
    """Undo the quotes, then one round of percent signs; Invalid where that is no UTF-8.

    ``%C0%A0``, an overlong space, is refused like any other bytes that are no UTF-8.
    """
    quoted = _QUOTED.fullmatch(value.strip())
    plain = _ESCAPED.sub(r"\1", quoted[1]) if quoted else value.strip()
    try:
        return unquote_to_bytes(plain).decode("utf-8")
    except UnicodeError:
        raise Invalid(f"{name} is not UTF-8", field=name.removeprefix(_PREFIX)) from None


def _media(headers: Mapping[str, str]) -> tuple[str, str]:
    """Give media type and charset of the Content-Type, in lower case; empty where there is none."""
    media, *parameters = headers.get("content-type", "").lower().split(";")
    charsets = [each.partition("=")[2] for each in parameters if each.strip().startswith("charset=")]
    return media.strip(), charsets[0].strip().strip('"') if charsets else ""


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
