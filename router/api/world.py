"""What the API needs from the house: one Protocol per part, and the World that holds them all.

The composition root fills the World; handlers see nothing else. Every method may raise RouterError.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from router.api.aside import DeadLetters
from router.api.intake import Confirmations, Documents, Ingest, Raws
from router.api.visits import Lobby, Rooms
from router.flow.serve import ItemPage
from router.model.agent import AgentProfile
from router.model.apikey import ApiKey, Role
from router.model.context import Context, HeldItem, LinkShown, TimelinePage
from router.model.desk import AgentState, AgentView, Queues, QueueView
from router.model.event import Outcome
from router.model.handle import Handle, Trust
from router.model.item import Decision, Item, ItemState, Offer
from router.model.message import Draft, Message
from router.model.queue import QueueProfile
from router.ports import Channel
from router.settings import Settings


class Staff(Protocol):
    """Queues, and the agents who serve them."""

    async def put_queue(self, queue: str, profile: QueueProfile, /) -> QueueView:
        """Create a queue or change its settings."""

    async def queues(self) -> Queues:
        """Give every queue with its depth."""

    async def queue(self, queue: str, /) -> QueueView:
        """Give one queue with its depth."""

    async def put_agent(self, agent: str, profile: AgentProfile, /) -> AgentView:
        """Create an agent or change the profile."""

    async def agent(self, agent: str, /) -> AgentView:
        """Give one agent."""

    async def agents(self) -> Sequence[AgentView]:
        """Give every agent."""

    async def state(self, agent: str, state: AgentState, reason: str | None, /) -> AgentView:
        """Set an agent available, away or offline."""

    async def touch(self, agent: str, /, *, opened: bool) -> None:
        """Extend the presence of an agent; ``opened`` begins it: a desk is there from now on."""


class Serve(Protocol):
    """What agents do with offers and items. ``agent`` None: whoever holds the offer."""

    async def offers(self, agent: str, wait_s: float, /) -> Sequence[Offer]:
        """Give the pending offers of an agent; without one wait up to ``wait_s`` seconds for it."""

    async def accept(self, offer: str, agent: str | None, /) -> HeldItem:
        """Take the item of an offer."""

    async def decline(self, offer: str, agent: str | None, /) -> Item:
        """Let an offer pass."""

    async def complete(  # noqa: PLR0913 - a wrap-up says all this
        self,
        item: str,
        /,
        *,
        offer: str,
        agent: str | None,
        op: str,
        outcome: Outcome | None,
        issue: str | None,
        topic: str | None,
        note: str | None,
    ) -> Item:
        """Wrap up an item held under ``offer``; ``op`` makes a repetition harmless."""

    async def transfer(  # noqa: PLR0913 - a transfer says all this
        self,
        item: str,
        /,
        *,
        offer: str,
        agent: str | None,
        op: str,
        queue: str | None,
        to_agent: str | None,
        wait: Literal["keep", "reset"],
    ) -> Item:
        """Hand an item on to a queue or to an agent, with its wait kept or begun anew."""

    async def cancel(self, item: str, /, *, offer: str, agent: str | None, op: str) -> Item:
        """End an item without an outcome: there is nothing (more) to do."""

    async def item(self, item: str, /) -> Item:
        """Give one item."""

    async def items(
        self,
        queue: str | None,
        state: ItemState | None,
        channel: str | None,
        cursor: str | None,
        limit: int,
        /,
    ) -> ItemPage:
        """Give a page of items, oldest first."""

    async def decisions(self, item: str, /) -> Sequence[Decision]:
        """Give why an item went, or did not go, to whom."""


class Send(Protocol):
    """What agents say to customers."""

    async def reply(self, conversation: str, draft: Draft, /, *, agent: str | None, key: str) -> Message:
        """Say something in a conversation, once for each ``key``."""

    async def begin(  # noqa: PLR0913 - whom, by which way, what, who, once
        self, to: Handle, source: str, draft: Draft, /, *, sender: str | None, agent: str | None, key: str
    ) -> Message:
        """Write to somebody first, once for each ``key``."""


class Contexts(Protocol):
    """What is known of a customer."""

    async def by_handle(self, handle: Handle, /) -> Context:
        """Give the context of whoever has this address."""

    async def by_customer(self, customer: str, /) -> Context:
        """Give the context of a customer id."""

    async def timeline(self, customer: str, before: str | None, limit: int, /) -> TimelinePage:
        """Give a stretch of the timeline, newest first, from a cursor on."""

    async def journey(
        self,
        customer: str,
        as_of: datetime | None,
        window_days: float | None,
        unknown: Literal["same", "new"] | None,
        /,
    ) -> Struct:
        """Give the full journey, as it was known at ``as_of``."""


class Links(Protocol):
    """Which handles are one person."""

    async def link(
        self, customer: str, other: Handle | str, /, *, who: str, why: str | None, trust: Trust
    ) -> LinkShown:
        """Join a customer with a handle or with another customer id."""

    async def unlink(self, customer: str, link: str, /, *, who: str) -> None:
        """Remove a link, and keep the two apart from now on."""


class Reports(Protocol):
    """What was, in numbers. Times are UTC, ``since`` within and ``until`` beyond the span."""

    async def fcr(
        self, since: datetime, until: datetime, by: Sequence[str], window_days: float | None, /
    ) -> Struct:
        """Report first contact resolution."""

    async def switches(
        self, since: datetime, until: datetime, by: Sequence[str], window_days: float | None, /
    ) -> Struct:
        """Report the channel switches."""

    async def effort(
        self, since: datetime, until: datetime, by: Sequence[str], window_days: float | None, /
    ) -> Struct:
        """Report what it took the customers."""


class FeedMessage(Protocol):
    """One entry of the feed: its number, its topic, its facts as a JSON object."""

    @property
    def id(self) -> str | None:
        """The number ``epoch-n``; None where more of the same number follows."""

    @property
    def topic(self) -> str:
        """What it is about; ``reset`` carries a snapshot."""

    @property
    def body(self) -> bytes:
        """The facts, as JSON."""


class Push(Protocol):
    """Tells subscribers what changes."""

    def subscribe(
        self, topics: frozenset[str] | None, last_id: str | None, agent: str | None, /
    ) -> AbstractAsyncContextManager[AsyncIterator[FeedMessage]]:
        """Follow the feed from ``last_id`` on, or from now. None: all topics, nobody's own offers."""


class Keys(Protocol):
    """The API keys."""

    async def find(self, secret: str, /) -> ApiKey | None:
        """Give the key with this secret, if there is one."""

    async def put(
        self, *, role: Role, name: str, agent: str | None, sources: Sequence[str] | None
    ) -> tuple[ApiKey, str]:
        """Make a key; its secret is given this once."""

    async def list(self) -> Sequence[ApiKey]:
        """Give every key."""

    async def revoke(self, key: str, /) -> None:
        """Remove a key; NotFound when there is none."""


class Health(Protocol):
    """Whether the router can do its work."""

    async def ready(self) -> Sequence[tuple[str, bool, str]]:
        """Give each check: its name, whether it holds, and words for people."""


class World(Struct, frozen=True, kw_only=True):
    """Everything a handler may call.

    ``channels``: the adapters by (channel, provider). ``registry`` holds the metrics of this process;
    ``gauges`` reads those of the store, at each scrape.
    """

    ingest: Ingest
    raws: Raws
    documents: Documents
    confirmations: Confirmations
    dead_letters: DeadLetters
    serve: Serve
    send: Send
    staff: Staff
    lobby: Lobby
    rooms: Rooms
    contexts: Contexts
    links: Links
    reports: Reports
    push: Push
    keys: Keys
    health: Health
    channels: Mapping[tuple[str, str], Channel]
    settings: Settings
    registry: CollectorRegistry
    gauges: Callable[[], Awaitable[Iterable[Metric]]]
