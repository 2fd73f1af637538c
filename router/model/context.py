"""The context: everything known of a customer, in one reply."""

from __future__ import annotations

from datetime import datetime

from msgspec import Raw, Struct

from router.model.event import Attribute
from router.model.handle import Trust
from router.model.item import Item


class Customer(Struct, frozen=True, kw_only=True):
    """A person as far as we know. ``id`` as asked for, ``canonical`` the id of the view."""

    id: str
    canonical: str
    name: str | None = None
    tier: str | None = None
    attributes: dict[str, Attribute] = {}


class LinkShown(Struct, frozen=True, kw_only=True, rename={"with_": "with"}):
    """Why a handle belongs to the customer: an edge to another handle, ``with`` as type:value."""

    id: str
    with_: str
    who: str
    when: datetime
    why: str | None
    trust: Trust


class HandleShown(Struct, frozen=True, kw_only=True):
    """A handle of the customer. ``id`` is the customer id it would have alone."""

    type: str
    value: str
    id: str
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    links: list[LinkShown] = []


class Conversation(Struct, frozen=True, kw_only=True):
    """Events of one handle joined by a thread, call or session."""

    id: str
    channel: str | None
    label: str | None
    handle: str
    to: str | None = None
    thread: str | None = None
    opened_at: datetime | None = None
    last_in: datetime | None = None
    last_out: datetime | None = None
    ended_at: datetime | None = None
    events: int = 0


class JourneyStrip(Struct, frozen=True, kw_only=True):
    """The journey so far in a line; the words are those of docs/definitions.md."""

    contacts: int
    attempts: int
    episodes: int
    switches_customer: int
    switches_company: int
    fcr: bool | None
    provisional: bool
    reason: str | None
    effort: float


class Context(Struct, frozen=True, kw_only=True):
    """One customer over all channels; events newest first."""

    customer: Customer
    handles: list[HandleShown]
    events: list[Raw]
    items: list[Item]
    conversations: list[Conversation]
    journey: JourneyStrip
    last_agents: list[str]


class HeldItem(Item, frozen=True, kw_only=True):
    """An item as the agent who accepted it gets it: with the whole context."""

    context: Context


class TimelinePage(Struct, frozen=True):
    """A stretch of the timeline, newest first; ``next`` continues it, None at its end."""

    events: list[Raw]
    next: str | None
