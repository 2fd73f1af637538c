"""Feedback: times as providers write them, recipients with names or without, and events that always fit."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email import feedback
from channels.email.feedback import Told, party, seconds
from router.model.event import Event
from router.ports import Account

ACCOUNT = Account("email", "mailgun", "main")


@pytest.mark.parametrize("value", [1_772_445_521.8718, "1772445521.8718"])
def test_seconds_keep_their_fraction(value: object) -> None:
    """To the microsecond, from a number or a text."""
    assert seconds(value) == datetime(2026, 3, 2, 9, 58, 41, 871_800, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [None, True, "", "soon", -1, 1e20, 2**70, 10**400, float("inf"), float("nan"), "nan", "9" * 5000, [], {}],
)
def test_what_is_no_time_is_none(value: object) -> None:
    """Never an exception."""
    assert seconds(value) is None


def test_a_recipient_may_have_a_name() -> None:
    """Nobody is None, not an empty handle."""
    named = party("Ada <Ada@Example.org>")
    assert named is not None
    assert (named.value, named.name) == ("Ada@example.org", "Ada")
    assert party("") is party(None) is party("nobody") is None


@given(st.text(), st.text(), st.text(), st.text(), st.dictionaries(st.sampled_from("abc"), st.text()))
def test_any_words_make_a_sound_event(
    key: str, recipient: str, target: str, subject: str, attrs: dict[str, str]
) -> None:
    """Whatever the provider writes, the event is within its bounds and speaks of mail."""
    told = Told(key, feedback.FAILED, None, recipient, target, recipient, subject, attrs)
    event = told.event(ACCOUNT)
    assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event
    assert (event.channel, event.source, event.status) == ("email", "mailgun:main", "failed")
