"""One CloudEvent 1.0: its attributes checked, its data, and the event it makes here.

The rules of the attributes are those of the CloudEvents core specification 1.0.2, section 3.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
from msgspec import Struct

from router.errors import Invalid
from router.model.event import Attribute, Channel, Event, Kind, fit_id

_NAME = re.compile(r"[a-z0-9]{1,64}", re.ASCII)
_RESERVED = frozenset({"data", "data_base64"})
_REQUIRED = ("id", "source", "type", "specversion")
_TEXTS = (*_REQUIRED, "time", "subject", "datacontenttype", "dataschema")
_MAPPED = frozenset({"id", "source", "specversion", "time", "subject"})  # they become fields of the event
_KINDS = get_args(Kind)
_CHANNELS = (None, *get_args(Channel))
_MOST_ATTRIBUTES = 60  # an event holds 64, and the mapping adds one
_LINE, _PAYLOAD = 1024, 4096  # characters, the bounds of model.event


class CloudEvent(Struct, frozen=True):
    """A CloudEvent whose attributes are as the specification wants them.

    ``attributes`` holds those that are present, extensions too; ``data`` is the decoded JSON, a text,
    bytes, or None where there is none.
    """

    attributes: Mapping[str, str | int | bool]
    data: Any = None

    @classmethod
    def check(cls, attributes: Mapping[str, object], data: object = None) -> CloudEvent:
        """Check names and values; Invalid names the first attribute that is wrong. None is absent."""
        present = {name: _value(name, value) for name, value in attributes.items() if value is not None}
        for name in _REQUIRED:
            if not present.get(name):
                raise Invalid(f"the CloudEvent has no {name}", field=name)
        for name in _TEXTS:
            if not isinstance(present.get(name, ""), str):
                raise Invalid(f"{name} must be a text", field=name)
        if present["specversion"] != "1.0":
            raise Invalid("only CloudEvents 1.0 are read", field="specversion")
        if len(present) > _MOST_ATTRIBUTES:
            raise Invalid(f"more than {_MOST_ATTRIBUTES} attributes")
        event = cls(present, data)
        _ = event.time
        return event

    @classmethod
    def of_json(cls, found: object) -> CloudEvent:
        """Read one object of the JSON format; Invalid names the attribute that is wrong."""
        if not isinstance(found, dict):
            raise Invalid("a CloudEvent is a JSON object")
        attributes = {name: value for name, value in found.items() if name not in _RESERVED}
        encoded = found.get("data_base64")
        if encoded is None:
            return cls.check(attributes, found.get("data"))
        if found.get("data") is not None:
            raise Invalid("data and data_base64 exclude each other", field="data_base64")
        if not isinstance(encoded, str):
            raise Invalid("data_base64 must be a text", field="data_base64")
        try:
            return cls.check(attributes, base64.b64decode(encoded, validate=True))
        except (binascii.Error, ValueError):
            raise Invalid("data_base64 is not base64", field="data_base64") from None

    def text(self, name: str) -> str | None:
        """Give an attribute as text; None where it is absent or empty."""
        value = self.attributes.get(name)
        return str(value) if value not in (None, "") else None

    @property
    def name(self) -> str:
        """The identity of the event over all sources: ``source|id``."""
        return f"{self.attributes['source']}|{self.attributes['id']}"

    @property
    def time(self) -> datetime | None:
        """When it happened, in UTC; Invalid where ``time`` is no RFC 3339 time with a zone."""
        written = self.text("time")
        if written is None:
            return None
        try:
            found = msgspec.convert(written, datetime)
            if found.tzinfo is None:
                raise Invalid("time has no zone", field="time")
            return found.astimezone(UTC)
        except (msgspec.ValidationError, OverflowError):
            raise Invalid("time is no RFC 3339 time", field="time") from None

    def event(self) -> Event:
        """Make our event of it: that of its data where the data is one, else a generic one.

        Data is one of our events when it names one of our kinds and has a ``channel`` (ours, or null).
        Then the CloudEvent gives id, source and time, the data everything else.
        """
        data = self.data
        if isinstance(data, dict) and data.get("kind") in _KINDS and data.get("channel", "") in _CHANNELS:
            return self._own(data)
        return self._generic()

    def _own(self, data: dict[str, Any]) -> Event:
        fields = {"provider": "cloudevents", "provider_event_id": self.name[:_LINE], **data}
        fields |= {"id": fit_id(self.name), "source": fit_id(str(self.attributes["source"]))}
        if self.time is not None:
            fields["occurred_at"] = self.time
        try:
            return msgspec.convert(fields, Event)
        except msgspec.ValidationError as error:
            raise Invalid(f"data: {error}", field="data") from None

    def _generic(self) -> Event:
        subject = self.text("subject")
        attrs: dict[str, Attribute] = {
            name: value[:_LINE] if isinstance(value, str) else value
            for name, value in self.attributes.items()
            if name not in _MAPPED
        }
        payload = _written(self.data)
        if payload is not None and len(payload) > _PAYLOAD:
            attrs["data_cut"] = len(payload)
            payload = payload[:_PAYLOAD]
        return Event(
            id=fit_id(self.name),
            source=fit_id(str(self.attributes["source"])),
            kind="generic",
            author="system",
            occurred_at=self.time,
            provider="cloudevents",
            provider_event_id=self.name[:_LINE],
            thread=subject[:_LINE] if subject else None,
            payload=payload,
            attrs=attrs,
        )


def _value(name: str, value: object) -> str | int | bool:
    if name in _RESERVED or not _NAME.fullmatch(name):
        raise Invalid(f"{name[:64]!r} is no attribute name: a-z and 0-9 only", field=name[:64])
    if isinstance(value, str | bool) or (isinstance(value, int) and abs(value) < 1 << 63):
        return value
    raise Invalid(f"{name} must be a text, an integer or a boolean", field=name)


def _written(data: object) -> str | None:
    """Write data as text: text as it is, bytes as base64, all else as JSON."""
    if data is None or isinstance(data, str):
        return data
    if isinstance(data, bytes):
        return base64.b64encode(data).decode("ascii")
    try:
        return msgspec.json.encode(data).decode("utf-8")
    except RecursionError:
        raise Invalid("data is nested too deeply", field="data") from None
