"""R4: part of a contact, or a new one. A1 to A4, each on a timeline small enough to be judged by eye."""

from __future__ import annotations

import pytest
from timelines import answer, came, did, matrix, went


@pytest.mark.parametrize(
    ("label", "minute", "contacts"),
    [("chat", 30, 1), ("chat", 31, 2), ("sms", 240, 1), ("sms", 241, 2), ("email", 1, 2), ("webform", 1, 2)],
)
def test_a1_a_session_goes_on_within_its_live_gap(label: str, minute: float, contacts: int) -> None:
    """A1: after our answer the silence decides, per label; a mail after the answer is a new contact."""
    events = (came(label), went(label, minute=5), came(label, minute=5 + minute))
    assert answer(*events).contacts == contacts


@pytest.mark.parametrize(
    ("label", "minute", "contacts"),
    [("email", 1440, 1), ("email", 1441, 2), ("whatsapp", 1440, 1), ("chat", 30, 1), ("chat", 31, 2)],
)
def test_a1_before_the_first_answer_the_customer_may_add(label: str, minute: float, contacts: int) -> None:
    """A1: the pre-gap, counted from the last thing said."""
    assert answer(came(label), came(label, minute=minute)).contacts == contacts
    assert answer(came(label), came(label, minute=10), came(label, minute=10 + minute)).contacts == contacts


def test_a1_a_call_during_a_call_is_another_call() -> None:
    """A1: voice has no live gap, so nothing is absorbed while the first call still runs."""
    assert answer(came("voice", lasted=10), came("voice", minute=4)).contacts == 2


def test_a1_not_after_the_wrap_up() -> None:
    """A1: what was wrapped up is over, whatever the gap; pending leaves it open."""
    events = [came("chat"), went("chat", minute=1), came("chat", minute=9)]
    for outcome, contacts in (("resolved", 2), ("unresolved", 2), ("pending", 1)):
        assert answer(*events, did("disposition", "chat", minute=5, outcome=outcome)).contacts == contacts


def test_a1_transfers_keep_a_session_alive() -> None:
    """A1: silence counts from the last message, response, transfer or handoff."""
    events = [came("chat"), went("chat", minute=1), came("chat", minute=45)]
    assert answer(*events).contacts == 2
    assert answer(*events, did("transfer", "chat", minute=20)).contacts == 1
    assert answer(*events, did("escalation", "chat", minute=20)).contacts == 2


def test_a1_a_session_moves_with_the_customer() -> None:
    """A1: the photo came by WhatsApp in two messages; the second is no new contact either."""
    found = answer(
        came("email"),
        went("email", minute=60, asks=True),
        came("whatsapp", minute=90),
        went("whatsapp", minute=95),
        came("whatsapp", minute=99),
    )
    assert (found.contacts, found.fcr) == (1, True)


def test_a2_an_answer_to_our_question_is_no_new_contact() -> None:
    """A2: on any channel, within the window, and only to our last word."""
    asked = (came("email"), went("email", minute=60, asks=True))
    assert answer(*asked, came("sms", day=5)).contacts == 1
    assert answer(*asked, came("sms", day=7, minute=61)).contacts == 2
    assert answer(*asked, went("email", day=1), came("sms", day=5)).contacts == 2
    assert answer(*asked, did("disposition", day=1, outcome="resolved"), came("sms", day=5)).contacts == 2


def test_a2_a_redirect_is_followed_by_messages_only() -> None:
    """A2: 'please write to us there' goes on; 'please ring us' makes the customer queue again."""
    for label, contacts in (("social_dm", 1), ("voice", 2)):
        found = answer(came("social"), went("social", minute=9, redirect=label), came(label, minute=60))
        assert found.contacts == contacts
        assert matrix(found) == {f"social>{label}": (0, 1)}


def test_a3_a_redial_after_the_line_dropped() -> None:
    """A3: an attempt, but no second contact, and no repeat; later than ten minutes it is both."""
    dropped = came("voice", lasted=5, dropped=True)
    soon, late = (answer(dropped, came("voice", minute=minute)) for minute in (15, 16))
    assert (soon.contacts, soon.attempts, soon.fcr) == (1, 2, True)
    assert (late.contacts, late.attempts, late.fcr) == (2, 2, False)
    gave_up = answer(dropped, came("voice", minute=9, kind="abandon"))
    assert (gave_up.contacts, gave_up.attempts, gave_up.reason) == (1, 2, "silence")


def test_a4_returning_our_missed_call() -> None:
    """A4: we missed the customer, who rings back within a day."""
    missed = (came("webform", kind="callback_request"), went("voice", minute=60, missed=True))
    assert answer(*missed, came("voice", day=1)).contacts == 1
    assert answer(*missed, came("voice", day=1, minute=61)).contacts == 2


@pytest.mark.parametrize("flag", ["ack", "auto", "spam"])
def test_thanks_and_machines_are_nothing(flag: str) -> None:
    """R4: they neither open a contact nor keep one alive."""
    event = came("chat", minute=25, **{flag: True})
    assert answer(event).reason == "no_contact"
    assert answer(came("chat"), went("chat"), event, came("chat", minute=40)).contacts == 2


def test_a_new_issue_in_a_live_session_shares_the_contact() -> None:
    """R4: one contact, two episodes; the second has no attempt of its own."""
    found = answer(
        came("chat"),
        went("chat", minute=2),
        came("chat", minute=9, issue="B"),
        went("chat", minute=9, issue="B"),
    )
    assert (found.contacts, found.attempts) == (1, 1)
    assert [(one.issue, one.attempts, one.first_channel) for one in found.by_episode] == [
        ("A", 1, "chat"),
        ("B", 0, "chat"),
    ]


def test_an_absorbed_event_takes_all_its_issues_along() -> None:
    """R4: decided once; the second issue joins the contact that absorbed the first."""
    found = answer(
        came("email"), went("email", minute=9, asks=True), came("whatsapp", day=1, issue=("A", "B"))
    )
    assert [(one.issue, one.contacts, one.attempts) for one in found.by_episode] == [("A", 1, 1), ("B", 1, 0)]
