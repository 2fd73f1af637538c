"""What an event means for its conversation: does it need a person, does it end it, when was it."""

from __future__ import annotations

from router.model.event import OWN_SOURCE, Event

NO_PERSON = frozenset({"auto", "ack", "spam", "dup", "companion"})
"""Flags of arrivals that nobody needs to answer."""

_FOR_PEOPLE = frozenset({"message", "call", "voicemail", "callback_request"})
_ENDINGS = frozenset({"ended", "missed"})

AHEAD_MS = 5 * 60 * 1000
"""A clock may run ahead by this much; what claims to be later would stay the newest for ever."""

EPOCH_2000_MS = 946_684_800_000
"""Nothing on these channels happened before: a clock that says so was never set."""


def needs_person(event: Event) -> bool:
    """Say whether the arrival must find an agent. A bot's conversation does at its handoff."""
    if event.kind == "handoff" and event.author != "agent" and event.source != OWN_SOURCE:
        return True
    return (
        event.direction == "in"
        and event.kind in _FOR_PEOPLE
        and event.author not in {"agent", "bot", "system"}
        and event.status not in _ENDINGS
        and not NO_PERSON.intersection(event.flags)
    )


def ends(event: Event) -> bool:
    """Say whether the customer is gone with it: hung up, or left. The leg of a call is not the call."""
    if event.kind == "abandon":
        return True
    leg = event.call is not None and event.call.leg is not None
    return event.kind == "call" and event.status in _ENDINGS and not leg


def answers(event: Event) -> bool:
    """Say whether we spoke with it; a call of ours that still rings is no answer."""
    spoke = event.kind != "call" or event.status in {None, "answered"}
    ours = event.direction == "out" and event.author in {"agent", "bot"}
    return spoke and ours and "auto" not in event.flags


def happened_ms(claimed_ms: int | None, received_ms: int) -> tuple[int, bool]:
    """Give when it happened, and whether the claim was beyond belief (then it is receipt, or its edge)."""
    if claimed_ms is None:
        return received_ms, False
    if claimed_ms < EPOCH_2000_MS:
        return received_ms, True
    if claimed_ms > received_ms + AHEAD_MS:
        return received_ms + AHEAD_MS, True
    return claimed_ms, False
