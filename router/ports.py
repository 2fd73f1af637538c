"""What the house expects of its outer rooms: channels, listeners, and what they may call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, runtime_checkable

from msgspec import Struct

from router.model.event import Channel as Name
from router.model.event import Event
from router.model.handle import Handle


class Request(Struct, frozen=True):
    """A provider's HTTP request. ``url`` as the provider called it, query byte-exact.

    Header names are lower case. ``body`` is the raw bytes, read once. ``document`` is what lies at the
    address that the adapter needed to check it (see ``Needs``); None where it could not be had.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    document: bytes | None = None


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

    @property
    def hook(self) -> str:
        """The path that its provider calls."""
        return f"/v1/hooks/{self.channel}/{self.provider}/{self.name}"

    @property
    def place(self) -> str:
        """Where its settings stand in the configuration."""
        return f"channels.{self.channel}.{self.provider}.{self.name}"

    def hook_at(self, url: str) -> str:
        """Give the address that its provider calls: under a ``public_url`` of its own, else under ``url``.

        The setting may name the whole address as it stands at the provider, or only what is before ours.
        """
        public = (self.setting("public_url") or url).rstrip("/")
        return public if public.endswith(self.hook) else public + self.hook

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

        Called only when the account has a secret, or the adapter ``Needs`` none.
        """

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:
        """Read the request into events; Malformed where it is not this provider's.

        What is known but irrelevant gives no event. ``queue`` of the account is filled in by the house.
        """

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:
        """Say what the provider expects after all events are kept."""


class Setting(Struct, frozen=True):
    """A setting that accounts of an adapter may have, beside those that all have.

    ``what`` says in one line what it is, to the person who enters it. ``required``: nothing works without it;
    of ``secret`` this need not be said. ``unless``: another setting that does as well.
    """

    name: str
    what: str
    required: bool = False
    unless: str | None = None


@runtime_checkable
class Declares(Protocol):
    """A channel, listener or sender that says which settings its accounts may have.

    One that signs the address it calls declares ``public_url``.
    """

    settings: Sequence[Setting]


@runtime_checkable
class Stops(Protocol):
    """An adapter whose provider sends again what nobody can read, unless it is answered in its own way."""

    unreadable: Reply
    """What ends it, once the body is kept here; without a body of its own it gets the problem as one."""


@runtime_checkable
class Needs(Protocol):
    """An adapter whose signatures need a document that the provider publishes: a certificate, its keys."""

    def needs(self, request: Request, account: Account) -> str | None:
        """Give the https address to read before ``verify``; None where the request does without.

        Only addresses that are surely the provider's: what a request names is anybody's word. None also
        where the account has a secret to check by, and where ``verify`` will refuse the request anyhow.
        """


@runtime_checkable
class Confirms(Protocol):
    """An adapter whose provider asks that an address be visited before it sends anything."""

    def confirmation(self, request: Request, account: Account) -> str | None:
        """Give the https address that a verified request of ours asks to visit, else None."""


@runtime_checkable
class Checks(Protocol):
    """An adapter with settings that can be wrong in more ways than being absent."""

    def check(self, account: Account) -> None:
        """See that the settings of an account can stand; ConfigInvalid names the one that cannot.

        Called when the service starts, before anything comes in.
        """


class Call(Struct, frozen=True):
    """A call that we make. ``headers`` and ``body`` go out as they are."""

    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Answer(Struct, frozen=True):
    """What came back, whatever its status. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Outside(Protocol):
    """What adapters may do in the world outside. Follows no redirects, waits and reads only so much."""

    async def call(self, call: Call) -> Answer:
        """Make a call. Unsent: it surely did not arrive; OutcomeUnknown: it may have."""

    def listen(
        self, url: str, headers: Mapping[str, str] = {}
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Open a WebSocket and give its messages; OSError where it cannot be opened, or breaks."""


class Outgoing(Struct, frozen=True, kw_only=True):
    """A message of ours to a customer.

    ``id`` is ours and the same at every attempt. ``to`` is the customer's handle, ``sender`` our address,
    ``thread`` the conversation's; ``answers`` is the newest event of the customer in it.
    """

    id: str
    channel: Name
    medium: str | None = None
    to: Handle
    sender: str | None = None
    thread: str | None = None
    text: str
    subject: str | None = None
    answers: Event | None = None


class Sent(Struct, frozen=True):
    """What a provider took: ``id`` is the one it gave the message, by which receipts and echoes name it.

    ``others`` are further ids, where it made several messages of one.
    """

    id: str | None = None
    others: Sequence[str] = ()


class Sender(Protocol):
    """An adapter that can send. No state."""

    def lacks(self, account: Account) -> str | None:
        """Name the setting that the account needs before it can send; None: it can."""

    async def send(self, outgoing: Outgoing, account: Account, outside: Outside) -> Sent:
        """Send once. Rejected: the provider says no; Unsent: it surely has not got it.

        Anything else that is raised leaves open whether it was sent, and it is not sent again.
        """


class Opening(Struct, frozen=True, kw_only=True):
    """How a conversation begins that we begin: as the customer's answer will name it.

    ``channel`` and ``medium`` are the label, ``sender`` is our address, ``thread`` what it belongs to.
    """

    channel: Name
    medium: str | None = None
    sender: str | None = None
    thread: str | None = None


@runtime_checkable
class Opens(Protocol):
    """A sender that can write first."""

    def opening(self, message: str, to: Handle, sender: str | None, account: Account) -> Opening:
        """Say how a conversation with ``to`` begins by a message; ``sender``: our address, if chosen.

        CannotSend where this provider does not let us write first, or to such a handle.
        """


class Sink(Protocol):
    """Where a listener puts what it heard. Returns only after the events are durable."""

    async def post(self, events: Sequence[Event], raw: bytes) -> Sequence[Result]:
        """Record the events in order; ``raw`` is kept a while. Raises Busy when it cannot now."""

    async def place(self) -> str | None:
        """Give where the listener was last, as ``keep_place`` kept it; None at the very beginning."""

    async def keep_place(self, place: str) -> None:
        """Keep where the listener is, for the next start; a text of its own, up to 4096 characters."""


class Listener(Protocol):
    """An adapter that listens by itself: SMTP, AMI, ARI, IMAP. Once stopped it may be started again."""

    async def start(self, sink: Sink) -> None:
        """Begin to listen; returns when it does."""

    async def stop(self) -> None:
        """Stop taking more, finish what is under way."""
