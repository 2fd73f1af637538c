"""R7: who changed the channel. ``matrix`` counts [by the customer, by the company] under ``from>to``."""

from __future__ import annotations

from router.policy.journey_nouns import JourneyEvent
from router.policy.journey_state import Episode

CUSTOMER, COMPANY = 0, 1


def inbound(episode: Episode, event: JourneyEvent) -> None:
    """Count the customer's move, or ours where the customer follows our redirect, and take note of it."""
    label = event.label
    if label == episode.redirect:
        _count(episode, label, COMPANY)
    elif label not in (episode.last_in, episode.last_out):
        _count(episode, label, CUSTOMER)
    episode.last_in = episode.current = label
    episode.last_out = episode.redirect = episode.open_out = None
    episode.asked = False
    if event.kind != "call":  # a call answers itself
        episode.unanswered.add(label)


def outbound(episode: Episode, event: JourneyEvent) -> None:
    """Count our move and take note of it; a companion message is our latest channel, but no move."""
    label = event.label
    if not event.companion:
        if label not in (episode.last_in, episode.last_out) and label not in episode.unanswered:
            _count(episode, label, COMPANY)
        episode.current = label
    episode.last_out = label
    episode.open_out = event
    episode.redirect = event.redirect
    episode.asked = event.asks or event.redirect is not None


def _count(episode: Episode, label: str, who: int) -> None:
    if episode.current is None or episode.current == label:
        return
    key = f"{episode.current}>{label}"
    counts = episode.matrix.get(key)
    if counts is None:
        counts = episode.matrix[key] = [0, 0]
    counts[who] += 1
