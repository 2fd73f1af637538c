"""Rows: an episode in about a hundred bytes, as reports keep it, judged again whenever it is read."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from msgspec import Struct, msgpack

from router.policy.journey_nouns import EpisodeAnswer, Facts, Journey, Reason
from router.policy.journey_settings import MINUTE_MS, EffortWeights
from router.policy.journey_verdict import effort

UNSERVED, WAITING, PENDING, ANCHORED = range(4)
"""How an episode stands: no contact; unanswered; pending or reopened; its window runs from the anchor."""

EVIDENCE: tuple[Reason, ...] = ("silence", "disposition", "survey", "no_customer_reply")
"""What a closed window without a repeat says; a row holds the place in this list."""

_SILENCE, _DISPOSITION, _SURVEY, _NO_REPLY = range(4)
_EPOCH_DAY = date(1970, 1, 1).toordinal()


class Row(Struct, frozen=True, array_like=True):
    """An episode, attributed as reports count it; encoded as an array, so new fields go to the end.

    ``day`` is the day of the first attempt in the workspace's zone, in days since 1970-01-01. ``label``
    is the channel of the first attempt, ``queue``, ``agent`` and ``topic`` those of the first contact.
    ``first_ms`` is absolute, every other ``_ms`` counts from it. ``siloed``: it has repeats on its first
    channel, all that a tool for one channel would see. ``bot``: None without one, True where no person
    answered. ``waits_milli``: waits over their targets, in thousandths.
    """

    day: int
    first_ms: int
    window_ms: int
    label: str | None
    queue: str | None
    agent: str | None
    issue: str
    topic: str | None
    state: int
    contacts: int
    attempts: int
    matrix: dict[str, tuple[int, int]]
    transfers: int
    escalations: int
    handoffs: int
    reopens: int
    touches: int
    last_attempt_ms: int
    anchor_ms: int | None
    repeat_ms: int | None
    repeat_anchor_ms: int | None
    siloed: bool
    no_ms: int | None
    unresolved_ms: int | None
    evidence: int
    bot: bool | None
    waits_milli: int
    questions: int

    @property
    def switches_customer(self) -> int:
        """How often the customer changed the channel."""
        return sum(by_customer for by_customer, _ in self.matrix.values())

    @property
    def switches_company(self) -> int:
        """How often we did."""
        return sum(by_company for _, by_company in self.matrix.values())

    def effort(self, weights: EffortWeights) -> float:
        """Observed effort E under these weights, in attempts."""
        return effort(self, self.waits_milli / 1000, self.questions, weights)


Judged = tuple[bool | None, bool, Reason]
"""FCR, provisional, why."""


def rows(journey: Journey, *, window_ms: int, zone: tzinfo) -> list[Row]:
    """Give one row for each episode of a folded journey, in their order."""
    return [
        _row(answer, facts, window_ms, zone)
        for answer, facts in zip(journey.answer.by_episode, journey.facts, strict=True)
    ]


def _row(answer: EpisodeAnswer, facts: Facts, window_ms: int, zone: tzinfo) -> Row:
    first_ms = facts.first_ms
    return Row(
        day=day_of(first_ms, zone),
        first_ms=first_ms,
        window_ms=window_ms,
        label=answer.first_channel,
        queue=facts.queue,
        agent=facts.agent,
        issue=answer.issue,
        topic=facts.topic,
        state=_state(answer, facts),
        contacts=answer.contacts,
        attempts=answer.attempts,
        matrix={key: (found.customer, found.company) for key, found in answer.matrix.items()},
        transfers=answer.transfers,
        escalations=answer.escalations,
        handoffs=answer.handoffs,
        reopens=answer.reopens,
        touches=answer.touches,
        last_attempt_ms=facts.last_attempt_ms - first_ms,
        anchor_ms=_after(facts.anchor_ms, first_ms),
        repeat_ms=_after(facts.repeat_ms, first_ms),
        repeat_anchor_ms=_after(facts.repeat_anchor_ms, first_ms),
        siloed=facts.repeats_here > 0,
        no_ms=_after(facts.no_ms, first_ms),
        unresolved_ms=_after(facts.outcome_ms if facts.outcome == "unresolved" else None, first_ms),
        evidence=_evidence(facts),
        bot=None if not facts.bot else not facts.person,
        waits_milli=round(1000 * facts.waits),
        questions=facts.questions,
    )


def _after(at_ms: int | None, first_ms: int) -> int | None:
    return None if at_ms is None else at_ms - first_ms


def _state(answer: EpisodeAnswer, facts: Facts) -> int:
    if not answer.contacts:
        return UNSERVED
    if not facts.answered:
        return WAITING
    return PENDING if facts.anchor_ms is None else ANCHORED


def _evidence(facts: Facts) -> int:
    """Find what a closed window without a repeat will say."""
    if facts.asked:
        return _NO_REPLY
    if facts.outcome == "unresolved":
        return _DISPOSITION
    if facts.yes:
        return _SURVEY
    return _DISPOSITION if facts.outcome == "resolved" else _SILENCE


def day_of(at_ms: int, zone: tzinfo) -> int:
    """Give the day of a moment in a zone, in days since 1970-01-01."""
    return datetime.fromtimestamp(at_ms / 1000, zone).toordinal() - _EPOCH_DAY


def date_of(day: int) -> str:
    """Write a day as ``2026-03-02``."""
    return date.fromordinal(day + _EPOCH_DAY).isoformat()


def judge(row: Row, as_of_ms: int, *, siloed: bool = False) -> Judged:
    """Judge a row as of a moment: what came later has not happened yet, and windows close by themselves.

    ``siloed``: with only the repeats on the first channel. The same verdict as the fold gives.
    """
    if row.state == UNSERVED:
        return (None, False, "unserved")
    now_ms = as_of_ms - row.first_ms
    if row.repeat_ms is not None and (row.siloed or not siloed):
        if row.repeat_ms <= now_ms:
            return (False, False, "repeat")
        return (None, True, "awaiting_company" if row.repeat_anchor_ms is None else "window_open")
    if row.state == WAITING:
        return (None, True, "awaiting_company")
    if row.no_ms is not None and row.no_ms <= now_ms:
        return (False, False, "survey")
    if row.anchor_ms is None:
        return (None, True, "pending")
    if now_ms <= row.anchor_ms + row.window_ms:
        return (None, True, "window_open")
    reason = EVIDENCE[row.evidence]
    if row.evidence == _NO_REPLY:
        return (None, False, reason)
    return (row.evidence != _DISPOSITION or row.unresolved_ms is None, False, reason)


def closes_ms(row: Row) -> int:
    """Give when the row's cohort closes: whether it turns out well or badly has no say in it.

    A window after the anchor that a repeat was measured from, or that nothing followed; without an
    anchor a window after the first attempt (the last one where there were only abandons).
    """
    anchor_ms = row.anchor_ms if row.repeat_ms is None else row.repeat_anchor_ms
    if anchor_ms is None:
        anchor_ms = row.last_attempt_ms if row.state == UNSERVED else 0
    return row.first_ms + anchor_ms + row.window_ms


def lived(row: Row, as_of_ms: int) -> tuple[int, bool] | None:
    """Give age in whole minutes and event for the life table, None: not to be counted.

    From the anchor to a repeat or an explicit no (a survey, a wrap-up as unresolved), else censored at
    ``as_of``, at most at the end of the window. A repeat before any answer has age 0. Left out: what was
    never answered or served, and what closed without evidence either way.
    """
    now_ms = as_of_ms - row.first_ms
    if row.repeat_ms is not None and row.repeat_ms <= now_ms:
        answered_ms = row.repeat_ms if row.repeat_anchor_ms is None else row.repeat_anchor_ms
        return (_minutes(row.repeat_ms - answered_ms), True)
    anchor_ms = row.anchor_ms if row.repeat_ms is None else row.repeat_anchor_ms
    if row.state == UNSERVED or anchor_ms is None or anchor_ms > now_ms:
        return None
    said_no = [at_ms for at_ms in (row.no_ms, row.unresolved_ms) if at_ms is not None and at_ms <= now_ms]
    if said_no:
        return (_minutes(min(said_no) - anchor_ms), True)
    if row.evidence == _NO_REPLY and now_ms > anchor_ms + row.window_ms:
        return None
    return (_minutes(min(now_ms - anchor_ms, row.window_ms)), False)


def _minutes(ms: int) -> int:
    return max(0, ms // MINUTE_MS)


_ENCODER = msgpack.Encoder()
_DECODER = msgpack.Decoder(Row)


def pack(row: Row) -> bytes:
    """Write a row as it is stored."""
    return _ENCODER.encode(row)


def unpack(packed: bytes) -> Row:
    """Read a stored row."""
    return _DECODER.decode(packed)
