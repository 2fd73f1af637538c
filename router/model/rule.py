"""Rules: what the configuration wishes for an event, and what the wish is made of."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from router.model.agent import Need
from router.model.event import Channel, Line, Short, Word
from router.model.queue import Target

Texts = Line | Annotated[list[Line], Meta(min_length=1, max_length=256)]
"""One text, or several of which any will do."""

Channels = Channel | Annotated[list[Channel], Meta(min_length=1, max_length=5)]
Wanted = (
    str | int | float | bool | Annotated[list[str | int | float | bool], Meta(min_length=1, max_length=256)]
)
Name = Annotated[str, Meta(min_length=1, max_length=64)]


class Condition(
    Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    kw_only=True,
    rename={"all_of": "all", "any_of": "any", "none_of": "not"},
):
    """What must hold of an event; everything that is given must hold, so an empty one always does.

    ``channel``, ``medium``, ``label`` are the event's, compared exactly. ``to`` (our address) and
    ``source`` disregard case, and ``*`` in them stands for anything. ``tier`` and ``language`` are the
    customer's, as the event's ``attrs`` tell them. Each of ``attrs`` that is named must be there with the
    value, or with one of the values. ``all``, ``any`` and ``not`` hold further conditions.
    """

    channel: Channels | None = None
    medium: Texts | None = None
    label: Texts | None = None
    to: Texts | None = None
    source: Texts | None = None
    tier: Texts | None = None
    language: Texts | None = None
    attrs: Annotated[dict[Name, Wanted], Meta(max_length=32)] = {}
    all_of: Annotated[list[Condition], Meta(max_length=32)] = []
    any_of: Annotated[list[Condition], Meta(min_length=1, max_length=32)] | None = None
    none_of: Condition | None = None


class Rule(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """When the condition holds, these are the wishes; what is left out the event itself decides."""

    when: Condition = Condition()
    queue: Word | None = None
    skills: Annotated[list[Need], Meta(max_length=16)] | None = None
    priority: Annotated[int, Meta(ge=-100, le=100)] | None = None
    target_s: Target | None = None
    topic: Short | None = None


class Facts(Struct, frozen=True):
    """What is known of the customer when a rule looks."""

    tier: str | None = None
    language: str | None = None


class Wish(Struct, frozen=True):
    """Where an event should go, and how soon. ``target_s`` None: the queue's own target."""

    queue: str
    skills: tuple[str, ...] = ()
    priority: int = 0
    target_s: float | None = None
    topic: str | None = None
