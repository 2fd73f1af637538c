"""What a conversation needs from routing, and what routing answers with."""

from __future__ import annotations

from msgspec import Struct


class Want(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The routing facts of an arrival that needs a person, as the rules left them."""

    queue: str
    channel: str
    label: str
    skills: tuple[str, ...] = ()
    priority: int = 0
    target_s: float | None = None
    tier: str | None = None
    issue: str | None = None
    topic: str | None = None
    received_ms: int = 0


class Need(Struct, frozen=True, kw_only=True):
    """A conversation as routing must see it at revision ``rev``.

    ``want_rev`` is the revision of its newest arrival that needs a person, ``ended`` that the customer
    left since, ``seen`` that we spoke last, ``in_n`` how many messages came in.
    """

    cnv: str
    hid: str
    view: str
    rev: int
    want_rev: int
    ended: bool
    seen: bool
    in_n: int
    want: Want


class Plan(Struct, frozen=True, kw_only=True):
    """Where an item waits and how long each step may take; spans in ms."""

    queue: str
    lane: str
    skills: str
    add_ms: int
    offer_ms: int
    wrap_ms: int
    idle_ms: int
