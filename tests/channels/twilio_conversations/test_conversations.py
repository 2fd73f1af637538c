"""Twilio Conversations: whose words a hook carries, what comes twice, and what comes before its time."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from channels.chat.twilio_conversations import TwilioConversations
from router.errors import Malformed, Unverified
from router.model.event import Event
from router.ports import Account, Request

TOKEN = "0123456789abcdef0123456789abcdef"
HOOK = "https://contact.example.com/v1/hooks/chat/twilio_conversations/main"
NOW = 1_772_445_600.0
ADAPTER = TwilioConversations()
FORM = "application/x-www-form-urlencoded"
MESSAGE = {
    "EventType": "onMessageAdded",
    "MessageSid": "IM1",
    "ConversationSid": "CH1",
    "ChatServiceSid": "IS1",
    "Body": "Hi",
}


def read(**fields: Any) -> list[Event]:
    """Read a hook, by the account whose agents are called ``agent-*``."""
    account = Account("chat", "twilio_conversations", "main", settings={"ours": ["agent-*"]})
    body = urlencode(MESSAGE | fields).encode()
    return list(ADAPTER.parse(Request("POST", HOOK, {"content-type": FORM}, body), account, NOW))


@pytest.mark.parametrize(
    ("fields", "direction", "handle"),
    [
        ({"Source": "SDK", "Author": "visitor"}, "in", "twilio-identity:IS1/visitor"),
        ({"Source": "SDK", "Author": "agent-7"}, "out", "None"),
        ({"Source": "API", "Author": "visitor"}, "out", "None"),
        ({"Source": "SMS", "Author": "+447700900118"}, "in", "tel:+447700900118"),
        ({"Source": "WHATSAPP", "Author": "whatsapp:+447700900118"}, "in", "tel:+447700900118"),
        (
            {
                "Source": "MESSENGER",
                "Author": "messenger:77",
                "MessagingBinding.ProxyAddress": "messenger:55",
            },
            "in",
            "psid:55/77",
        ),
        ({"Source": "SMS", "Author": "anonymous"}, "in", "None"),
        ({"Source": "SDK"}, "in", "None"),
    ],
)
def test_the_customer_is_who_is_not_ours(fields: dict[str, str], direction: str, handle: str) -> None:
    """By address where there is one, else by identity within the service."""
    (event,) = read(**fields)
    assert (event.direction, str(event.customer.handle if event.customer else None)) == (direction, handle)


def test_each_correction_is_an_event_of_its_own() -> None:
    """And none is taken for the message, or for a repetition."""
    found = [read(EventType="onMessageUpdated", DateUpdated=f"2026-03-02T09:58:0{n}Z")[0] for n in (1, 2)]
    assert len({event.id for event in found} | {"IM1"}) == 3
    assert {event.target for event in found} == {"IM1"}


@pytest.mark.parametrize(
    "media", ["{", "[", "7", "null", '[{"Size":-1}]', '[{"Size":"x","ContentType":5}]', "é" * 10]
)
def test_media_that_cannot_be_read_do_not_lose_the_words(media: str) -> None:
    """They are JSON in a field."""
    (event,) = read(Media=media, Author="a", Source="SDK")
    assert event.text == "Hi"


def test_what_twilio_signs_holds() -> None:
    """By the same rule as all of Twilio's."""
    account = Account("chat", "twilio_conversations", "main", secret=TOKEN)
    headers = {
        "content-type": FORM,
        "x-twilio-signature": RequestValidator(TOKEN).compute_signature(HOOK, MESSAGE),
    }
    ADAPTER.verify(Request("POST", HOOK, headers, urlencode(MESSAGE).encode()), account, NOW)
    with pytest.raises(Unverified):
        ADAPTER.verify(
            Request("POST", HOOK, headers, urlencode(MESSAGE | {"Body": "x"}).encode()), account, NOW
        )


def test_what_names_no_event_is_refused() -> None:
    """It is another product's."""
    with pytest.raises(Malformed):
        read(EventType="")


@given(
    kind=st.sampled_from(
        ["onMessageAdded", "onMessageUpdated", "onDeliveryUpdated", "onParticipantAdded", "onX"]
    ),
    fields=st.dictionaries(
        st.sampled_from(
            ["Author", "Index", "Media", "DateCreated", "Source", "Status", "MessageSid", "ErrorCode"]
        ),
        st.text(max_size=12),
    ),
)
def test_no_field_breaks_it(kind: str, fields: dict[str, str]) -> None:
    """Of any event."""
    for event in read(**{"EventType": kind} | fields):
        assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event
