"""Messages of ours: what an agent wants to say, and what became of it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from router.model.event import Line


class Draft(Struct, frozen=True, kw_only=True):
    """What to say, before it has a receiver. Without a subject a mail answers under the one it had."""

    text: Annotated[str, Meta(min_length=1, max_length=65_536)]
    subject: Line | None = None


class Message(Struct, frozen=True, kw_only=True):
    """A message of ours on the timeline.

    ``status`` is queued, sent, delivered, read, played, failed, or unknown: it was handed over, and nobody
    can say whether it was taken; it is not sent again. ``reason`` says why it failed. ``duplicate``: it was
    there before, under the same key.
    """

    event: str
    customer: str
    conversation: str
    status: str
    reason: str | None = None
    duplicate: bool = False
