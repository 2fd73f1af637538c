"""The change: what an event says of another, where that is all it says."""

from __future__ import annotations

from msgspec import Struct

from router.model.event import Event

RANKS = {"queued": 10, "unknown": 15, "sent": 20, "delivered": 30, "read": 40, "played": 45, "failed": 50}
"""Statuses of a message; one of a lower rank that comes later changes nothing.

``unknown``: we handed it over and never heard whether it was taken; any receipt says more.
"""

_REASONS = ("error", "reason", "response", "diagnostic", "error_code", "enhanced_status")
"""Where adapters keep why a message failed, the most telling first."""


WHY = 512
"""So many characters of a reason are kept."""


class Change(Struct, frozen=True, omit_defaults=True):
    """What becomes of the target: ``what`` is status, edit, delete, reaction or reaction_removed.

    ``why`` says in words why a status is what it is.
    """

    what: str
    rank: int = 0
    status: str | None = None
    why: str | None = None
    text: str | None = None
    who: str | None = None
    emoji: str | None = None


def status_change(status: str, why: str | None = None) -> Change:
    """Make the change that brings a message to a status; KeyError where there is no such status."""
    return Change("status", rank=RANKS[status], status=status, why=why)


def change_beside(event: Event) -> Change | None:
    """Give the change that an event makes to its target besides being one of its own: a bounce fails it."""
    if event.kind == "bounce" and event.status == "failed" and event.target is not None:
        return status_change("failed", _why(event))
    return None


def _why(event: Event) -> str | None:
    """Say why a message failed, as the provider does."""
    if event.status != "failed":
        return None
    found = next((value for name in _REASONS if (value := event.attrs.get(name))), None)
    return str(found)[:WHY] if found else None


def change_of(event: Event) -> Change | None:
    """Give the change an event makes to its target; None when it is an event of its own.

    Who reacts is the customer's handle as given, or our agent.
    """
    if event.target is None:
        return None
    if event.kind in {"status", "read"}:
        status = "read" if event.kind == "read" else event.status or ""
        return status_change(status, _why(event)) if status in RANKS else None
    if event.kind == "edit":
        return Change("edit", text=event.text or "")
    if event.kind == "delete":
        return Change("delete")
    if event.kind in {"reaction", "reaction_removed"}:
        who = event.agent or (f"{event.customer.type}:{event.customer.value}" if event.customer else "")
        return Change(event.kind, who=who, emoji=event.text or event.payload or "")
    return None
