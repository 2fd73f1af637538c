"""R4: does what the customer does now belong to a contact that exists? A1 to A4, and new issues."""

from __future__ import annotations

from collections.abc import Sequence

from router.policy.journey_nouns import JourneyEvent
from router.policy.journey_settings import MINUTE_MS, JourneySettings
from router.policy.journey_state import Contact, Customer, Episode

Link = tuple[str, Episode | None]
"""An issue that an inbound event is about, and its live episode, None: there is none."""

_CALLS = frozenset({"call", "abandon"})


def absorbing(
    event: JourneyEvent, links: Sequence[Link], customer: Customer, window_ms: int, settings: JourneySettings
) -> Contact | None:
    """Give the contact that absorbs an inbound event, None: it opens its own.

    Decided once, over the issues in order: the latest contact of a live episode by A1 to A4; for a new
    issue the customer's latest contact on that channel while it is in session (not for abandons).
    """
    for _, episode in links:
        if episode is None:
            contact = None if event.kind == "abandon" else _session(event, customer, settings)
        else:
            contact = episode.contact
            if contact is not None and not _absorbs(event, episode, contact, window_ms, settings):
                contact = None
        if contact is not None:
            return contact
    return None


def _session(event: JourneyEvent, customer: Customer, settings: JourneySettings) -> Contact | None:
    for contact in reversed(customer.contacts):
        if contact.last_label == event.label:
            return contact if in_session(event, contact, settings) else None
    return None


def _absorbs(
    event: JourneyEvent, episode: Episode, contact: Contact, window_ms: int, settings: JourneySettings
) -> bool:
    if event.kind != "abandon" and in_session(event, contact, settings):
        return True
    if event.kind == "message":
        return _answers_us(event, episode, contact, window_ms)
    if event.kind in _CALLS:
        return _redials(event, contact, settings) or _returns(event, episode, settings)
    return False


def in_session(event: JourneyEvent, contact: Contact, settings: JourneySettings) -> bool:
    """A1: same channel, not wrapped up, and the silence fits the live gap or, unanswered, the pre-gap.

    A label without a gap is no session: only what happens in the very same moment fits, so a call during
    a call is another call.
    """
    if contact.wrapped or event.label != contact.last_label:
        return False
    silence = event.at_ms - contact.last_ms
    gap = settings.live_gap_ms(event.label, event.channel)
    if not contact.answered:
        gap = max(gap, settings.pre_gap_ms(event.label, event.channel))
    return silence == 0 or (gap > 0 and silence <= gap)


def _answers_us(event: JourneyEvent, episode: Episode, contact: Contact, window_ms: int) -> bool:
    """A2: our last outbound since the customer's last word asked, or asked for this channel."""
    ours = episode.open_out
    return (
        ours is not None
        and (ours.asks or ours.redirect == event.label)
        and not contact.wrapped
        and event.at_ms - (ours.end_ms or ours.at_ms) <= window_ms
    )


def _redials(event: JourneyEvent, contact: Contact, settings: JourneySettings) -> bool:
    """A3: the line dropped a moment ago."""
    return (
        contact.dropped_ms is not None
        and _by_telephone(event, contact.dropped_label)
        and event.at_ms - contact.dropped_ms <= settings.redial_min * MINUTE_MS
    )


def _returns(event: JourneyEvent, episode: Episode, settings: JourneySettings) -> bool:
    """A4: our last outbound since the customer's last word was a call that nobody answered."""
    ours = episode.open_out
    return (
        ours is not None
        and ours.kind == "call"
        and ours.missed
        and _by_telephone(event, ours.label)
        and event.at_ms - ours.at_ms <= settings.return_call_min * MINUTE_MS
    )


def _by_telephone(event: JourneyEvent, label: str | None) -> bool:
    """Tell whether the customer rang; one who gave up did so where the other call was."""
    return event.kind == "call" or event.label == label
