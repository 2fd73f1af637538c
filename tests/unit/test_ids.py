"""Ids and key names: pure, distinct for distinct things, the same in Python and Lua, spread evenly."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.crc import key_slot

from router.model import ids
from router.model.event import Event
from router.model.handle import Handle, Party
from router.store import keys, keys_system, library
from router.store.workspace import Workspace

KEY, OTHER = b"k" * 32, b"o" * 32
ADA = Handle("tel", "+14155550100")
NAMES = {
    name: function
    for name, function in (vars(keys) | vars(keys_system)).items()
    if inspect.isfunction(function)
}


def event(**change: Any) -> Event:
    """Make an event of Ada."""
    known: dict[str, Any] = {"id": "e1", "source": "test:1", "channel": "sms", "kind": "message", "to": "+1"}
    return Event(**(known | change))


def test_ids_are_as_they_have_always_been() -> None:
    """These are on disk: whoever changes them loses every timeline."""
    place = ids.place(KEY, event(customer=Party(ADA.type, ADA.value)), ADA)
    assert place.home == ADA
    assert (place.hid, place.conversation, place.event) == (
        "cus_1dnr76eeag76x37qeo",
        "cnv_1dzl5c5qj3eftdj73h",
        "evt_1dqvtwhwrgjaaevj4yhtxa",
    )
    assert ids.digest_of(place.event) == place.digest
    assert ids.edge_id("cus_a", "cus_b") == ids.edge_id("cus_b", "cus_a") == "lnk_t4ktjlayptztys7a"


def test_ids_have_their_form() -> None:
    """A kind, the partition, lower-case base32; another hash key gives others."""
    place = ids.place(KEY, event(), ADA)
    assert re.fullmatch(r"cus_[0-3][0-9a-f][a-z2-7]{16}", place.hid)
    assert re.fullmatch(r"cnv_[0-3][0-9a-f][a-z2-7]{16}", place.conversation)
    assert re.fullmatch(r"evt_[0-3][0-9a-f][a-z2-7]{20}", place.event)
    assert {ids.partition(name) for name in (place.conversation, place.event)} == {ids.partition(place.hid)}
    other = ids.place(OTHER, event(), ADA)
    assert other.hid != place.hid
    assert other.digest != place.digest


@pytest.mark.parametrize("name", ["", "cus_", "cus_zz", "cus_40aaaa", "itm_00aaaa", "cus_0", "xcus_00"])
def test_what_is_no_id_names_no_partition(name: str) -> None:
    """Ids come from strangers."""
    with pytest.raises(ValueError, match="partition"):
        ids.partition(name)


@pytest.mark.parametrize("name", ["evt_00", "evt_00" + "1" * 20, "cus_00" + "a" * 20, "evt_00" + "é" * 20])
def test_what_is_no_event_id_has_no_digest(name: str) -> None:
    """Ids come from strangers."""
    with pytest.raises(ValueError, match="no event id"):
        ids.digest_of(name)


def test_where_an_event_rests() -> None:
    """With its customer, else its thread, else alone."""
    assert ids.place(KEY, event(thread="t"), ADA).home == ADA
    assert ids.place(KEY, event(thread="t"), None).home == Handle("thread", "test:1/t")
    assert ids.place(KEY, event(), None).home == Handle("event", "test:1/e1")
    long = ids.place(KEY, event(thread="t" * 1024), None).home
    assert len(long.value) <= 512
    assert long != ids.place(KEY, event(thread="t" * 1023), None).home


def test_what_is_one_conversation() -> None:
    """Label, our address and thread part conversations; of a mail's or call's thread our address does not."""

    def conversation(**change: Any) -> str:
        return ids.place(KEY, event(**change), ADA).conversation

    apart = [
        {}, {"to": "+2"}, {"to": None}, {"to": ""}, {"medium": "whatsapp"}, {"thread": "t"},
        {"thread": "t", "to": "+2"}, {"channel": "email", "thread": "t"}, {"channel": "voice", "thread": "t"},
        {"channel": "email"},
    ]  # fmt: skip
    assert len({conversation(**change) for change in apart}) == len(apart)
    for channel in ("email", "voice"):
        one, two = ({"channel": channel, "thread": "t", "to": to} for to in ("+1", "+2"))
        assert conversation(**one) == conversation(**two)
    assert conversation(direction="out", id="e2") == conversation(direction="in")


texts = st.text(st.characters(codec="utf-8"), max_size=12)


@given(st.tuples(texts, texts, texts), st.tuples(texts, texts, texts))
def test_distinct_conversations_have_distinct_ids(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    """No two (label, address, thread) run together, whatever characters they have."""
    hid = ids.handle_id(KEY, ADA)
    same = ids.conversation_id(KEY, hid, *one) == ids.conversation_id(KEY, hid, *other)
    assert same == (one == other)


def test_partitions_spread_evenly() -> None:
    """64 tags over any number of primaries from 1 to 8 that share the slots evenly: within one partition."""
    for name in ("main", "a", "tenant-2"):
        slots = [key_slot(f"{{{tag}}}:slot".encode()) for tag in ids.tags(name).values()]
        assert len(slots) == 64
        for primaries in range(1, 9):
            load = Counter(slot * primaries // 16384 for slot in slots)
            assert len(load) == primaries
            assert max(load.values()) - min(load.values()) <= 1


def test_handles_spread_evenly() -> None:
    """10 000 numbers in a row: no partition has half more than its share."""
    load = Counter(ids.partition(ids.handle_id(KEY, Handle("tel", f"+1415{i:07d}"))) for i in range(10_000))
    assert len(load) == 64
    assert max(load.values()) < 1.5 * 10_000 / 64


def test_a_workspace_knows_its_slots() -> None:
    """Each id leads to the slot of its partition; no two slots share a tag."""
    place = Workspace("main", KEY)
    hid = ids.handle_id(KEY, ADA)
    assert place.prefix(hid) == place.partitions[int(ids.partition(hid), 16)]
    tags = {key_slot(p.encode()) for p in place.partitions}
    assert len(tags) == len(set(place.partitions)) == 64
    assert len({*place.partitions, place.routing, place.rows, keys.SYSTEM}) == 67


def arguments(function: Any) -> list[str]:
    """Give a sample for each argument of a key name but the prefix."""
    return [f"<{name}>" for name in list(inspect.signature(function).parameters)[1:]]


def test_no_two_key_names_are_one() -> None:
    """Distinct things have distinct keys, and all lie in the slot of their prefix."""
    p = "{main/h00-8}:"
    made = [function(p, *arguments(function)) for function in NAMES.values()]
    assert len(set(made)) == len(made) == len(NAMES)
    assert all(name.startswith(p) and name.count("}") == 1 for name in made)


async def test_lua_names_keys_as_python_does(link: Any, workspace: str) -> None:
    """Every function of lib/keys.lua has its twin in keys.py, and both give the same name."""
    text = (library.LUA / "lib" / "keys.lua").read_text()
    twins = re.findall(r"^function L\.key_(\w+)\(p", text, re.MULTILINE)
    assert len(twins) > 15
    p = f"{{{workspace}}}:"
    for name in twins:
        given = arguments(NAMES[name])
        body = f"local L = {{}}\n{text}\nreturn L.key_{name}(L.prefix(KEYS[1]), unpack(ARGV))"
        made = await link.call("EVAL", body, 1, keys.slot(p), *given, key=p)
        assert made.decode() == NAMES[name](p, *given)


def test_lua_names_no_key_that_python_does_not() -> None:
    """Every name that Lua joins to a prefix is one of keys.py."""
    known = {function("", *arguments(function)).partition("<")[0] for function in NAMES.values()}
    used = set()
    for file in Path(library.LUA).rglob("*.lua"):
        used |= set(re.findall(r"\bp \.\. '([a-z]+:?)'", file.read_text()))
    assert used <= known
    assert len(used) > 20
