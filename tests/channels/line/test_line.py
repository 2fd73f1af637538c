"""LINE: its signature, and how its events are told apart."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.social.line import Line
from router.errors import Malformed, Unverified
from router.model.event import Event
from router.ports import Account, Request

HOOK = "https://contact.example.com/v1/hooks/social/line/main"
SECRET = "00112233445566778899aabbccddeeff"
ADAPTER = Line()
ACCOUNT = Account("social", "line", "main", secret=SECRET)
TEXT = {
    "type": "message",
    "timestamp": 1_772_445_000_123,
    "source": {"type": "user", "userId": "U1"},
    "webhookEventId": "01A",
    "message": {"type": "text", "id": "5", "text": "Hi"},
}


def signed(body: bytes) -> Request:
    """Sign a body as LINE does: HMAC-SHA256 of the bytes as they are, in base64."""
    code = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
    return Request("POST", HOOK, {"x-line-signature": code}, body)


def read(*events: Any) -> list[Event]:
    """Read a request with some events."""
    body = msgspec.json.encode({"destination": "U0", "events": events})
    return list(ADAPTER.parse(Request("POST", HOOK, {}, body), ACCOUNT, 0))


@given(body=st.binary(max_size=200), at=st.integers(0, 199))
def test_the_signature_speaks_of_every_byte(body: bytes, at: int) -> None:
    """What LINE signs holds, and with one bit changed it does not."""
    genuine = signed(body)
    ADAPTER.verify(genuine, ACCOUNT, 0)
    changed = bytearray(body or b"x")
    changed[at % len(changed)] ^= 1
    with pytest.raises(Unverified):
        ADAPTER.verify(Request("POST", HOOK, genuine.headers, bytes(changed)), ACCOUNT, 0)


@pytest.mark.parametrize("given_", ["", "=", "é", "{hex}", "{code}=", "sha256={code}"])
def test_what_only_resembles_the_signature_does_not_hold(given_: str) -> None:
    """In hexadecimal, padded once more, with a prefix: refused."""
    code = signed(b"{}").headers["x-line-signature"]
    header = given_.replace("{code}", code).replace("{hex}", base64.b64decode(code).hex())
    with pytest.raises(Unverified):
        ADAPTER.verify(Request("POST", HOOK, {"x-line-signature": header}, b"{}"), ACCOUNT, 0)


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"events":{}}', b"null", b'{"destination":"U0"}'])
def test_what_has_no_events_is_not_lines(body: bytes) -> None:
    """JSON of somebody else is refused."""
    with pytest.raises(Malformed):
        ADAPTER.parse(Request("POST", HOOK, {}, body), ACCOUNT, 0)


def test_a_second_delivery_is_the_same_event() -> None:
    """It is marked, and keeps its id, also where LINE gave the happening none."""
    for first in (TEXT, TEXT | {"type": "follow"}, {"type": "unfollow", "timestamp": 1_772_445_000_123}):
        (one,) = read(first | {"deliveryContext": {"isRedelivery": False}})
        (again,) = read(first | {"deliveryContext": {"isRedelivery": True}})
        assert one.id == again.id
        assert (one.flags, again.flags) == ([], ["redelivery"])


def test_what_an_edit_and_a_withdrawal_speak_of_is_the_message() -> None:
    """The id of a message is that which later events name."""
    (said,) = read(TEXT)
    (edit,) = read(TEXT | {"type": "messageEdited", "webhookEventId": "01B"})
    (gone,) = read(TEXT | {"type": "unsend", "webhookEventId": "01C", "unsend": {"messageId": "5"}})
    assert said.id == edit.target == gone.target
    assert len({said.id, edit.id, gone.id}) == 3


def test_secrets_of_an_event_are_not_kept() -> None:
    """A nonce links an account and a reply token answers in our name: both stay out."""
    linked = TEXT | {
        "type": "accountLink",
        "replyToken": "reply-me",
        "link": {"result": "ok", "nonce": "hush"},
    }
    written = msgspec.json.encode(read(linked, TEXT | {"replyToken": "reply-me"}))
    assert b"hush" not in written
    assert b"reply-me" not in written
