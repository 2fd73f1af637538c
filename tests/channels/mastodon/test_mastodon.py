"""Mastodon: one status however it is told, addresses that are the same everywhere, streams that are cut."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.social.mastodon import Mastodon
from router.errors import Malformed
from router.model.event import Event
from router.ports import Account, Request

HOOK = "https://contact.example.com/v1/hooks/social/mastodon/main"
NOW = 1_772_445_600.0
ADAPTER = Mastodon()
ACCOUNT = Account("social", "mastodon", "main", settings={"ours": ["shop@home.example"]})
ADA = {"id": "1", "acct": "Ada@Social.example", "url": "https://social.example/@Ada"}
STATUS: dict[str, Any] = {"id": "50", "account": ADA, "content": "<p>Hi<br>there</p>", "visibility": "direct"}


def read(body: bytes) -> list[Event]:
    """Read a body."""
    return list(ADAPTER.parse(Request("POST", HOOK, {}, body), ACCOUNT, NOW))


def written(found: object) -> bytes:
    """Write JSON."""
    return msgspec.json.encode(found)


def test_a_status_is_one_event_however_it_is_told() -> None:
    """By notification, by conversation, by either stream: its id is the status's."""
    note = {"id": "9", "type": "mention", "status": STATUS}
    told = {"id": "3", "accounts": [ADA], "last_status": STATUS}
    ways = [
        written(note),
        written([note]),
        written({"event": "notification", "payload": written(note).decode()}),
        b"event: notification\r\ndata: " + written(note) + b"\r\n\r\n",
        b"event: conversation\ndata:" + written(told),
    ]
    found = [read(way) for way in ways]
    assert {(events[0].id, events[0].text, len(events)) for events in found} == {("50", "Hi\nthere", 1)}


def test_our_own_last_word_is_no_news() -> None:
    """A conversation lists the others."""
    ours = {"id": "2", "acct": "shop", "url": "https://home.example/@shop"}
    told = {"id": "3", "accounts": [ADA], "last_status": STATUS | {"account": ours}}
    assert read(written({"event": "conversation", "payload": written(told).decode()})) == []
    (event,) = read(written({"id": "9", "type": "mention", "status": STATUS | {"account": ours}}))
    assert (event.direction, event.customer) == ("out", None)


@pytest.mark.parametrize(
    ("account", "handle"),
    [
        (ADA, "acct:ada@social.example"),
        ({"acct": "ben", "url": "https://home.example/@ben"}, "acct:ben@home.example"),
        ({"acct": "ben"}, "None"),
        ({"acct": "ben", "url": "https://["}, "None"),
        ({}, "None"),
    ],
)
def test_an_address_is_the_same_on_every_server(account: dict[str, str], handle: str) -> None:
    """A local name gets its server; without one it is nobody's."""
    (event,) = read(written({"id": "9", "type": "mention", "status": STATUS | {"account": account}}))
    assert str(event.customer.handle if event.customer else None) == handle


def test_a_line_separator_within_a_status_does_not_cut_it() -> None:
    """Streams end lines with line feeds alone."""
    note = {"id": "9", "type": "mention", "status": STATUS | {"content": "a\u2028b\x85c"}}
    (event,) = read(b"event: notification\ndata: " + written(note) + b"\n\n")
    assert event.id == "50"


def test_a_payload_that_cannot_be_read_is_kept_unread() -> None:
    """The others of a stream are not lost."""
    found = read(b'event: notification\ndata: {"id":\n\nevent: delete\ndata: 7\n\n')
    assert [event.flags for event in found] == [["unparsed"], []]
    assert found[1].target == "7"


@pytest.mark.parametrize("body", [b"", b"{}", b"7", b'"x"', b"null", b'{"events":[]}'])
def test_what_is_not_mastodons_is_refused(body: bytes) -> None:
    """Neither an event nor a notification."""
    with pytest.raises(Malformed):
        read(body)


_JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "status", "account", "acct", "url", "content", "last_status", "accounts", "type"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(part=_JSON, kind=st.sampled_from(["mention", "update", "favourite", "follow", "quote", "x"]))
def test_no_notification_breaks_it(part: object, kind: str) -> None:
    """Nor any event of a stream."""
    found: list[object] = [part, {"type": kind, "id": "1", "status": part, "account": part}]
    found += [
        {"event": name, "payload": part}
        for name in ("notification", "status.update", "conversation", "delete")
    ]
    for event in read(written(found)):
        assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event
