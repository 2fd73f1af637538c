"""What a timeline means: contacts, episodes, channel switches, FCR. The front door to journey_*.

====================  ====================================================================
journey_events        from the timeline to journey events; journey_call: a telephone call
journey_order         R1 once and in order, R2 merges, R3 labels given at wrap-up
journey_absorb        R4 with A1 to A4: part of a contact, or a new one
journey_reading       R5 links, R6 calls of ours, R8 repeats, R9 answered or waiting: the pass itself
journey_switches      R7 who changed the channel
journey_verdict       the verdict, one-touch, contained, NCA, effort
journey_line          timelines as JSON lines
====================  ====================================================================
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, json

from router.model.context import JourneyStrip
from router.policy.journey_line import read_line
from router.policy.journey_nouns import Answer, Journey, JourneyEvent
from router.policy.journey_order import ordered
from router.policy.journey_reading import Reading
from router.policy.journey_settings import DAY_MS, JourneySettings
from router.policy.journey_time import ms_of
from router.policy.journey_verdict import judged

_ENCODER = json.Encoder()


class AnsweredLine(Struct, frozen=True):
    """A line of ``router journey``."""

    name: str
    answer: Answer


def fold(
    events: Iterable[JourneyEvent], *, as_of_ms: int, window_ms: int, settings: JourneySettings
) -> Journey:
    """Read a timeline as it was known at ``as_of_ms``, with the window W in milliseconds.

    A pure function: late, shuffled and repeated events give the same answer.
    """
    return judged(Reading(ordered(events, as_of_ms), window_ms, settings), as_of_ms)


def strip(journey: Journey) -> JourneyStrip:
    """Give the journey so far in a line, as a context shows it."""
    answer = journey.answer
    return JourneyStrip(
        contacts=answer.contacts,
        attempts=answer.attempts,
        episodes=answer.episodes,
        switches_customer=answer.switches_customer,
        switches_company=answer.switches_company,
        fcr=answer.fcr,
        provisional=answer.provisional,
        reason=answer.reason,
        effort=journey.effort,
    )


def answer_line(line: bytes) -> bytes:
    """Answer one timeline in JSON: ``{"name", "answer"}``. Malformed or Invalid names what is wrong."""
    timeline = read_line(line)
    journey = fold(
        timeline.events,
        as_of_ms=ms_of(timeline.as_of),
        window_ms=round(timeline.window_days * DAY_MS),
        settings=timeline.settings,
    )
    return _ENCODER.encode(AnsweredLine(timeline.name, journey.answer))
