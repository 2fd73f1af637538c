"""The event: one thing that happened on one channel at one moment, as adapters post it."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from router.model.handle import Party

Channel = Literal["voice", "email", "chat", "sms", "social"]
Kind = Literal[
    "message", "call", "voicemail", "bot", "callback_request", "abandon",
    "transfer", "escalation", "handoff", "disposition", "reopen", "survey",
    "merge", "identity_merge", "note", "status", "typing", "read", "reaction", "reaction_removed",
    "edit", "delete", "opt_in", "opt_out", "bounce", "participant", "identity_change",
    "system", "generic",
]  # fmt: skip
Direction = Literal["in", "out", "internal"]
Author = Literal["customer", "agent", "bot", "system", "unknown"]
Status = Literal[
    "offered", "queued", "answered", "ended", "missed", "sent", "delivered", "read", "played", "failed",
]  # fmt: skip
Flag = Literal[
    "ack", "auto", "spam", "dup", "companion", "proactive", "opens", "answered", "missed", "dropped",
    "asks", "redelivery", "unsupported", "forwarded", "unverified", "clock_skew", "unparsed",
]  # fmt: skip
Outcome = Literal["resolved", "unresolved", "pending"]

OWN_SOURCE = "router"
"""The source of what happened in the router itself; nobody else may post under it."""

# In Python `$` also stands before a last newline; the look-ahead makes it the end, here and in ECMA.
_ID = re.compile(r"^[A-Za-z0-9._:@+/=-]{1,128}$(?!\n)")
Id = Annotated[str, Meta(pattern=_ID.pattern)]
Word = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:@+/=-]{1,64}$(?!\n)")]
Short = Annotated[str, Meta(max_length=256)]
Line = Annotated[str, Meta(max_length=1024)]
Text = Annotated[str, Meta(max_length=65_536)]
Seconds = Annotated[float, Meta(ge=0, le=31_536_000)]
Attribute = str | int | float | bool | list[str] | None


class Call(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename={"from_": "from"}):
    """What a telephone system tells of a call; ``leg`` is a child of ``id``."""

    id: Short | None = None
    leg: Short | None = None
    cause: Short | None = None
    from_: Short | None = None
    to: Short | None = None


class Attachment(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A file that came along. The router never fetches ``url`` by itself; ``size`` in bytes."""

    kind: Short | None = None
    mime: Short | None = None
    name: Line | None = None
    size: Annotated[int, Meta(ge=0)] | None = None
    url: Annotated[str, Meta(max_length=4096)] | None = None
    blob: Short | None = None
    inline: bool = False
    content_id: Line | None = None
    fetch: Literal["none", "bearer", "basic", "provider"] = "none"
    expires_at: datetime | None = None


class Location(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A place on earth, in degrees."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    name: Line | None = None
    address: Line | None = None


class Merge(Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from", "into": "into"}):
    """Two names of one issue (kind merge), or two handles of one person (identity_merge)."""

    from_: Short
    into: Short


class Event(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One thing that happened. (workspace, source, id) is its idempotency key.

    ``direction`` None: the channel does not say; treated as internal. ``occurred_at`` None: when we
    received it. ``channel`` may be None only where nothing happened on a channel (generic, system,
    merge, identity_change, participant, note).
    """

    id: Id
    source: Id
    channel: Channel | None = None
    medium: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,31}$(?!\n)")] | None = None
    kind: Kind
    direction: Direction | None = None
    author: Author = "unknown"
    occurred_at: Annotated[datetime, Meta(tz=True)] | None = None
    customer: Party | None = None
    also: Annotated[list[Party], Meta(max_length=16)] = []
    sequence: Annotated[int, Meta(ge=0, le=4_294_967_295)] = 0
    provider: Short | None = None
    provider_event_id: Line | None = None
    to: Line | None = None
    thread: Line | None = None
    target: Line | None = None
    subject: Line | None = None
    text: Text | None = None
    attachments: Annotated[list[Attachment], Meta(max_length=100)] = []
    issue: Short | Annotated[list[Short], Meta(max_length=16)] | None = None
    topic: Short | None = None
    queue: Word | None = None
    skills: Annotated[list[Short], Meta(max_length=16)] = []
    priority: Annotated[int, Meta(ge=-100, le=100)] = 0
    agent: Word | None = None
    duration_s: Seconds | None = None
    wait_s: Seconds | None = None
    status: Status | None = None
    call: Call | None = None
    flags: Annotated[list[Flag], Meta(max_length=16)] = []
    redirect: Short | None = None
    outcome: Outcome | None = None
    resolved: bool | None = None
    score: Annotated[float, Meta(ge=-1000, le=1000)] | None = None
    scale: Literal["csat5", "nps", "ces7"] | None = None
    merge: Merge | None = None
    text_full: Annotated[str, Meta(max_length=262_144)] | None = None
    parents: Annotated[list[Line], Meta(max_length=64)] = []
    payload: Annotated[str, Meta(max_length=4096)] | None = None
    location: Location | None = None
    attrs: Annotated[dict[Annotated[str, Meta(max_length=64)], Attribute], Meta(max_length=64)] = {}

    def __post_init__(self) -> None:
        """Refuse an event that needs a channel and names none."""
        if self.channel is None and self.kind not in _WITHOUT_CHANNEL:
            message = f"an event of kind {self.kind} needs a channel"
            raise ValueError(message)

    @property
    def label(self) -> str | None:
        """What journeys count switches between: the medium if given, else the channel."""
        return self.medium or self.channel

    @property
    def issues(self) -> tuple[str, ...]:
        """The issues the event names, in order."""
        if self.issue is None:
            return ()
        return (self.issue,) if isinstance(self.issue, str) else tuple(self.issue)


_WITHOUT_CHANNEL = frozenset({
    "generic", "system", "merge", "identity_merge", "identity_change", "participant", "note",
})  # fmt: skip


def fit_id(native: str) -> str:
    """Give a provider's id in our form: itself if it fits the pattern, else ``h:`` + sha256."""
    return (
        native if _ID.match(native) else "h:" + hashlib.sha256(native.encode("utf-8", "replace")).hexdigest()
    )
