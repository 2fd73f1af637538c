"""Intercom: whose words a notification carries, and notifications about anything else."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.chat.intercom import Intercom
from router.errors import Malformed, Unverified
from router.model.event import Event
from router.ports import Account, Request

HOOK = "https://contact.example.com/v1/hooks/chat/intercom/main"
NOW = 1_772_445_600.0
ADAPTER = Intercom()
ACCOUNT = Account("chat", "intercom", "main", secret="client-secret")
ADA = {"type": "user", "id": "a1", "email": "ada@example.org", "name": "Ada"}


def read(topic: str, item: Any, **more: Any) -> Event:
    """Read the one event of a notification."""
    body = {
        "type": "notification_event",
        "id": "notif_1",
        "app_id": "app",
        "topic": topic,
        "data": {"item": item},
    }
    (event,) = ADAPTER.parse(Request("POST", HOOK, {}, msgspec.json.encode(body | more)), ACCOUNT, NOW)
    return event


def conversation(*parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Give a conversation with Ada, and these parts."""
    source = {"type": "conversation", "id": "s", "body": "<p>first</p>", "author": ADA}
    told = {"type": "conversation", "id": "7", "source": source, "created_at": "1772445580"}
    return told | {"conversation_parts": {"conversation_parts": list(parts)}} | more


def test_the_newest_part_is_what_was_said() -> None:
    """Of a reply; what begins a conversation is its source, whatever parts there are already."""
    parts = [
        {"id": str(n), "body": f"<p>{n}</p>", "author": ADA, "created_at": 1_772_445_590 + n} for n in (1, 2)
    ]
    assert read("conversation.user.replied", conversation(*parts)).text == "2"
    assert read("conversation.user.created", conversation(*parts)).text == "first"


def test_a_bot_that_replies_is_a_bot() -> None:
    """Though the topic speaks of an admin."""
    part = {"id": "1", "body": "x", "author": {"type": "bot", "id": "b"}}
    event = read("conversation.admin.replied", conversation(part))
    assert (event.direction, event.author, event.customer.value) == ("out", "bot", "app/a1")  # type: ignore[union-attr]


def test_one_message_told_to_two_subscriptions_is_one_event() -> None:
    """Its id is the part's, not the notification's."""
    part = {"id": "1", "body": "x", "author": ADA}
    found = [
        read("conversation.user.replied", conversation(part), id=name) for name in ("notif_1", "notif_2")
    ]
    assert {event.id for event in found} == {"7:1"}
    assert [event.provider_event_id for event in found] == ["notif_1", "notif_2"]


@pytest.mark.parametrize("at", [1_772_445_590, "1772445590"])
def test_a_time_is_a_number_or_a_text(at: object) -> None:
    """Seconds in both."""
    event = read(
        "conversation.user.replied", conversation({"id": "1", "body": "x", "author": ADA, "created_at": at})
    )
    assert event.occurred_at is not None
    assert event.occurred_at.timestamp() == 1_772_445_590


@pytest.mark.parametrize(
    ("stars", "score"), [(1, 1), (5, 5), (0, None), (6, None), ("x", None), (None, None)]
)
def test_a_rating_has_one_to_five_stars(stars: object, score: int | None) -> None:
    """Another number is no score."""
    assert (
        read("conversation.rating.added", conversation(conversation_rating={"rating": stars})).score == score
    )


def test_the_look_of_the_set_up_needs_no_signature() -> None:
    """GET and HEAD; a body without one is refused by any method."""
    for method in ("GET", "HEAD"):
        ADAPTER.verify(Request(method, HOOK, {}, b""), ACCOUNT, NOW)
        assert ADAPTER.parse(Request(method, HOOK, {}, b""), ACCOUNT, NOW) == []
        with pytest.raises(Unverified):
            ADAPTER.verify(Request(method, HOOK, {}, b"{}"), ACCOUNT, NOW)


def test_what_is_not_intercoms_is_refused_without_repeating_it() -> None:
    """No address of a customer stands in an error."""
    with pytest.raises(Malformed) as refusal:
        ADAPTER.parse(Request("POST", HOOK, {}, b'{"email":"ada@example.org"}'), ACCOUNT, NOW)
    assert "ada" not in refusal.value.detail


_JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "type", "source", "author", "body", "contacts", "conversation_parts", "user", "email"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)
_TOPICS = [
    "conversation.user.replied",
    "conversation.user.created",
    "conversation.rating.added",
    "user.deleted",
    "x",
]


@given(item=_JSON, topic=st.sampled_from(_TOPICS))
def test_no_item_breaks_it(item: object, topic: str) -> None:
    """Under any topic."""
    event = read(topic, item)
    assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event
