"""The contact an event of Amazon Connect speaks of: its fields in one spelling, its channel and times."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from channels import wire
from channels.email.dates import read_date
from channels.fit import YEAR_S
from router.model.event import Channel, Direction

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
_MACHINES = ("VOICEMAIL", "SIT_TONE", "FAX", "AMD_UNANSWERED")  # what took the call was no person
_DEEP = 3  # levels of a detail that have names of Connect's


class Contact(Struct, frozen=True):
    """What an event says besides its envelope; ``what`` is its ``eventType``.

    The names of fields are in small letters: those of the same field differ from event to event.
    """

    detail: wire.Table
    what: str
    method: str
    channel: Channel | None
    medium: str | None

    def text(self, *path: str) -> str | None:
        """Give the text at a path."""
        return wire.text(self.detail, *path)

    def time(self, what: str) -> datetime | None:
        """Say when the contact came into a state, as far as this event tells."""
        return read_date(self.text(*_TIMES[what])) if what in _TIMES else None

    def lasted(self, start: str, end: str) -> float | None:
        """Give the seconds between two states; None where one is not told, or not yet."""
        begun, over = self.time(start), self.time(end)
        found = (over - begun).total_seconds() if begun and over else -1.0
        return found if 0 <= found <= YEAR_S else None

    @property
    def own(self) -> str | None:
        """Its id."""
        return self.text("contactid")

    @property
    def first(self) -> str | None:
        """The id of the contact that began it all: it stays the same through transfers."""
        return self.text("initialcontactid") or self.own

    @property
    def direction(self) -> Direction | None:
        """Who began it; by the API a customer opens a chat, and we place a call."""
        if self.method == "API":
            return "out" if self.channel == "voice" else "in"
        return _DIRECTIONS.get(self.method)

    @property
    def transferred(self) -> bool:
        """Whether this event is the transfer of an earlier contact."""
        return self.what == "INITIATED" and self.method in _TRANSFERS and self.channel is not None

    @property
    def by_machine(self) -> bool:
        """Whether a machine, or a tone of the network, took a call of ours."""
        return (self.text("answeringmachinedetectionstatus") or "").startswith(_MACHINES)


def read(found: object) -> Contact:
    """Read the detail of an event; what it lacks is None or empty."""
    detail = _small(wire.table(found, "detail"), _DEEP)
    subtype = wire.text(detail, "segmentattributes", "connect:subtype", "valuestring")
    plain = _CHANNELS.get((wire.text(detail, "channel") or "").upper(), (None, None))
    channel, medium = _SUBTYPES.get(subtype or "", plain)
    what, method = wire.text(detail, "eventtype") or "", wire.text(detail, "initiationmethod") or ""
    return Contact(detail, what.upper(), method.upper(), channel, medium)


def _small(found: wire.Table, depth: int) -> wire.Table:
    return {
        name.lower(): _small(each, depth - 1) if depth and isinstance(each, dict) else each
        for name, each in found.items()
    }
