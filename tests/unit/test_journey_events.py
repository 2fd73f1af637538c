"""From the timeline to journey events: calls, chats, links, and what is no journey event."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from router.model.entry import Entry
from router.model.event import Call
from router.policy.journey import fold
from router.policy.journey_events import Linked, journey_events
from router.policy.journey_nouns import JourneyEvent
from router.policy.journey_settings import DAY_MS, JourneySettings
from router.policy.journey_time import ms_of

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)


def entry(kind: str, second: float = 0, direction: Any = "in", channel: Any = "voice", **more: Any) -> Entry:
    """Lay one event on a timeline, so many seconds after the beginning."""
    moment = BEGIN + timedelta(seconds=second)
    more.setdefault("received_at", moment)
    more.setdefault("home", "cus_1")
    more.setdefault("source", "pbx:1")
    more.setdefault("id", f"{kind}-{second}-{more['source']}")
    return Entry(
        event=f"evt_{more['id']}",
        kind=kind,  # type: ignore[arg-type]
        direction=direction,
        channel=channel,
        occurred_at=moment,
        **more,
    )


def call(status: str, second: float = 0, **more: Any) -> Entry:
    """Let a telephone system say something of call CA1."""
    more.setdefault("thread", "CA1")
    more.setdefault("conversation", "cnv_1")
    return entry("call", second, status=status, **more)


def events(*entries: Entry, second: float = 86_400, links: tuple[Linked, ...] = ()) -> list[JourneyEvent]:
    """Read a timeline as of so many seconds, in any order of its entries."""
    as_of_ms = ms_of(BEGIN + timedelta(seconds=second))
    found = journey_events(entries, links, as_of_ms=as_of_ms)
    other = journey_events(reversed(entries), links, as_of_ms=as_of_ms)
    assert sorted(found, key=str) == sorted(other, key=str)
    return sorted(found, key=lambda event: event.at_ms)


def second_of(event: JourneyEvent) -> tuple[float, float | None]:
    """Give when an event began and ended, in seconds after the beginning."""
    start = ms_of(BEGIN)
    end = None if event.end_ms is None else (event.end_ms - start) / 1000
    return ((event.at_ms - start) / 1000, end)


# -- calls -----------------------------------------------------------------------------------------


def test_a_call_is_one_event_at_its_start() -> None:
    """Offered, queued, answered by an agent, ended: one call with its duration and its wait."""
    (found,) = events(
        call("offered"),
        call("queued", 5, queue="support"),
        call("answered", 30, agent="ada"),
        call("ended", 330),
    )
    assert (found.kind, found.direction, second_of(found)) == ("call", "in", (0, 330))
    assert (found.agent, found.queue, found.wait_ms, found.dropped) == ("ada", "support", 30_000, False)


def test_nobody_waits_less_than_nothing() -> None:
    """A leg that is stamped in whole seconds may speak before the call that was received rings."""
    leg = call("answered", 0, direction="out", call=Call("CA1", "CL1"), id="leg")
    (found,) = events(call("offered", 0.4), leg, call("ended", 60))
    assert found.wait_ms == 0


def test_an_acceptance_by_the_router_answers_the_call() -> None:
    """The router's entry knows the conversation, not the thread."""
    accepted = entry("call", 12, source="router", conversation="cnv_1", status="answered", agent="ada")
    (found,) = events(call("offered"), accepted, call("ended", 60))
    assert (found.kind, found.agent, second_of(found)) == ("call", "ada", (0, 60))


def test_a_child_leg_in_progress_answers_the_call() -> None:
    """The parent in progress only means that a menu runs; its legs say nothing of when it ended."""
    parent = call("answered", 2)
    leg = call("answered", 40, id="leg", direction="out", call=Call(id="CA1", leg="CA2"))
    gone = call("ended", 90, id="gone", direction="out", call=Call(id="CA1", leg="CA2"))
    assert [event.kind for event in events(call("offered"), parent, call("ended", 50))] == ["abandon"]
    (found,) = events(call("offered"), parent, leg, gone, call("ended", 95))
    assert (found.kind, found.direction, second_of(found)) == ("call", "in", (0, 95))


def test_a_call_that_rings_or_waits_is_nothing_yet() -> None:
    """Nor is one in its menu; one that is answered and goes on has no end, whenever one looks."""
    assert events(call("offered"), call("queued", 9), call("answered", 3), second=60) == []
    (found,) = events(call("offered"), call("answered", 30, agent="ada"), second=60)
    assert second_of(found) == (0, None)
    (later,) = events(call("offered"), call("answered", 30, agent="ada"), call("ended", 90), second=60)
    assert second_of(later) == (0, None)


def test_a_call_nobody_took_is_an_abandon() -> None:
    """Once, also where the router says so too; with how long the customer waited."""
    router = entry("abandon", 45, None, source="router", conversation="cnv_1")
    (found,) = events(call("offered"), call("queued", 4), router, call("ended", 45))
    assert (found.kind, found.direction, second_of(found), found.wait_ms) == (
        "abandon",
        "in",
        (0, None),
        45_000,
    )


def test_a_call_a_bot_served_is_a_bot_contact() -> None:
    """What was asked at its start, what the bot said at its end: contained."""
    said = entry("bot", 10, thread="CA1", author="bot")
    found = events(call("offered"), said, call("ended", 70))
    assert [(event.kind, event.direction, second_of(event)[0]) for event in found] == [
        ("bot", "in", 0),
        ("bot", "out", 70),
    ]
    later = fold(
        found, as_of_ms=found[0].at_ms + 30 * DAY_MS, window_ms=7 * DAY_MS, settings=JourneySettings()
    )
    assert (later.answer.fcr, later.answer.contained) == (True, True)


@pytest.mark.parametrize("kind", ["voicemail", "callback_request"])
def test_who_leaves_word_has_not_abandoned(kind: str) -> None:
    """One attempt: what was left stands for the call."""
    word = entry(kind, 40, thread="CA1")
    assert [event.kind for event in events(call("offered"), word, call("ended", 45))] == [kind]
    kinds = [event.kind for event in events(call("answered", 3, agent="ada"), word, call("ended", 60))]
    assert kinds == ["call", kind]


def test_a_bot_before_a_person_is_part_of_the_call() -> None:
    """One contact, not two."""
    (found,) = events(
        call("offered"), entry("bot", 5, thread="CA1"), call("answered", 30, agent="ada"), call("ended", 60)
    )
    assert found.kind == "call"


@pytest.mark.parametrize(
    ("statuses", "missed"),
    [(["offered", "missed"], True), (["offered", "ended"], True), (["offered", "answered", "ended"], False)],
)
def test_a_call_of_ours(statuses: list[str], missed: bool) -> None:
    """Unanswered it is a call all the same."""
    (found,) = events(*(call(status, 10 * number, direction="out") for number, status in enumerate(statuses)))
    assert (found.kind, found.direction, found.missed) == ("call", "out", missed)


def test_a_call_known_by_one_record() -> None:
    """A record without a status began when it says; one that says ended, that long before."""
    (plain,) = events(entry("call", 100, duration_s=60))
    (ended,) = events(entry("call", 100, status="ended", duration_s=60, agent="ada"))
    (missed,) = events(entry("call", 100, flags=["missed"]))
    assert second_of(plain) == (100, 160)
    assert second_of(ended) == (40, 100)
    assert missed.kind == "abandon"


def test_two_calls_are_two_calls() -> None:
    """Threads divide them, whatever the conversation; flags and issues are those of all parts."""
    first = (
        call("offered"),
        call("answered", 5, agent="ada", issue="A"),
        call("ended", 9, flags=["dropped"]),
    )
    second = (call("offered", 100, thread="CA9"), call("ended", 130, thread="CA9"))
    found = events(*first, *second)
    assert [(event.kind, event.issues, event.dropped) for event in found] == [
        ("call", ("A",), True),
        ("abandon", (), False),
    ]


# -- chats and messages ----------------------------------------------------------------------------


def chat(kind: str, second: float, direction: Any = "in", **more: Any) -> Entry:
    """Let something happen in a chat."""
    return entry(kind, second, direction, "chat", conversation="cnv_c", **more)


def test_a_chat_left_unanswered_is_an_abandon() -> None:
    """All that was said is one attempt, with the issues it named; a reply makes it a contact."""
    said = (chat("message", 0, issue="A"), chat("message", 20, issue="B"))
    left = chat("abandon", 50, None, source="router")
    (found,) = events(*said, left)
    assert (found.kind, found.issues, found.wait_ms, second_of(found)[0]) == (
        "abandon",
        ("A", "B"),
        50_000,
        0,
    )
    for author, kind in (("agent", "message"), ("bot", "bot")):
        kinds = [event.kind for event in events(*said, chat("message", 30, "out", author=author), left)]
        assert kinds == ["message", "message", kind]


def test_a_chat_that_still_waits_is_a_message() -> None:
    """Nobody left yet; and the next visit is judged by itself."""
    assert [event.kind for event in events(chat("message", 0))] == ["message"]
    answered = (chat("message", 0), chat("message", 5, "out"), chat("abandon", 60, None))
    again = (chat("message", 4000), chat("abandon", 4030, None))
    assert [event.kind for event in events(*answered, *again)] == ["message", "message", "abandon"]


def test_an_automatic_greeting_is_no_reply() -> None:
    """Who left after 'you are number 4' has abandoned."""
    greeting = chat("message", 1, "out", author="system")
    kinds = {
        event.kind: event.auto for event in events(chat("message", 0), greeting, chat("abandon", 40, None))
    }
    assert kinds == {"abandon": False, "message": True}


def test_elsewhere_a_message_simply_waits() -> None:
    """Nobody hangs up a mail: what the router gives up is no abandon."""
    mail = entry("message", 0, "in", "email", conversation="cnv_m")
    gone = entry("abandon", 90, None, "email", source="router", conversation="cnv_m")
    assert [event.kind for event in events(mail, gone)] == ["message"]


def test_what_failed_for_good_is_no_response() -> None:
    """Its status is the highest that any receipt reported."""
    assert events(entry("message", 6, "out", "sms", status="failed")) == []
    assert len(events(entry("message", 7, "out", "sms", status="delivered"))) == 1


@pytest.mark.parametrize("kind", ["note", "status", "typing", "read", "reaction", "edit", "delete", "bounce"])
def test_what_describes_other_events_is_none(kind: str) -> None:
    """Edits, deletes, reactions, typing, reads, delivery states and notes."""
    assert events(entry(kind, 0, "in", "social")) == []


def test_transitions_of_the_router_arrive_as_they_are() -> None:
    """Transfer, escalation, handoff, wrap-up with outcome and issue, reopening."""
    kinds = ["transfer", "escalation", "handoff", "reopen"]
    found = events(
        *(entry(kind, number, None, "email", source="router") for number, kind in enumerate(kinds)),
        entry(
            "disposition", 9, None, "email", source="router", outcome="pending", issue="A", topic="billing"
        ),
    )
    assert [event.kind for event in found] == [*kinds, "disposition"]
    assert (found[-1].outcome, found[-1].issues, found[-1].topic) == ("pending", ("A",), "billing")
    assert {event.direction for event in found} == {"internal"}


def test_two_deliveries_with_different_homes_are_one() -> None:
    """The entry of a thread handle and its retry with the number known: the first stands."""
    first = entry("message", 0, "in", "sms", id="m", home="cus_thread")
    retry = entry("message", 0, "in", "sms", id="m", home="cus_tel")
    later = entry("message", 0, "in", "sms", id="m", home="cus_a", received_at=BEGIN + timedelta(seconds=9))
    assert len(events(first, retry)) == 1
    assert [event.customer for event in events(first, later)] == ["cus_thread"]


def test_links_are_merges_while_they_hold() -> None:
    """Linked after a day, unlinked on the third: in force between."""
    mail = entry("message", 0, "in", "email", issue="A")
    reply = entry("message", 600, "out", "email", issue="A")
    text = entry("message", 80_000, "in", "sms", issue="A", home="cus_2")
    start, day = ms_of(BEGIN), DAY_MS
    link = Linked("cus_2", "cus_1", start + day, start + 3 * day)
    seen = {}
    for days in (0.95, 2, 4):
        as_of_ms = start + round(days * day)
        found = journey_events([mail, reply, text], [link], as_of_ms=as_of_ms)
        answer = fold(found, as_of_ms=as_of_ms, window_ms=7 * day, settings=JourneySettings()).answer
        seen[days] = answer.episodes
    assert seen == {0.95: 2, 2: 1, 4: 2}
