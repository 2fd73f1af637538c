"""Matrix: a homeserver is never held up, and is answered what it asks."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.chat.matrix import Matrix
from router.errors import Malformed, Unverified
from router.model.event import Event
from router.ports import Account, Request

TOKEN = "hs-token-of-the-homeserver"
BASE = "https://contact.example.com/v1/hooks/chat/matrix/main/_matrix/app/v1"
NOW = 1_772_445_600.0
ADAPTER = Matrix()
ACCOUNT = Account("chat", "matrix", "main", secret=TOKEN, settings={"ours": ["@desk:*"]})


def transaction(body: bytes, **headers: str) -> Request:
    """Push a transaction."""
    return Request("PUT", f"{BASE}/transactions/7", headers, body)


def read(**content: Any) -> Event:
    """Read one message with this content."""
    told = {
        "event_id": "$1",
        "type": "m.room.message",
        "room_id": "!r:h",
        "sender": "@ada:h",
        "content": content,
    }
    (event,) = ADAPTER.parse(transaction(msgspec.json.encode({"events": [told]})), ACCOUNT, NOW)
    return event


def test_the_token_proves_the_homeserver() -> None:
    """As a bearer token, or in the query as older ones send it."""
    ADAPTER.verify(transaction(b"{}", authorization=f"Bearer {TOKEN}"), ACCOUNT, NOW)
    ADAPTER.verify(Request("PUT", f"{BASE}/transactions/7?access_token={TOKEN}", {}, b"{}"), ACCOUNT, NOW)
    for request in (
        transaction(b"{}"),
        transaction(b"{}", authorization=TOKEN),
        transaction(b"{}", authorization="Bearer x"),
        transaction(b"{}", authorization=f"Basic {TOKEN}"),
        Request("PUT", f"{BASE}?access_token=x", {}, b"{}"),
        Request("PUT", "https://[", {}, b"{}"),
    ):
        with pytest.raises(Unverified):
            ADAPTER.verify(request, ACCOUNT, NOW)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 100_000, b'{"events":5}', b'{"events":[null,{"a":1}]}', b"\xff", b"7"]
)
def test_no_transaction_is_refused(body: bytes) -> None:
    """A refused one would be sent again for ever, and all after it would wait."""
    events = ADAPTER.parse(transaction(body), ACCOUNT, NOW)
    assert all(event.flags == ["unparsed"] for event in events)
    assert ADAPTER.answer(transaction(body), ACCOUNT, events).body == b"{}"


def test_what_is_no_transaction_is_refused() -> None:
    """Elsewhere the body must be one."""
    for body in (b"{}", b"{"):
        with pytest.raises(Malformed):
            ADAPTER.parse(Request("POST", BASE, {}, body), ACCOUNT, NOW)


@pytest.mark.parametrize(("path", "status"), [("/users/@a:h", 404), ("/rooms/%23a:h", 404), ("/ping", 200)])
def test_a_homeserver_that_asks_is_answered(path: str, status: int) -> None:
    """We make no users and no rooms on demand."""
    asked = Request("POST" if path == "/ping" else "GET", BASE + path, {}, b"{}")
    assert ADAPTER.parse(asked, ACCOUNT, NOW) == []
    assert ADAPTER.answer(asked, ACCOUNT, []).status == status


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("> <@a:h> one\n> two\n\nthree\nfour", "three\nfour"),
        ("> only", None),
        ("plain", "plain"),
        ("a\n> b", "a\n> b"),
    ],
)
def test_a_reply_is_read_without_what_it_quotes(body: str, text: str | None) -> None:
    """Only where it is a reply: who quotes in other words wrote that."""
    relation = {"m.relates_to": {"m.in_reply_to": {"event_id": "$0"}}}
    assert read(msgtype="m.text", body=body, **relation).text == text
    assert read(msgtype="m.text", body=body).text == body


def test_a_file_name_is_no_caption() -> None:
    """The body of a file is its name, unless it has a name beside it."""
    assert read(msgtype="m.image", body="cat.jpg", url="mxc://h/1").text is None
    assert read(msgtype="m.image", body="Look!", filename="cat.jpg", url="mxc://h/1").text == "Look!"
    assert read(msgtype="m.image", body="cat.jpg", file={"url": "mxc://h/1"}).attachments[0].name == "cat.jpg"


@pytest.mark.parametrize("uri", ["geo:91,0", "geo:,", "geo:a,b", "http:1,2", "geo:nan,nan", "", "geo:1"])
def test_a_place_that_is_none_is_unsupported(uri: str) -> None:
    """And is kept as what somebody wrote."""
    event = read(msgtype="m.location", body="here", geo_uri=uri)
    assert (event.location, event.flags, event.text) == (None, ["unsupported"], "here")


_JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["body", "msgtype", "m.relates_to", "event_id", "url", "info", "membership", "m.new_content"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)
_KINDS = [
    "m.room.message",
    "m.reaction",
    "m.room.redaction",
    "m.room.member",
    "m.sticker",
    "m.typing",
    "m.receipt",
    "x",
]


@given(content=_JSON, kind=st.sampled_from(_KINDS), state=st.booleans(), sign=st.booleans())
def test_no_content_breaks_it(content: object, kind: str, state: bool, sign: bool) -> None:
    """Of any event, with and without a state key, and of any sign."""
    told = {"type": kind, "room_id": "!r:h", "sender": "@ada:h", "content": content}
    told |= {"state_key": ""} if state else {}
    body = {"ephemeral": [told]} if sign else {"events": [told | {"event_id": "$1"}]}
    for event in ADAPTER.parse(transaction(msgspec.json.encode(body)), ACCOUNT, NOW):
        assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event


def test_an_event_without_an_id_is_kept_unread() -> None:
    """It may be what somebody wrote; the events beside it are read."""
    good = {"event_id": "$1", "type": "m.room.message", "content": {"msgtype": "m.text", "body": "kept"}}
    bad = {"type": "m.room.message", "content": {"msgtype": "m.text", "body": "lost?"}}
    found = ADAPTER.parse(transaction(msgspec.json.encode({"events": [bad, good]})), ACCOUNT, NOW)
    assert [(event.text, event.flags) for event in found] == [(None, ["unparsed"]), ("kept", [])]
