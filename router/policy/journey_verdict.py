"""Was the matter settled at the first contact? The verdict, and what follows from a reading."""

from __future__ import annotations

from typing import Protocol

from router.policy.journey_nouns import Answer, EpisodeAnswer, Facts, Journey, Reason, Switches
from router.policy.journey_reading import Reading
from router.policy.journey_settings import EffortWeights
from router.policy.journey_state import Episode
from router.policy.journey_time import at_ms

Verdict = tuple[bool | None, bool, Reason, int | None]
"""FCR, provisional, why, and when the window closes (milliseconds) if it is open."""

_NO_CONTACT: Verdict = (None, False, "no_contact", None)


def verdict(episode: Episode, *, repeated: bool, as_of_ms: int, window_ms: int) -> Verdict:
    """Judge an episode: the first that matches. False is final at once, true only after the window."""
    contact = episode.contact
    if contact is None:
        return (None, False, "unserved", None)
    if repeated:
        return (False, False, "repeat", None)
    if episode.anchor_ms is None:
        return (None, True, "awaiting_company", None)
    if episode.no_ms is not None:
        return (False, False, "survey", None)
    if episode.pending or episode.reopened:
        return (None, True, "pending", None)
    closes_ms = episode.anchor_ms + window_ms
    if as_of_ms <= closes_ms:
        return (None, True, "window_open", closes_ms)
    if episode.asked and not contact.wrapped:  # the question is open, as in A2
        return (None, False, "no_customer_reply", None)
    if episode.outcome == "unresolved":
        return (False, False, "disposition", None)
    if episode.yes:
        return (True, False, "survey", None)
    return (True, False, "disposition" if episode.outcome == "resolved" else "silence", None)


def judged(reading: Reading, as_of_ms: int) -> Journey:
    """Turn a reading into the answer and the facts of each episode."""
    answers = [_episode(episode, as_of_ms, reading.window_ms) for episode in reading.episodes]
    first = answers[0] if answers else None
    matrix: dict[str, Switches] = {}
    for answer in answers:
        for key, found in answer.matrix.items():
            sum_ = matrix.get(key)
            matrix[key] = found if sum_ is None else _added(sum_, found)
    fcr, provisional, reason, _ = _NO_CONTACT
    weights = reading.settings.weights
    return Journey(
        answer=Answer(
            contacts=reading.contacts,
            attempts=reading.attempts,
            episodes=len(answers),
            switches_customer=sum([answer.switches_customer for answer in answers]),
            switches_company=sum([answer.switches_company for answer in answers]),
            transfers=sum([answer.transfers for answer in answers]),
            escalations=sum([answer.escalations for answer in answers]),
            handoffs=sum([answer.handoffs for answer in answers]),
            fcr=first.fcr if first else fcr,
            provisional=first.provisional if first else provisional,
            reason=first.reason if first else reason,
            one_touch=first.one_touch if first else None,
            contained=first.contained if first else None,
            recovered=first.recovered if first else False,
            fcr_single_channel=first.fcr_single_channel if first else None,
            final_at=first.final_at if first else None,
            matrix=matrix,
            nca=next_contact_avoided(reading, as_of_ms),
            fcr_by_episode=[answer.fcr for answer in answers],
            by_episode=answers,
        ),
        facts=tuple([_facts(episode) for episode in reading.episodes]),
        effort=sum(
            [
                effort(answer, episode.waits, episode.questions, weights)
                for answer, episode in zip(answers, reading.episodes, strict=True)
            ]
        ),
    )


def _added(one: Switches, other: Switches) -> Switches:
    return Switches(one.customer + other.customer, one.company + other.company)


def _episode(episode: Episode, as_of_ms: int, window_ms: int) -> EpisodeAnswer:
    repeated = episode.repeat_ms is not None
    fcr, provisional, reason, closes_ms = verdict(
        episode, repeated=repeated, as_of_ms=as_of_ms, window_ms=window_ms
    )
    here = episode.repeats_here > 0
    siloed = fcr
    if here != repeated:  # a tool that sees one channel sees fewer repeats
        siloed = verdict(episode, repeated=here, as_of_ms=as_of_ms, window_ms=window_ms)[0]
    touches = sum([contact.touches for contact in episode.contacts])
    person = any(contact.person for contact in episode.contacts)
    matrix = {key: Switches(counts[0], counts[1]) for key, counts in episode.matrix.items()}
    moved = episode.transfers or episode.escalations or episode.handoffs or episode.reopens
    return EpisodeAnswer(
        issue=episode.issue,
        first_channel=episode.first_label,
        contacts=len(episode.contacts),
        attempts=episode.attempts,
        switches_customer=sum([found.customer for found in matrix.values()]),
        switches_company=sum([found.company for found in matrix.values()]),
        transfers=episode.transfers,
        escalations=episode.escalations,
        handoffs=episode.handoffs,
        reopens=episode.reopens,
        touches=touches,
        fcr=fcr,
        provisional=provisional,
        reason=reason,
        fcr_single_channel=siloed,
        matrix=matrix,
        one_touch=None if fcr is None else fcr and episode.attempts <= 1 and touches <= 1 and not moved,
        contained=_contained(fcr, bot=episode.bot, person=person),
        recovered=episode.recovered,
        final_at=None if closes_ms is None else at_ms(closes_ms),
    )


def _contained(fcr: bool | None, *, bot: bool, person: bool) -> bool | None:
    """FCR by a bot alone; null without a bot, or while nothing is known and no person came in."""
    if not bot or (fcr is None and not person):
        return None
    return bool(fcr) and not person


def next_contact_avoided(reading: Reading, as_of_ms: int) -> bool | None:
    """NCA: no further non-absorbed attempt of the customer, for any issue, within W of the first anchor."""
    customer = reading.first
    if customer is None:
        return None
    first = customer.contacts[0]
    base_ms = first.opened_ms if first.anchor_ms is None else first.anchor_ms
    closes_ms = base_ms + reading.window_ms
    if any(first.opened_ms < attempt_ms <= closes_ms for attempt_ms in customer.attempts_ms):
        return False
    return True if as_of_ms > closes_ms else None


def _facts(episode: Episode) -> Facts:
    first = episode.contacts[0] if episode.contacts else None
    return Facts(
        first_ms=episode.first_ms,
        last_attempt_ms=episode.last_attempt_ms,
        queue=first.queue if first else None,
        agent=first.agent if first else None,
        topic=first.topic if first else None,
        anchor_ms=episode.window_from_ms,
        answered=episode.anchor_ms is not None,
        repeat_ms=episode.repeat_ms,
        repeat_anchor_ms=episode.repeat_anchor_ms,
        repeats_here=episode.repeats_here,
        no_ms=episode.no_ms,
        yes=episode.yes,
        asked=episode.asked and first is not None and not episode.contacts[-1].wrapped,
        outcome=episode.outcome,
        outcome_ms=episode.outcome_ms,
        bot=episode.bot,
        person=any(contact.person for contact in episode.contacts),
        waits=episode.waits,
        questions=episode.questions,
    )


class Counted(Protocol):
    """What effort is counted from: an episode's answer, or its row."""

    @property
    def attempts(self) -> int:
        """How often the customer tried."""

    @property
    def switches_customer(self) -> int:
        """How often the customer changed the channel."""

    @property
    def switches_company(self) -> int:
        """How often we did."""

    @property
    def transfers(self) -> int:
        """How often the matter went to other hands."""

    @property
    def escalations(self) -> int:
        """How often it went up."""

    @property
    def handoffs(self) -> int:
        """How often it went from a bot to a person."""


def effort(answer: Counted, waits: float, questions: int, weights: EffortWeights) -> float:
    """Give the observed effort E of an episode, in attempts: what it took beyond asking once.

    ``waits``: waits over their targets. The journey score is 100 / (1 + E).
    """
    return (
        weights.attempt * max(0, answer.attempts - 1)
        + weights.switch_customer * answer.switches_customer
        + weights.switch_company * answer.switches_company
        + weights.transfer * answer.transfers
        + weights.escalation * answer.escalations
        + weights.handoff * answer.handoffs
        + weights.wait * min(waits, weights.waits_at_most)
        + weights.question * questions
    )
