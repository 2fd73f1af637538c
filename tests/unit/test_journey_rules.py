"""R1 to R9 of the fold but R4, each on a timeline small enough to be judged by eye."""

from __future__ import annotations

from timelines import answer, at, came, did, journey, matrix, went

from router.policy.journey_nouns import JourneyEvent


def test_the_question_this_is_all_about() -> None:
    """Mail answered; a direct message next day on the same matter, answered by phone: two contacts."""
    found = answer(
        came("email"),
        went("email", minute=90),
        came("social_dm", day=1),
        went("voice", day=1, minute=60),
    )
    assert (found.contacts, found.episodes, found.fcr, found.reason) == (2, 1, False, "repeat")
    assert matrix(found) == {"email>social_dm": (1, 0), "social_dm>voice": (0, 1)}
    assert found.fcr_single_channel is True


# -- R1 ------------------------------------------------------------------------------------------


def test_the_same_event_counts_once() -> None:
    """R1: one (source, id), delivered three times, is one call."""
    call = came("voice", id="k", source="pbx")
    assert answer(call, call, call).attempts == 1
    assert answer(call, came("voice", day=1, id="k", source="other")).attempts == 2


def test_the_first_to_arrive_stands() -> None:
    """R1: an id used again with other content changes nothing."""
    told = answer(
        came("voice", id="k", issue="B", received_us=2),
        came("voice", id="k", issue="A", received_us=1),
    )
    assert [episode.issue for episode in told.by_episode] == ["A"]


def test_events_after_as_of_are_not_known() -> None:
    """R1: what happens later has not happened."""
    assert answer(came("voice"), came("voice", day=3), day=2).contacts == 1


def test_windows_are_elapsed_time_not_days() -> None:
    """R1: a window ends to the millisecond, whatever the calendar says."""
    inside = answer(came("voice"), came("voice", day=7))
    outside = answer(came("voice"), came("voice", day=7, minute=1 / 60_000))
    assert (inside.episodes, outside.episodes) == (1, 2)


# -- R2 ------------------------------------------------------------------------------------------


def test_a_merge_of_issues_acts_backwards() -> None:
    """R2: two cases that turn out to be one were one all the time; before that they were two."""
    events = (
        came("email"),
        went("email", minute=30),
        came("chat", day=2, issue="B"),
        went("chat", day=2, minute=5, issue="B"),
        did("merge", day=3, merge_from="B", merge_into="A"),
    )
    assert (answer(*events).fcr, answer(*events).episodes) == (False, 1)
    assert answer(*events, day=2.5).episodes == 2


def test_merges_chain_and_circles_do_no_harm() -> None:
    """R2: C is B, B is A, A is C: all one."""
    merges = [
        did("merge", day=day, merge_from=old, merge_into=new)
        for day, (old, new) in enumerate(["CB", "BA", "AC"], start=20)
    ]
    found = answer(*(came("voice", day=n, issue=issue) for n, issue in enumerate("ABC")), *merges)
    assert (found.episodes, found.contacts) == (1, 3)


def test_people_merge_and_part_again() -> None:
    """R2: an identity merge holds from its time until it is undone."""
    events = (
        came("email", customer="c1"),
        went("email", minute=30, customer="c1"),
        came("voice", day=1, customer="c2"),
    )
    merged = did("identity_merge", day=2, merge_from="c2", merge_into="c1", until_ms=at(5))
    assert answer(*events, merged, day=4).fcr is False
    assert answer(*events, merged, day=1.5).episodes == 2
    assert [episode.fcr for episode in answer(*events, merged).by_episode] == [True, True]


# -- R3 ------------------------------------------------------------------------------------------


def test_a_wrap_up_labels_what_came_before_it() -> None:
    """R3: back to the previous wrap-up on that channel, and never over a known label."""
    found = answer(
        came("voice", issue="A"),
        came("voice", day=3, issue=None),
        did("transfer", "voice", day=3, minute=2, issue=None),
        did("disposition", "voice", day=3, minute=9, issue="B", outcome="resolved"),
        came("voice", day=12, issue=None),
        did("disposition", "voice", day=12, minute=9, issue="C", outcome="resolved"),
    )
    assert [(episode.issue, episode.transfers) for episode in found.by_episode] == [
        ("A", 0),
        ("B", 1),
        ("C", 0),
    ]


def test_a_wrap_up_labels_only_its_channel() -> None:
    """R3: the mail stays unlabelled when the call is wrapped up."""
    found = answer(
        came("email", issue=None),
        came("voice", day=9, issue=None),
        did("disposition", "voice", day=9, minute=5, issue="B", outcome="pending"),
    )
    assert [episode.issue for episode in found.by_episode] == ["?0", "B"]


# -- R5 ------------------------------------------------------------------------------------------


def test_the_window_slides() -> None:
    """R5: each contact is measured from the anchor before it."""
    assert answer(*(came("voice", day=6 * n) for n in range(5))).episodes == 1


def test_unlabelled_events_have_two_readings() -> None:
    """R5: the customer's latest matter (lower bound of FCR), or a new one (upper bound)."""
    events = (came("voice"), came("voice", day=2, issue=None))
    same, new = (answer(*events, unknown=unknown) for unknown in ("same", "new"))
    assert (same.episodes, same.fcr) == (1, False)
    assert (new.episodes, new.fcr) == (2, True)
    assert new.by_episode[1].issue == "?1"


def test_what_continues_a_session_is_never_a_new_matter() -> None:
    """R5: also under ``new`` the next line of a chat belongs to the chat."""
    events = [came("chat", minute=minute, issue=None) for minute in (0, 3, 6)]
    assert (answer(*events, unknown="new").episodes, answer(*events, unknown="new").contacts) == (1, 1)


def test_what_we_do_counts_for_what_it_names() -> None:
    """R5: an unknown issue is nothing, no label is the latest episode, at any age."""
    events = (came("email"), came("chat", day=1, issue="B"))
    for issue, touched in (("C", []), ("A", ["A"]), (None, ["B"]), (("A", "B"), ["A", "B"])):
        found = answer(*events, did("escalation", day=30, issue=issue))
        assert [one.issue for one in found.by_episode if one.escalations] == touched


def test_a_survey_does_not_make_an_episode_the_latest() -> None:
    """R5: the latest episode is the one something other than a survey touched last."""
    events = (came("email"), came("chat", day=1, issue="B"), came("sms", day=2, kind="survey", resolved=True))
    found = answer(*events, did("transfer", day=3, issue=None))
    assert [one.transfers for one in found.by_episode] == [0, 1]


def test_an_abandon_waits_a_window_for_its_contact() -> None:
    """R5: within W the call that comes through is the first contact; later it is another matter."""
    gave_up = came("voice", kind="abandon")
    soon, late = (answer(gave_up, came("voice", day=day)) for day in (7, 8))
    assert (soon.episodes, soon.contacts, soon.attempts, soon.fcr) == (1, 1, 2, True)
    assert (late.episodes, late.reason) == (2, "unserved")


# -- R6 ------------------------------------------------------------------------------------------


def test_a_call_of_ours_in_which_the_customer_raises_an_issue() -> None:
    """R6: a contact without an attempt; what comes after it is measured from it."""
    ours = went("voice", opens=True)
    assert (answer(ours).contacts, answer(ours).attempts, answer(ours).fcr) == (1, 0, True)
    assert answer(ours).by_episode[0].first_channel == "voice"
    assert matrix(answer(ours, came("chat", day=1))) == {"voice>chat": (1, 0)}


def test_a_campaign_is_nothing_until_it_is_answered() -> None:
    """R6: the answer opens the contact."""
    campaign = went("sms", proactive=True)
    assert answer(campaign).reason == "no_contact"
    assert (answer(campaign, came("sms", day=1)).contacts, answer(campaign).attempts) == (1, 0)


# -- R7 ------------------------------------------------------------------------------------------


def test_answering_what_is_still_open_is_no_switch() -> None:
    """R7: mail and chat wait; both may be answered where they came, and an abandon waits too."""
    both = (came("email"), came("chat", minute=5), went("email", minute=9))
    assert matrix(answer(*both)) == {"email>chat": (1, 0)}
    assert matrix(answer(came("voice", kind="abandon"), came("chat", minute=5), went("voice", minute=9))) == {
        "voice>chat": (1, 0)
    }


def test_we_move_once_not_with_each_word() -> None:
    """R7: after the first text message the next one is where we already are."""
    found = answer(came("email"), went("sms", minute=5), went("sms", minute=9), came("sms", minute=20))
    assert matrix(found) == {"email>sms": (0, 1)}


def test_an_unanswered_call_of_ours_is_a_switch() -> None:
    """R7: we moved to the telephone, also where nobody took it."""
    assert matrix(answer(came("email"), went("voice", minute=5, missed=True))) == {"email>voice": (0, 1)}


def test_a_companion_message_is_no_switch_and_no_touch() -> None:
    """R7: the link sent by text while we talk; answering it there is no switch either."""
    found = answer(came("voice"), went("sms", minute=3, companion=True), came("sms", minute=9))
    assert (matrix(found), found.by_episode[0].touches) == ({}, 1)


# -- R8, R9 --------------------------------------------------------------------------------------


def test_a_duplicate_is_an_attempt_and_no_repeat() -> None:
    """R8: the same complaint, recognised on another channel."""
    found = answer(came("email"), came("social", minute=9, dup=True), went("email", minute=60))
    assert (found.contacts, found.attempts, found.fcr, found.switches_customer) == (1, 2, True, 0)


def test_giving_up_after_the_first_contact_is_a_repeat() -> None:
    """R8: who came back was not served at the first contact."""
    assert answer(came("voice"), came("voice", day=1, kind="abandon")).reason == "repeat"


def test_who_is_answered_by_what() -> None:
    """R9: a response answers the issues it names, an unlabelled one all of its contact."""
    mail = came("email", issue=("A", "B"))
    for issue, reasons in (("A", ["silence", "awaiting_company"]), (None, ["silence", "silence"])):
        found = answer(mail, went("email", minute=9, issue=issue))
        assert [one.reason for one in found.by_episode] == reasons


def test_pending_and_reopened_end_by_a_wrap_up_only() -> None:
    """R9: neither our answer nor time ends them."""
    pending = (came("voice"), did("disposition", "voice", minute=5, outcome="pending"))
    assert answer(*pending, went("email", day=2)).reason == "pending"
    wrapped = did("disposition", day=2, outcome="resolved")
    assert answer(*pending, wrapped).fcr is True
    reopened = answer(came("voice"), did("disposition", minute=5, outcome="resolved"), did("reopen", day=3))
    assert (reopened.fcr, reopened.provisional, reopened.reason) == (None, True, "pending")


def test_the_anchor_is_the_end_of_the_last_response() -> None:
    """R9: of a call its end; the window runs from there."""
    call = came("voice", lasted=30)
    facts = journey(call).facts[0]
    assert facts.anchor_ms == at(minute=30)
    assert answer(call, came("voice", day=7, minute=30)).fcr is False


def test_a_failed_attempt_to_reach_us_by_bot_is_still_ours_to_answer() -> None:
    """R9: an inbound bot message is no response."""
    event: JourneyEvent = came("chat", kind="bot")
    assert answer(event).reason == "awaiting_company"
