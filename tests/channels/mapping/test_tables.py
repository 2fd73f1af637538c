"""A mapping: the settings that are refused, and what becomes of payloads by those that are not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mapping.tables import Tables
from router.errors import ConfigInvalid, TooLarge
from router.model.event import Event
from router.ports import Account

MESSAGE: dict[str, Any] = {"kind": "message", "text": "/text"}
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)
EVERYWHERE: dict[str, Any] = {  # every field by a pointer: whatever lies there must not break it
    "kind": "/a", "id": "/b", "text": "/a/a", "channel": "/b", "medium": "/b", "direction": "/a",
    "author": "/a", "occurred_at": "/a",
    "customer": {"type": "mailto", "value": "/a", "name": "/b", "trust": "/c"},
    "also": {"each": "/a", "type": "tel", "value": "/a/b"}, "sequence": "/a", "to": "/a", "thread": "/a",
    "target": "/b", "subject": "/c", "issue": "/c", "topic": "/a", "queue": "/b", "skills": "/c",
    "priority": "/a", "agent": "/a", "duration_s": "/a", "wait_s": "/b", "status": "/a",
    "flags": "/c", "redirect": "/a",
    "outcome": "/a", "resolved": "/b", "score": "/a", "scale": "/a", "merge": {"from": "/a", "into": "/b"},
    "call": {"id": "/a", "from": "/b"}, "text_full": "/a", "parents": "/c", "payload": "/c", "provider": "/a",
    "attachments": {"each": "/b", "name": "/b/a", "size": "/b/b", "expires_at": "/b/c", "inline": "/c"},
    "location": {"latitude": "/a", "longitude": "/b"}, "attrs": {"a": "/a", "b": "/b", "c": "/c", "d": "x"},
    "provider_event_id": "/b",
}  # fmt: skip


def account(**settings: Any) -> Account:
    """Give an account with settings of a mapping."""
    return Account("chat", "standardwebhooks", "shop", settings=settings)


def read(payload: object, **settings: Any) -> list[Event]:
    """Read a payload by a mapping."""
    one = account(**settings)
    tables = Tables.of(one)
    assert tables is not None
    return tables.events(payload, one, "msg_1")


def test_an_account_without_a_map_has_none() -> None:
    """Other settings do not matter."""
    assert Tables.of(account(public_url="https://a.example")) is None


@pytest.mark.parametrize(
    ("settings", "field", "words"),
    [
        ({"map": {"kind": "message", "txt": "/a"}}, "map.txt", "did you mean `text`?"),
        ({"map": {"kind": "mesage"}}, "map.kind", "did you mean `message`?"),
        ({"map": {"kind": "message", "source": "/a"}}, "map.source", "no such field"),
        ({"map": {"kind": "message", "id": "one"}}, "map.id", "an id is looked up"),
        ({"map": {"kind": "message", "text": "/a~2"}}, "map.text", "~ is written ~0"),
        ({"map": {"text": "/a"}}, "map.kind", "it is missing"),
        ({"map": {"kind": "message", "customer.tipe": "tel"}}, "map.customer.tipe", "did you mean `type`?"),
        ({"map": {"kind": "message", "customer.type": "tel"}}, "map.customer.value", "it is missing"),
        ({"map": {"kind": "message", "customer": "/a"}}, "map.customer", "parts of its own"),
        ({"map": {"kind": "message", "customer.value": "/a", "customer": {"value": "/b", "type": "tel"}}},
         "map.customer.value", "said twice"),
        ({"map": {"kind": "message", "text.body": "/a"}}, "map.text", "cannot stand here"),
        ({"map": {"kind": "message", "priority": 1000}}, "map.priority", "cannot stand here"),
        ({"map": {"kind": "message", "priority": "soon"}}, "map.priority", "cannot stand here"),
        ({"map": {"kind": "message", "flags": ["ack", "loud"]}}, "map.flags", "known are"),
        ({"map": {"kind": "message", "subject": "x" * 2000}}, "map.subject", "cannot stand here"),
        ({"map": {"kind": "message", "attrs": "/a"}}, "map.attrs", "parts of its own"),
        ({"map": {"kind": "message", "attrs": {f"a{n}": "/a" for n in range(65)}}}, "map.attrs", "the most"),
        ({"map": {"kind": "message", "attrs": {"a" * 65: "/a"}}}, "map.attrs", "64 characters"),
        ({"map": {"kind": "message", "attachments": {"each": "a"}}}, "map.attachments.each", "a slash"),
        ({"map": {"kind": "message", "when": {"type": 1}}}, "map.when", "a slash"),
        ({"map": {"kind": "message", "when": "/type"}}, "map.when", "table of pointers"),
        ({"map": [MESSAGE, {"kind": "message", "txt": "/a"}]}, "map[1].txt", "did you mean"),
        ({"map": [MESSAGE, "message"]}, "map[1]", "a table of fields"),
        ({"map": []}, "map", "a table of fields"),
        ({"map": "/a"}, "map", "a table of fields"),
        ({"each": "/a"}, "map", "a table of fields"),
        ({"map": MESSAGE, "each": "a"}, "each", "a slash"),
        ({"map": [MESSAGE, MESSAGE | {"id": "/order/id"}], "each": "/messages"}, "map[1].id", "outside"),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_by_the_name_of_its_setting(
    settings: dict[str, Any], field: str, words: str
) -> None:
    """Before anything is received, and in words."""
    with pytest.raises(ConfigInvalid) as refusal:
        Tables.of(account(**settings))
    assert refusal.value.field == f"channels.chat.standardwebhooks.shop.{field}"
    assert refusal.value.detail.startswith(f"{refusal.value.field}: ")
    assert words in refusal.value.detail


def test_fields_are_looked_up_or_constant() -> None:
    """A constant may begin with a slash, written =/; dotted names and tables are the same."""
    settings = {
        "map": {
            "kind": "message", "direction": "in", "text": "/data/body", "thread": "/data/no",
            "customer": {"type": "tel"}, "customer.value": "/data/from", "to": "=/shop", "subject": "==/x",
            "flags": "proactive", "skills": ["german"], "attrs.plan": "/data/plan", "attrs": {"a.b": 1.5},
        }
    }  # fmt: skip
    payload = {"data": {"body": "Hi", "no": 17, "from": "+14155550100", "plan": True}}
    (event,) = read(payload, **settings)
    assert event == Event(
        id="msg_1", source="standardwebhooks:shop", provider="standardwebhooks", provider_event_id="msg_1",
        channel="chat", kind="message", direction="in", text="Hi", thread="17", to="/shop", subject="=/x",
        customer=event.customer, flags=["proactive"], skills=["german"], attrs={"plan": True, "a.b": 1.5},
    )  # fmt: skip
    assert event.customer is not None
    assert str(event.customer.handle) == "tel:+14155550100"


def test_what_is_missing_is_left_out() -> None:
    """A customer is one with an address only; constants of the attributes stay."""
    found = read(
        {"text": "Hi", "a": None},
        map=MESSAGE | {"thread": "/a", "customer": {"type": "tel", "value": "/from", "trust": "attested"},
                       "attrs": {"shop": "eu", "plan": "/plan"}},
    )  # fmt: skip
    assert (found[0].customer, found[0].thread, found[0].attrs) == (None, None, {"shop": "eu"})


def test_what_is_half_there_is_kept_unread() -> None:
    """Where a field cannot be without its other half, the payload is kept with the reason."""
    customer = {"type": "/type", "value": "/from"}
    (event,) = read({"text": "Hi", "from": "ada@example.org"}, map=MESSAGE | {"customer": customer})
    assert (event.kind, event.flags, event.attrs["field"]) == ("generic", ["unparsed"], "customer.type")
    assert "ada@example.org" in (event.payload or "")


def test_what_a_message_does_without_does_not_hold_it_up() -> None:
    """A place that is none, or one of several further handles that is half there, is left out."""
    settings = MESSAGE | {
        "location": {"latitude": "/at/0", "longitude": "/at/1", "name": "here"},
        "also": {"each": "/more", "type": "mailto", "value": "/more/mail", "name": "/more/name"},
    }
    payload = {"text": "Hi", "at": [500, 1], "more": [{"name": "Bob"}, {"mail": "ada@example.org"}]}
    (event,) = read(payload, map=settings)
    assert (event.text, event.location, [party.value for party in event.also]) == (
        "Hi",
        None,
        ["ada@example.org"],
    )
    (found,) = read({"text": "Hi", "at": ["48.1", 11.5]}, map=settings)
    assert found.location is not None
    assert (found.location.latitude, found.location.longitude) == (48.1, 11.5)


def test_the_first_table_that_fits_is_taken() -> None:
    """All of its when must hold; true is not 1, null is nothing; where none fits there is no event."""
    tables = [
        {"when": {"/type": "a", "/on": True}, "kind": "message", "text": "first"},
        {"when": {"/type": ["a", "b"]}, "kind": "message", "text": "second"},
        {"when": {"/n": [1, 2.5]}, "kind": "message", "text": "third"},
    ]
    texts = [
        [event.text for event in read(payload, map=tables)]
        for payload in (
            {"type": "a", "on": True}, {"type": "a", "on": 1}, {"type": "b"}, {"n": 1}, {"n": 2.5},
            {"n": True}, {"type": "c"}, {}, {"type": None},
        )
    ]  # fmt: skip
    assert texts == [["first"], ["second"], ["second"], ["third"], ["third"], [], [], [], []]


def test_a_message_that_shows_nothing_says_so() -> None:
    """The customer did write: it is a message with the flag, and the payload."""
    (event,) = read({"video": 1}, map=MESSAGE)
    assert (event.kind, event.flags, event.payload) == ("message", ["unsupported"], '{"video":1}')


def test_a_long_text_is_kept_whole_beside() -> None:
    """What does not fit the text stands in text_full, and what does not fit there is cut."""
    (event,) = read({"text": "é" * 300_000}, map=MESSAGE)
    assert (event.text, event.text_full) == ("é" * 65_536, "é" * 262_144)


@pytest.mark.parametrize(
    ("payload", "settings", "ids"),
    [
        ({"text": "a"}, {}, ["msg_1"]),
        ([{"text": "a"}], {}, ["msg_1:0"]),
        ([{"text": "a"}, {"text": "a"}], {}, ["msg_1:0", "msg_1:1"]),
        ({"each": [{"text": "a"}]}, {"each": "/each"}, ["msg_1:0"]),
        ([{"each": [{}, {}]}, {"each": [{}]}, {}], {"each": "/each"}, [f"msg_1:{n}" for n in range(4)]),
        ({"each": []}, {"each": "/each"}, []),
        ([], {"each": "/each"}, []),
        ({"text": "a"}, {"each": "/each"}, ["msg_1"]),
        ({"each": {"text": "a"}}, {"each": "/each"}, ["msg_1"]),
    ],
)
def test_each_entry_of_an_array_has_an_id_of_its_own(
    payload: object, settings: dict[str, Any], ids: list[str]
) -> None:
    """The one of the call, and its number where the call has several."""
    assert [event.id for event in read(payload, map=MESSAGE, **settings)] == ids


@pytest.mark.parametrize("settings", [{}, {"each": "/each"}])
def test_a_call_may_have_only_so_many_entries(settings: dict[str, Any]) -> None:
    """Ten thousand, as many as a batch of events; one more is refused before it costs anything."""
    entries = [{}] * 10_000
    assert len(read({"each": entries} if settings else entries, map=MESSAGE, **settings)) == 10_000
    for more in ([*entries, {}], [{}] * 300_000):
        with pytest.raises(TooLarge):
            read({"each": more} if settings else more, map=MESSAGE, **settings)


def test_an_id_that_is_looked_up_names_the_event() -> None:
    """The same entry twice is one; another of the same name gets its number, and is not lost."""
    entries = [{"text": "a", "no": "1"}, {"text": "a", "no": "1"}, {"text": "b", "no": "1"}, {"text": "c"}]
    found = read(entries, map=MESSAGE | {"id": "/no", "provider_event_id": "/no"})
    assert [(event.id, event.text) for event in found] == [("1", "a"), ("msg_1:2", "b"), ("msg_1:3", "c")]
    (odd,) = read({"text": "a", "no": "an id with blanks"}, map=MESSAGE | {"id": "/no"})
    assert odd.id.startswith("h:")


@pytest.mark.parametrize("each", [None, "/b"])
@given(payload=_json)
def test_any_payload_is_read_or_kept(each: str | None, payload: Any) -> None:
    """Whatever lies where the pointers lead: sound events by distinct ids, each time the same."""
    settings: dict[str, Any] = {"map": EVERYWHERE} if each is None else {"map": EVERYWHERE, "each": each}
    events = read(payload, **settings)
    assert [msgspec.json.decode(msgspec.json.encode(event), type=Event) for event in events] == events
    assert len({event.id for event in events}) == len(events)
    assert read(payload, **settings) == events


@given(kind=st.sampled_from(["message", "call", "status", "survey"]), payload=_json)
def test_any_payload_of_a_known_kind_is_an_event(kind: str, payload: Any) -> None:
    """Where the kind is said, only what is half there or no object at all is kept unread."""
    whole = {
        name: where for name, where in EVERYWHERE.items() if name not in {"customer", "merge", "location"}
    }
    for event in read(payload, map=whole | {"kind": kind}):
        assert event.kind == kind or not isinstance(payload, dict)
