"""Dead letters: what came and could not be read, or not be kept, with what is needed to run it again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct


class Fault(Struct, frozen=True):
    """Why: the code of an error of ours, and its words."""

    code: str
    detail: str


class Letter(Struct, frozen=True, kw_only=True):
    """What came for an account, and why it is here. ``raw`` names its body, which is kept a week.

    ``method`` and ``url`` are None where a listener heard it. ``url`` and ``headers`` are without anything
    that proves who calls: only what reading needs. ``unread`` are the ids of events that are kept without
    what they say.
    """

    source: str
    channel: str
    provider: str
    account: str
    method: str | None = None
    url: str | None = None
    headers: Mapping[str, str] = {}
    raw: str
    problem: Fault
    unread: list[str] = []


class DeadLetter(Letter, frozen=True, kw_only=True):
    """A letter as it is kept: first and last arrival, and how often the same came."""

    id: str
    at: datetime
    last_at: datetime
    count: int


class DeadLetterPage(Struct, frozen=True):
    """A stretch of letters, the newest arrival first; ``next`` continues it."""

    letters: list[DeadLetter]
    next: str | None
