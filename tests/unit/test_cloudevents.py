"""CloudEvents 1.0, with the official library as the client."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from cloudevents.core.bindings.http import to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent as Theirs
from hypothesis import given
from hypothesis import strategies as st

from router.errors import Invalid, Malformed, RouterError, UnsupportedMedia
from router.model.cloudevent import CloudEvent
from router.model.cloudevents import Refused, entries, is_cloudevent, parts, read
from router.model.event import Event, fit_id

STRUCTURED = {"content-type": "application/cloudevents+json"}
BATCH = {"content-type": "application/cloudevents-batch+json; charset=UTF-8"}
WHOLE = {"specversion": "1.0", "id": "1", "source": "/a", "type": "t"}
BINARY = {f"ce-{name}": value for name, value in WHOLE.items()}
OURS = {
    "channel": "sms",
    "kind": "message",
    "direction": "in",
    "text": "Hi",
    "customer": {"type": "tel", "value": "+1"},
}
text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)
data = st.dictionaries(text, st.integers(-(2**53), 2**53) | text | st.booleans() | st.none(), max_size=4)


def one(headers: dict[str, str], found: object) -> Event:
    """Read a request of one event."""
    [event] = read(headers, found if isinstance(found, bytes) else msgspec.json.encode(found))
    return event


def field(headers: dict[str, str], found: object) -> str | None:
    """Give the field that a request is refused for."""
    with pytest.raises(Invalid) as refusal:
        one(headers, found)
    return refusal.value.field


@given(words=st.tuples(text, text, text, text, text), content=data)
def test_both_modes_of_the_library_are_read_alike(
    words: tuple[str, str, str, str, str], content: dict[str, Any]
) -> None:
    """Structured and binary give the same event, any text in any attribute."""
    name, source, kind, subject, note = words
    time = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    attributes = {
        "id": name, "source": source, "type": kind, "subject": subject, "time": time, "note": note,
        "specversion": "1.0", "datacontenttype": "application/json",
    }  # fmt: skip
    theirs = Theirs(attributes, content)
    messages = [to_structured(theirs, JSONFormat()), to_binary(theirs, JSONFormat())]
    first, second = (read(message.headers, bytes(message.body)) for message in messages)
    assert first == second
    [event] = first
    assert event.id == fit_id(f"{source}|{name}")
    assert event.provider_event_id == f"{source}|{name}"
    assert (event.source, event.occurred_at, event.thread) == (fit_id(source), time, subject)
    assert event.attrs == {"type": kind, "note": note, "datacontenttype": "application/json"}
    assert msgspec.json.decode(event.payload or "") == content
    assert all(is_cloudevent(message.headers) for message in messages)


def test_a_batch_keeps_its_order_and_may_be_empty() -> None:
    """Each entry is one event."""
    many = [WHOLE | {"id": str(n)} for n in range(5)]
    assert [event.provider_event_id for event in read(BATCH, msgspec.json.encode(many))] == [
        f"/a|{n}" for n in range(5)
    ]
    assert read(BATCH, b"[]") == []


def test_a_bad_entry_of_a_batch_is_told_apart() -> None:
    """The others are kept; read raises it."""
    body = msgspec.json.encode([WHOLE, {"id": "x"}, 7, WHOLE | {"id": "3"}])
    found = entries(BATCH, body)
    assert [isinstance(entry, Invalid) for entry in found] == [False, True, True, False]
    kept = [part.entry for part in parts(BATCH, body, CloudEvent.event) if isinstance(part, Refused)]
    assert kept == [{"id": "x"}, 7]
    with pytest.raises(Invalid):
        read(BATCH, body)


@pytest.mark.parametrize("name", ["id", "source", "type", "specversion"])
@pytest.mark.parametrize("value", [None, "", "absent"])
def test_a_required_attribute_that_is_missing_is_named(name: str, value: str | None) -> None:
    """Absent, null and empty are one; nothing is invented in its place."""
    rest = {key: each for key, each in WHOLE.items() if key != name}
    assert field(STRUCTURED, rest if value == "absent" else rest | {name: value}) == name
    binary = {f"ce-{key}": each for key, each in rest.items()}
    if value is not None:
        assert field(binary if value == "absent" else binary | {f"ce-{name}": value}, b"") == name


@pytest.mark.parametrize(
    ("further", "name"),
    [
        ({"specversion": "0.3"}, "specversion"),
        ({"id": 7}, "id"),
        ({"source": True}, "source"),
        ({"time": "yesterday"}, "time"),
        ({"time": "2026-03-02T09:00:00"}, "time"),
        ({"time": "0001-01-01T00:00:00+14:00"}, "time"),
        ({"time": 1}, "time"),
        ({"Upper": "x"}, "Upper"),
        ({"with-dash": "x"}, "with-dash"),
        ({"ümlaut": "x"}, "ümlaut"),
        ({"": "x"}, ""),
        ({"ext": 1.5}, "ext"),
        ({"ext": []}, "ext"),
        ({"ext": 2**70}, "ext"),
        ({"data": 1, "data_base64": "AA=="}, "data_base64"),
        ({"data_base64": "*"}, "data_base64"),
        ({"data_base64": 7}, "data_base64"),
    ],
)
def test_an_attribute_that_is_wrong_is_named(further: dict[str, Any], name: str) -> None:
    """Names are a-z and 0-9; values texts, integers, booleans; a time has a zone."""
    assert field(STRUCTURED, WHOLE | further) == name


def test_null_is_absent_and_data_has_two_forms() -> None:
    """A null attribute leaves no trace; bytes are shown as base64."""
    assert one(STRUCTURED, WHOLE | {"ext": None, "data": None}) == one(STRUCTURED, WHOLE)
    assert one(STRUCTURED, WHOLE | {"data_base64": "gAE="}).payload == "gAE="
    assert one(STRUCTURED, WHOLE | {"data": "plain"}).payload == "plain"
    assert one(STRUCTURED, WHOLE | {"data": [1]}).payload == "[1]"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("plain", "plain"), ("a%20b", "a b"), ("%E2%82%AC", "€"), ("%2525", "%25"), ("€", "€"),
        ('"quoted, so"', "quoted, so"), ('"', '"'),
        ('"a \\"b\\" \\\\ c"', 'a "b" \\ c'), ('"%41"', "A"), ("100%", "100%"), ("%zz", "%zz"),
    ],
)  # fmt: skip
def test_a_header_is_unquoted_and_decoded_once(written: str, meant: str) -> None:
    """Quotes go first, then one round of percent signs."""
    assert one(BINARY | {"ce-note": written}, b"").attrs["note"] == meant


@pytest.mark.parametrize("written", ["%C0%A0", "%ff", "%ED%A0%80", "%F4%90%80%80", "\udc80", "%c3"])
def test_a_header_that_is_no_utf8_is_refused(written: str) -> None:
    """Overlong forms, surrogates and broken bytes have no second reading."""
    assert field(BINARY | {"ce-note": written}, b"") == "note"


@pytest.mark.parametrize(
    ("media", "body", "payload"),
    [
        ("application/json", b'\xef\xbb\xbf{"a":1}', '{"a":1}'),
        ("application/vnd.x+json; charset=utf-8", b'"a"', "a"),
        ("", b"[1]", "[1]"),
        ("", b"\xff", "/w=="),
        ("text/plain", b"caf\xc3\xa9", "café"),
        ("text/plain", b"\xff", "/w=="),
        ("application/xml", b"<a/>", "<a/>"),
        ("application/octet-stream", b"ab", "YWI="),
        ("application/json", b"", None),
    ],
)
def test_the_body_of_the_binary_mode_is_data(media: str, body: bytes, payload: str | None) -> None:
    """JSON is decoded, text is text, all else is base64."""
    assert one(BINARY | ({"content-type": media} if media else {}), body).payload == payload


def test_the_type_of_the_data_is_the_content_type() -> None:
    """A ce- header cannot say otherwise."""
    headers = BINARY | {"content-type": "application/json", "ce-datacontenttype": "text/plain"}
    assert one(headers, b"[1]") == one(headers | {"ce-datacontenttype": "%ff"}, b"[1]")
    assert one(headers, b"[1]").attrs["datacontenttype"] == "application/json"


def test_data_that_is_one_of_our_events_is_that_event() -> None:
    """The CloudEvent gives id, source and time, the data the rest."""
    time = {"time": "2026-03-02T10:00:00+01:00"}
    event = one(STRUCTURED, WHOLE | time | {"data": OURS | {"id": "other", "source": "other"}})
    assert (event.id, event.source) == (fit_id("/a|1"), "/a")
    assert event.occurred_at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert (event.channel, event.kind, event.text, event.provider_event_id) == (
        "sms",
        "message",
        "Hi",
        "/a|1",
    )
    kept = one(STRUCTURED, WHOLE | {"data": OURS | {"occurred_at": "2026-01-01T00:00:00Z"}})
    assert kept.occurred_at == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("further", [{"unknown": 1}, {"text": 7}, {"channel": None}, {"priority": 1000}])
def test_data_that_is_almost_one_of_our_events_is_refused(further: dict[str, Any]) -> None:
    """We are as strict as with events posted plainly."""
    assert field(STRUCTURED, WHOLE | {"data": OURS | further}) == "data"


@pytest.mark.parametrize(
    "foreign",
    [
        {"kind": "Deployment", "channel": "sms"},
        {"kind": "message"},
        {"kind": [], "channel": {}},
        {"kind": "message", "channel": "#general"},
    ],
)
def test_data_of_others_is_a_generic_event(foreign: dict[str, Any]) -> None:
    """A word of ours in the JSON of others means nothing by itself."""
    event = one(STRUCTURED, WHOLE | {"data": foreign})
    assert (event.kind, event.channel, event.direction) == ("generic", None, None)
    assert msgspec.json.decode(event.payload or "") == foreign


def test_what_is_too_long_is_cut_within_the_bounds() -> None:
    """The event holds, says how long the data was, and is known by its whole name."""
    long = "x" * 70_000
    event = one(STRUCTURED, WHOLE | {"id": long, "subject": long, "ext": long, "data": long})
    assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event
    assert event.attrs["data_cut"] == 70_000
    assert event.id == fit_id(f"/a|{long}")
    many = WHOLE | {f"e{n}": n for n in range(70)}
    with pytest.raises(Invalid):
        one(STRUCTURED, many)


@pytest.mark.parametrize(
    "media",
    [
        "application/cloudevents+xml",
        "application/cloudevents+json; charset=utf-16",
        "application/cloudevents",
    ],
)
def test_other_formats_are_refused(media: str) -> None:
    """JSON in UTF-8 is what is read."""
    with pytest.raises(UnsupportedMedia):
        read({"content-type": media}, msgspec.json.encode(WHOLE))


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b'{"id":"\\ud800"}'])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    """Whatever the decoder raises, it is Malformed."""
    with pytest.raises(Malformed):
        read(STRUCTURED, body)


@pytest.mark.parametrize("body", [b"{}", b"7", b"null"])
def test_a_batch_is_an_array(body: bytes) -> None:
    """One event is not a batch."""
    with pytest.raises(Invalid):
        read(BATCH, body)


@pytest.mark.parametrize(
    ("headers", "is_one"),
    [
        ({"Content-Type": "Application/CloudEvents+JSON"}, True),
        ({"Ce-Id": "1"}, True),
        ({"content-type": "application/json"}, False),
        ({}, False),
    ],
)
def test_a_request_says_that_it_is_one(headers: dict[str, str], is_one: bool) -> None:
    """By its Content-Type, or a ce- header, in any case."""
    assert is_cloudevent(headers) is is_one


@given(
    headers=st.dictionaries(
        st.sampled_from([*BINARY, "ce-time", "ce-x", "content-type"]), st.text(max_size=20)
    ),
    body=st.binary(max_size=60),
)
def test_any_request_is_read_or_refused(headers: dict[str, str], body: bytes) -> None:
    """Nothing but our own errors comes out."""
    try:
        found = read(headers, body)
    except RouterError:
        found = []
    assert all(msgspec.json.decode(msgspec.json.encode(event), type=Event) == event for event in found)
