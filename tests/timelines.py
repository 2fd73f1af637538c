"""Words to write timelines in: ``came("email", day=1)`` is a mail of the customer a day later."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from msgspec import structs

from router.policy.journey import fold
from router.policy.journey_nouns import Answer, Journey, JourneyEvent
from router.policy.journey_settings import DAY_MS, MINUTE_MS, JourneySettings

T0 = 1_772_442_000_000
"""2026-03-02T09:00:00Z, where the samples begin."""

LABELS = ("voice", "email", "chat", "sms", "whatsapp", "social", "social_dm", "webform")


def at(day: float = 0, minute: float = 0) -> int:
    """Give a moment so many days and minutes after the beginning."""
    return T0 + round(day * DAY_MS + minute * MINUTE_MS)


def came(label: str, **more: Any) -> JourneyEvent:
    """Let the customer write, or ring where the label is voice; ``day`` and ``minute`` say when."""
    more.setdefault("kind", "call" if label == "voice" else "message")
    return _event(label=label, direction="in", **more)


def went(label: str, **more: Any) -> JourneyEvent:
    """Let us write, or ring where the label is voice."""
    more.setdefault("kind", "call" if label == "voice" else "message")
    return _event(label=label, direction="out", **more)


def did(kind: str, label: str = "email", **more: Any) -> JourneyEvent:
    """Let something happen inside: a transfer, a wrap-up, a reopening."""
    return _event(kind=kind, label=label, direction="internal", **more)


def _event(
    *, day: float = 0, minute: float = 0, issue: Any = "A", lasted: float = 0, **more: Any
) -> JourneyEvent:
    issues = () if issue is None else (issue,) if isinstance(issue, str) else tuple(issue)
    at_ms = at(day, minute)
    end_ms = at_ms + round(lasted * MINUTE_MS) if lasted else None
    return JourneyEvent(at_ms=at_ms, issues=issues, end_ms=end_ms, **more)


def journey(*events: JourneyEvent, day: float = 40, days: float = 7, **settings: Any) -> Journey:
    """Fold a timeline as of a day with a window of so many days."""
    return fold(
        events, as_of_ms=at(day), window_ms=round(days * DAY_MS), settings=JourneySettings(**settings)
    )


def answer(*events: JourneyEvent, day: float = 40, days: float = 7, **settings: Any) -> Answer:
    """Give only the answer of the same."""
    return journey(*events, day=day, days=days, **settings).answer


def matrix(found: Answer) -> dict[str, tuple[int, int]]:
    """Give the switches as (by the customer, by the company)."""
    return {path: (counts.customer, counts.company) for path, counts in found.matrix.items()}


@st.composite
def timelines(draw: st.DrawFn, *, most: int = 12, repeats: bool = True) -> list[JourneyEvent]:
    """Draw a timeline of one or two customers: any kinds, flags and pauses, ids and sequence set."""
    events: list[JourneyEvent] = []
    now = T0
    for number in range(draw(st.integers(1, most))):
        now += draw(st.sampled_from((1, 4, 11, 35, 245, 1435, 4000, 10_080, 12_000))) * MINUTE_MS
        event = draw(_happening() if repeats else _ours())
        events.append(structs.replace(event, at_ms=now, id=f"e{number}", sequence=number, received_us=number))
    return events


_ISSUES = st.sampled_from(((), ("A",), ("A",), ("B",), ("A", "B")))
_PEOPLE = st.sampled_from(("c1", "c1", "c2"))


@st.composite
def _happening(draw: st.DrawFn) -> JourneyEvent:
    """Draw one thing the customer or we did."""
    if draw(st.booleans()):
        return draw(_ours())
    kind = draw(st.sampled_from(("message", "message", "call", "abandon", "bot", "voicemail", "survey")))
    label = "voice" if kind in ("call", "voicemail") else draw(st.sampled_from(LABELS))
    flag = draw(st.sampled_from(("", "", "", "ack", "auto", "spam", "dup", "dropped")))
    return JourneyEvent(
        at_ms=T0,
        kind=kind,
        label=label,
        direction="in",
        customer=draw(_PEOPLE),
        issues=draw(_ISSUES),
        resolved=draw(st.booleans()) if kind == "survey" else None,
        **({flag: True} if flag else {}),
    )


@st.composite
def _ours(draw: st.DrawFn) -> JourneyEvent:
    """Draw one thing we did."""
    kind = draw(
        st.sampled_from((
            "message", "message", "message", "call", "bot", "transfer", "escalation", "handoff",
            "disposition", "reopen", "merge", "identity_merge",
        ))
    )  # fmt: skip
    common: dict[str, Any] = {
        "at_ms": T0,
        "kind": kind,
        "label": "voice" if kind == "call" else draw(st.sampled_from(LABELS)),
        "customer": draw(_PEOPLE),
        "issues": draw(_ISSUES),
    }
    if kind in ("message", "bot", "call"):
        flag = draw(st.sampled_from(("", "", "asks", "auto", "companion", "proactive", "missed")))
        common |= {
            "direction": "out",
            **({flag: True} if flag and (flag != "missed" or kind == "call") else {}),
        }
        common["redirect"] = draw(st.sampled_from((None, None, None, *LABELS)))
    elif kind == "disposition":
        common["outcome"] = draw(st.sampled_from(("resolved", "unresolved", "pending")))
    elif kind == "merge":
        common |= {"merge_from": "B", "merge_into": "A"}
    elif kind == "identity_merge":
        common |= {"merge_from": "c2", "merge_into": "c1"}
    return JourneyEvent(**common)
