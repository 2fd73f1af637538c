"""What the house expects of its outer rooms: channels, listeners, and what they may call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from router.model.event import Event


class Request(Struct, frozen=True):
    """A provider's HTTP request. ``url`` as the provider called it, query byte-exact.

    Header names are lower case. ``body`` is the raw bytes, read once.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


class Reply(Struct, frozen=True):
    """What the provider is told."""

    status: int = 200
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Account(Struct, frozen=True):
    """One configured account of a provider, ``[channels.<channel>.<provider>.<name>]``.

    ``secret`` is the one secret of the provider; other settings keep their own names. Events of the
    account have the source ``provider:name``.
    """

    channel: str
    provider: str
    name: str
    secret: str | None = None
    unsigned: bool = False
    queue: str | None = None
    settings: Mapping[str, object] = {}

    @property
    def source(self) -> str:
        """The source of the account's events."""
        return f"{self.provider}:{self.name}"

    def setting(self, name: str) -> str | None:
        """Give a text setting, or None where it is not set."""
        value = self.settings.get(name)
        return None if value is None else str(value)


class Result(Struct, frozen=True):
    """What became of one event: its id, and where it was filed. None: there is none (yet)."""

    event: str | None
    customer: str | None
    conversation: str | None
    item: str | None
    duplicate: bool


class Channel(Protocol):
    """An adapter for one provider that calls us over HTTP. No I/O, no clock, no state."""

    unverified_status: int
    """The HTTP status for a missing or wrong signature that makes this provider do the right thing."""

    def verify(self, request: Request, account: Account, now: float) -> None:
        """Check the signature on the raw request; raise Unverified. ``now`` in unix seconds.

        Called only when the account has a secret.
        """

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:
        """Read the request into events; Malformed where it is not this provider's.

        What is known but irrelevant gives no event. ``queue`` of the account is filled in by the house.
        """

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:
        """Say what the provider expects after all events are kept."""


class Sink(Protocol):
    """Where a listener puts what it heard. Returns only after the events are durable."""

    async def post(self, events: Sequence[Event], raw: bytes) -> Sequence[Result]:
        """Record the events in order; ``raw`` is kept a while. Raises Busy when it cannot now."""


class Listener(Protocol):
    """An adapter that listens by itself: SMTP, AMI, IMAP."""

    async def start(self, sink: Sink) -> None:
        """Begin to listen; returns when it does."""

    async def stop(self) -> None:
        """Stop taking more, finish what is under way."""


class Pusher(Protocol):
    """Tells whoever watches that something changed."""

    def push(self, topic: str, body: bytes) -> None:
        """Hand one message on; never waits."""
