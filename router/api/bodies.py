"""What the calls take and give: one Struct per body and per query string."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from router.api.problems import Problem
from router.model.apikey import Role
from router.model.desk import AgentState, AgentView
from router.model.event import Channel, Id, Line, Outcome, Short, Word
from router.model.handle import Handle, Trust
from router.model.item import Decision, ItemState, Offer

_REF = "#/components/schemas/"
Note = Annotated[str, Meta(max_length=65_536)]
Cursor = Annotated[str, Meta(min_length=1, max_length=512)]
Limit = Annotated[int, Meta(ge=1, le=200)]
Days = Annotated[float, Meta(gt=0, le=365)]
Names = Annotated[str, Meta(max_length=1024)]
Moment = Annotated[str, Meta(max_length=40)]
"""A UTC day ``2026-03-02`` or an RFC 3339 time."""


class Strict(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A body or query string in which every field is known."""


# -- bodies in ------------------------------------------------------------------------------------


class StateChange(Strict, frozen=True, kw_only=True):
    """The state an agent goes into, and why."""

    state: AgentState
    reason: Short | None = None


class OnBehalf(Strict, frozen=True):
    """Who acts, where the API key does not say it already."""

    agent: Word | None = None


class Held(OnBehalf, frozen=True, kw_only=True):
    """An act on an item: it names the offer under which the agent holds it."""

    offer: Id


class WrapUp(Held, frozen=True, kw_only=True):
    """How the work on an item ended; ``issue`` is what matter it was, ``topic`` groups reports."""

    outcome: Outcome | None = None
    issue: Short | None = None
    topic: Short | None = None
    note: Note | None = None


class Transfer(Strict, frozen=True):
    """Where an item held under ``offer`` goes: to a queue, or to another agent, with its wait or anew.

    A key that is no agent's names who hands on as ``by``, or as ``agent`` beside a queue.
    """

    offer: Id
    queue: Word | None = None
    agent: Word | None = None
    by: Word | None = None
    wait: Literal["keep", "reset"] = "keep"


class NewMessage(OnBehalf, frozen=True, kw_only=True):
    """What to say; ``subject`` for mail alone, which else answers under the one it had."""

    text: Annotated[str, Meta(min_length=1, max_length=65_536)]
    subject: Line | None = None


class FirstMessage(NewMessage, frozen=True, kw_only=True, rename={"sender": "from"}):
    """What to say to whom, by the account of a source; ``from`` is our address, where there are several."""

    customer: Annotated[str, Meta(max_length=600)] | Handle
    source: Id
    sender: Line | None = None


class LinkBody(Strict, frozen=True, rename={"with_": "with"}):
    """Whom to link with: exactly one of ``handle``, ``customer`` (an id), ``with`` (either)."""

    handle: Annotated[str, Meta(max_length=600)] | Handle | None = None
    customer: Id | None = None
    with_: Annotated[str, Meta(max_length=600)] | Handle | None = None
    why: Short | None = None
    trust: Trust = "attested"


class NewKey(Strict, frozen=True):
    """The key to make: an agent key speaks for ``agent``, an adapter key only for ``sources``."""

    role: Role
    name: Short
    agent: Word | None = None
    sources: Annotated[list[Id], Meta(max_length=1000)] | None = None


# -- query strings ----------------------------------------------------------------------------------


class NoQuery(Strict, frozen=True):
    """Nothing."""


class EventsQuery(Strict, frozen=True, rename={"imported": "import"}):
    """``import=true``: old history, which makes no items."""

    imported: bool = False


class ContextQuery(Strict, frozen=True):
    """Whose context: an address as ``type:value``."""

    handle: Annotated[str, Meta(max_length=600)]


class TimelineQuery(Strict, frozen=True):
    """From where on, and how much."""

    before: Cursor | None = None
    limit: Limit = 50


class JourneyQuery(Strict, frozen=True):
    """As it was known when, by which window, and whether a contact without an issue is the same matter."""

    as_of: Annotated[datetime, Meta(tz=True)] | None = None
    window_days: Days | None = None
    unknown: Literal["same", "new"] | None = None


class OffersQuery(Strict, frozen=True):
    """How many seconds to wait for an offer when there is none."""

    wait: Annotated[float, Meta(ge=0, le=60)] = 0


class ItemsQuery(Strict, frozen=True):
    """Which items, from where on, and how many."""

    queue: Word | None = None
    state: ItemState | None = None
    channel: Channel | None = None
    cursor: Cursor | None = None
    limit: Limit = 50


class ReportQuery(Strict, frozen=True, rename={"since": "from", "until": "to"}):
    """Which time, divided by what. A day as ``to`` is within; a time as ``to`` is not.

    Without ``to`` up to now, without ``from`` the 30 days before. ``by``: names divided by commas.
    """

    since: Moment | None = None
    until: Moment | None = None
    by: Names = ""
    window_days: Days | None = None


class StreamQuery(Strict, frozen=True):
    """Which topics (names divided by commas), after which number; ``ticket`` where no header can be sent."""

    topics: Names | None = None
    since: Annotated[str, Meta(max_length=64)] | None = None
    ticket: Annotated[str, Meta(max_length=64)] | None = None


class DeskQuery(Strict, frozen=True):
    """Whose desk, after which number; ``ticket`` where no header can be sent."""

    agent: Word | None = None
    since: Annotated[str, Meta(max_length=64)] | None = None
    ticket: Annotated[str, Meta(max_length=64)] | None = None


# -- bodies out -------------------------------------------------------------------------------------


class Refused(Struct, frozen=True):
    """An entry that was not kept, and why."""

    error: Problem


Entries = Annotated[
    list[Any],
    Meta(extra_json_schema={"items": {"anyOf": [{"$ref": _REF + "Result"}, {"$ref": _REF + "Refused"}]}}),
]
"""Each a ``Result`` or ``Refused``; msgspec wants tags for that union, and we want none in the reply."""


class Results(Struct, frozen=True):
    """What became of each event, in the order they came."""

    results: Entries


class Agents(Struct, frozen=True):
    """All agents."""

    agents: list[AgentView]


class Offers(Struct, frozen=True):
    """The pending offers of an agent."""

    offers: list[Offer]


class Decisions(Struct, frozen=True):
    """The decisions about an item, oldest first."""

    decisions: list[Decision]


class KeyShown(Struct, frozen=True, kw_only=True):
    """An API key without its secret."""

    id: str
    role: Role
    name: str
    agent: str | None = None
    sources: list[str] | None = None


class KeyMade(KeyShown, frozen=True, kw_only=True):
    """An API key with its secret, shown this once."""

    key: str


class KeyList(Struct, frozen=True):
    """All API keys."""

    keys: list[KeyShown]


class Ticket(Struct, frozen=True):
    """A ticket for one stream or desk, good once and for ``expires_in_s`` seconds."""

    ticket: str
    expires_in_s: float


class Alive(Struct, frozen=True):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Check(Struct, frozen=True):
    """One thing that must hold for the router to do its work."""

    name: str
    ok: bool
    words: str


class Readiness(Struct, frozen=True):
    """Whether the router can do its work, and each check."""

    ready: bool
    checks: list[Check]


class DeskMessage(Struct, frozen=True):
    """What the desk's socket carries: the feed's number, topic and facts."""

    id: str | None
    topic: str
    data: msgspec.Raw
