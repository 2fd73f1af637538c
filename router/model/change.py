"""The change: what an event says of another, where that is all it says."""

from __future__ import annotations

from msgspec import Struct

from router.model.event import Event

RANKS = {"queued": 10, "sent": 20, "delivered": 30, "read": 40, "played": 45, "failed": 50}
"""Statuses of a message; one of a lower rank that comes later changes nothing."""


class Change(Struct, frozen=True, omit_defaults=True):
    """What becomes of the target: ``what`` is status, edit, delete, reaction or reaction_removed."""

    what: str
    rank: int = 0
    status: str | None = None
    text: str | None = None
    who: str | None = None
    emoji: str | None = None


def change_of(event: Event) -> Change | None:
    """Give the change an event makes to its target; None when it is an event of its own.

    Who reacts is the customer's handle as given, or our agent.
    """
    if event.target is None:
        return None
    if event.kind in {"status", "read"}:
        status = "read" if event.kind == "read" else event.status or ""
        return Change("status", rank=RANKS[status], status=status) if status in RANKS else None
    if event.kind == "edit":
        return Change("edit", text=event.text or "")
    if event.kind == "delete":
        return Change("delete")
    if event.kind in {"reaction", "reaction_removed"}:
        who = event.agent or (f"{event.customer.type}:{event.customer.value}" if event.customer else "")
        return Change(event.kind, who=who, emoji=event.text or event.payload or "")
    return None
