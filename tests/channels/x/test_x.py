"""X: its challenge, which must not sign for others, its signature, and the two shapes of its events."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.social.x import X
from router.errors import Malformed, Unverified
from router.model.event import Event
from router.ports import Account, Request

SECRET = "consumer-secret-of-the-app"
HOOK = "https://contact.example.com/v1/hooks/social/x/main"
NOW = 1_772_445_600.0
ADAPTER = X()
ACCOUNT = Account("social", "x", "main", secret=SECRET)


def code(signed: bytes) -> str:
    """Sign as X does, and as we answer its challenge."""
    digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
    return f"sha256={base64.b64encode(digest).decode()}"


def read(found: dict[str, Any]) -> list[Event]:
    """Read a webhook."""
    return list(ADAPTER.parse(Request("POST", HOOK, {}, msgspec.json.encode(found)), ACCOUNT, NOW))


def challenge(token: str) -> Request:
    """Ask for the answer to a token."""
    return Request(
        "GET", f"{HOOK}?crc_token={quote(token, safe='', errors='surrogatepass')}&nonce=n", {}, b""
    )


def test_a_challenge_is_answered_with_its_hmac() -> None:
    """As JSON, unsigned as it comes."""
    asked = challenge("Zm9v+/=_.-")
    ADAPTER.verify(asked, ACCOUNT, NOW)
    assert ADAPTER.parse(asked, ACCOUNT, NOW) == []
    reply = ADAPTER.answer(asked, ACCOUNT, [])
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert msgspec.json.decode(reply.body) == {"response_token": code(b"Zm9v+/=_.-")}


@given(
    st.builds(
        "".join, st.tuples(st.text(st.characters(), max_size=9), st.sampled_from('{"}'), st.text(max_size=9))
    )
)
def test_a_challenge_never_signs_what_could_be_a_message(token: str) -> None:
    """Else whoever asks with a forged body could send that body with our answer as its signature."""
    with pytest.raises(Unverified):
        ADAPTER.verify(challenge(token), ACCOUNT, NOW)
    with pytest.raises(Malformed):
        ADAPTER.parse(challenge(token), ACCOUNT, NOW)


def test_without_the_secret_there_is_no_answer() -> None:
    """An answer by nothing would be a wrong one."""
    assert ADAPTER.answer(challenge("abc"), Account("social", "x", "main"), []).status == 403


@given(body=st.binary(max_size=100))
def test_what_x_signs_holds(body: bytes) -> None:
    """Any body; another one does not, nor does a body sent as a challenge."""
    headers = {"x-twitter-webhooks-signature": code(body)}
    ADAPTER.verify(Request("POST", HOOK, headers, body), ACCOUNT, NOW)
    for request in (
        Request("POST", HOOK, headers, body + b" "),
        Request("POST", f"{HOOK}?crc_token=abc", {}, body),
        Request("GET", f"{HOOK}?crc_token=abc", {}, body + b"{}"),
    ):
        with pytest.raises(Unverified):
            ADAPTER.verify(request, ACCOUNT, NOW)


def test_one_bad_message_does_not_lose_the_others() -> None:
    """It is kept unread beside them."""
    good = {
        "id": "1",
        "message_create": {"sender_id": "7", "target": {"recipient_id": "9"}, "message_data": {"text": "a"}},
    }
    found = read({"for_user_id": "9", "direct_message_events": [good, 5, {"type": "message_create"}, good]})
    assert [(event.kind, event.flags) for event in found] == [
        ("message", []),
        ("generic", ["unparsed"]),
        ("generic", ["unparsed"]),
    ]


def test_what_we_write_ourselves_is_outbound() -> None:
    """The customer is who it went to, in the same thread."""
    body = {"sender_id": "9", "target": {"recipient_id": "7"}, "message_data": {"text": "a"}}
    (event,) = read({"for_user_id": "9", "direct_message_events": [{"id": "1", "message_create": body}]})
    assert (event.direction, event.thread) == ("out", "x:9:x:7")


_JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "status",
                    "message_create",
                    "message_data",
                    "text",
                    "attachment",
                    "media",
                    "sender_id",
                    "user",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(
    part=_JSON,
    name=st.sampled_from(
        ["direct_message_events", "tweet_create_events", "tweet_delete_events", "id", "other"]
    ),
    kind=st.sampled_from(
        ["dm.received", "dm.read", "chat.received", "post.create", "post.delete", "follow.follow"]
    ),
)
def test_no_payload_breaks_it(part: object, name: str, kind: str) -> None:
    """In both shapes, under every name."""
    data = {"event_type": kind, "event_uuid": "u", "payload": {name: part}}
    for found in ({"for_user_id": "9", name: part}, {"data": data}):
        for event in read(found):
            assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event
