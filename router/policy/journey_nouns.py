"""The words of a journey: what the fold reads and what it answers. Times are integer milliseconds UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from router.model.event import Kind, Outcome

Direction = Literal["in", "out", "internal"]
Reason = Literal[
    "no_contact", "unserved", "repeat", "awaiting_company", "survey", "pending", "window_open",
    "no_customer_reply", "disposition", "silence",
]  # fmt: skip


class JourneyEvent(Struct, frozen=True, kw_only=True):
    """One thing that happened, as the fold reads it.

    ``label`` is the medium if there is one, else the ``channel``, whose gaps hold for a medium without
    its own. ``end_ms`` is the end of a call (None: it
    took no time). ``missed``: a call of ours that nobody answered. ``until_ms``: when an identity merge
    was undone. ``received_us`` breaks ties of time and sequence. An empty ``id`` is never a duplicate.
    """

    at_ms: int
    kind: Kind
    label: str = ""
    channel: str = ""
    direction: Direction = "internal"
    customer: str = ""
    source: str = ""
    id: str = ""
    sequence: int = 0
    received_us: int = 0
    issues: tuple[str, ...] = ()
    topic: str | None = None
    queue: str | None = None
    agent: str | None = None
    end_ms: int | None = None
    wait_ms: int = 0
    ack: bool = False
    auto: bool = False
    spam: bool = False
    dup: bool = False
    companion: bool = False
    proactive: bool = False
    opens: bool = False
    missed: bool = False
    dropped: bool = False
    asks: bool = False
    redirect: str | None = None
    outcome: Outcome | None = None
    resolved: bool | None = None
    merge_from: str | None = None
    merge_into: str | None = None
    until_ms: int | None = None


class Switches(Struct, frozen=True):
    """How often a channel was changed, by whom."""

    customer: int = 0
    company: int = 0


class EpisodeAnswer(Struct, frozen=True, kw_only=True):
    """What became of one matter of one customer; docs/definitions says what each field means."""

    issue: str
    first_channel: str | None
    contacts: int
    attempts: int
    switches_customer: int
    switches_company: int
    transfers: int
    escalations: int
    handoffs: int
    reopens: int
    touches: int
    fcr: bool | None
    provisional: bool
    reason: Reason
    fcr_single_channel: bool | None
    matrix: dict[str, Switches]
    one_touch: bool | None
    contained: bool | None
    recovered: bool
    final_at: datetime | None


class Answer(Struct, frozen=True, kw_only=True):
    """A whole journey: totals over all episodes, the verdict fields of the first one, each episode."""

    contacts: int
    attempts: int
    episodes: int
    switches_customer: int
    switches_company: int
    transfers: int
    escalations: int
    handoffs: int
    fcr: bool | None
    provisional: bool
    reason: Reason
    one_touch: bool | None
    contained: bool | None
    recovered: bool
    fcr_single_channel: bool | None
    final_at: datetime | None
    matrix: dict[str, Switches]
    nca: bool | None
    fcr_by_episode: list[bool | None]
    by_episode: list[EpisodeAnswer]


class Facts(Struct, frozen=True, kw_only=True):
    """What a report needs to know of an episode beyond its answer: to whom it counts, and when.

    ``anchor_ms``: the end of our last response, None while unanswered, pending or reopened.
    ``repeat_ms``: the first repeat; ``repeat_anchor_ms``: the anchor at that moment, None where there
    was none; ``repeats_here`` counts those on the first contact's channel. ``no_ms``: the first survey
    that said no. ``outcome``: the last wrap-up, at ``outcome_ms``. ``bot`` and ``person``: who answered.
    ``waits``: waits over their targets, uncapped.
    """

    first_ms: int
    last_attempt_ms: int
    queue: str | None
    agent: str | None
    topic: str | None
    anchor_ms: int | None
    answered: bool
    repeat_ms: int | None
    repeat_anchor_ms: int | None
    repeats_here: int
    no_ms: int | None
    yes: bool
    asked: bool
    outcome: Outcome | None
    outcome_ms: int | None
    bot: bool
    person: bool
    waits: float
    questions: int


class Journey(Struct, frozen=True, kw_only=True):
    """The fold of a timeline: the answer, and the facts of each episode in the same order."""

    answer: Answer
    facts: tuple[Facts, ...]
    effort: float
