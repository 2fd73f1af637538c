"""chat_append: a message has one seq, seqs have no gap, the log is bounded and its numbers never restart."""

from __future__ import annotations

import asyncio

import pytest
from filing import recording

from router.model.chat import Progress, Speech
from router.model.handle import Handle
from router.store import chat, keys
from router.store.chat import Chats
from router.store.library import Library
from router.store.link import Link, open_link
from router.store.workspace import Workspace

VISITOR = Handle("web-visitor", "main/v1")


@pytest.fixture
def chats(link: Link, library: Library, place: Workspace) -> Chats:
    """Give the chats of a workspace of this test alone."""
    return Chats(link, library, place)


@pytest.fixture
def hid(place: Workspace) -> str:
    """Give the handle id of the visitor."""
    return recording(place, "x", home=VISITOR).hid


def word(name: str, author: str = "customer") -> Speech:
    """Make a message with this id."""
    return Speech(f"evt_{name}", author, f"text of {name}", cid=name)  # type: ignore[arg-type] # an author


async def test_messages_are_numbered_from_one(chats: Chats, hid: str) -> None:
    """Nothing was said; then each message has the next number, and is read as it was written."""
    assert await chats.progress(hid) == Progress(0, 0, 0)
    assert await chats.read(hid, 0) == []
    first, second = await chats.append(hid, word("a")), await chats.append(hid, word("b", "agent"))
    assert (first.seq, first.new, second.seq, second.new) == (1, True, 2, True)
    said = await chats.read(hid, 0)
    assert [(one.seq, one.at, one.speech) for one in said] == [
        (1, first.at, word("a")),
        (2, second.at, word("b", "agent")),
    ]
    assert (await chats.progress(hid)).last == 2


async def test_a_message_said_twice_has_one_seq(chats: Chats, hid: str) -> None:
    """The repetition gets the number and the time of the first, and the first text stays."""
    first = await chats.append(hid, word("a"))
    await chats.append(hid, word("b"))
    again = await chats.append(hid, Speech("evt_a", "customer", "another text", cid="a"))
    assert (again.seq, again.at, again.new) == (first.seq, first.at, False)
    assert [one.speech.text for one in await chats.read(hid, 0)] == ["text of a", "text of b"]


async def test_many_at_once_leave_no_gap(chats: Chats, hid: str) -> None:
    """Of forty appends of twenty messages at once, each message has one number of 1 to 20."""
    names = [f"m{number % 20}" for number in range(40)]
    found = await asyncio.gather(*(chats.append(hid, word(name)) for name in names))
    assert sum(one.new for one in found) == 20
    assert {one.seq for one in found} == set(range(1, 21))
    assert len({(name, one.seq) for name, one in zip(names, found, strict=True)}) == 20


async def test_reading_goes_on_from_a_seq_up_to_another(
    chats: Chats, hid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages follow each other; an upper end is within."""
    for number in range(5):
        await chats.append(hid, word(str(number)))
    assert [one.seq for one in await chats.read(hid, 1, 3)] == [2, 3]
    monkeypatch.setattr(chat, "PAGE", 2)
    assert [one.seq for one in await chats.read(hid, 0)] == [1, 2]
    assert [one.seq for one in await chats.read(hid, 2)] == [3, 4]
    assert await chats.read(hid, 5) == []


async def test_the_newest_thousand_are_kept_and_numbers_go_on(chats: Chats, hid: str, link: Link) -> None:
    """Of 1005 the first five go, from the log and from what knows their numbers."""
    for first in range(0, 1005, 201):
        await asyncio.gather(*(chats.append(hid, word(str(n))) for n in range(first, first + 201)))
    assert (await chats.read(hid, 0))[0].seq == 6
    assert (await chats.progress(hid)).last == 1005
    p = chats._workspace.prefix(hid)
    assert await link.call("XLEN", keys.chat_log(p, hid), key=p) == 1000
    assert await link.call("ZCARD", keys.chat_seqs(p, hid), key=p) == 1000
    assert (await chats.append(hid, word("1000"))).new is False


async def test_what_is_kept_ends_and_the_numbers_outlast_it(chats: Chats, hid: str, link: Link) -> None:
    """The log goes after thirty days; who speaks after that gets no number that was given before."""
    await chats.append(hid, word("a"))
    await chats.append(hid, word("b"))
    p = chats._workspace.prefix(hid)
    log, seqs, state = keys.chat_log(p, hid), keys.chat_seqs(p, hid), keys.chat_state(p, hid)
    kept = [await link.call("TTL", key, key=p) for key in (log, seqs, state)]
    assert kept == [pytest.approx(chat.LOG_S, abs=60)] * 2 + [pytest.approx(chat.STATE_S, abs=60)]
    await link.call("DEL", log, seqs, key=p)
    assert (await chats.append(hid, word("c"))).seq == 3
    assert [one.seq for one in await chats.read(hid, 0)] == [3]


async def test_how_far_the_visitor_is_is_noted(chats: Chats, hid: str, link: Link) -> None:
    """Delivered and read have their own numbers, and do not stay for ever."""
    await chats.append(hid, word("a"))
    await chats.note(hid, "delivered", 1)
    await chats.note(hid, "read", 1)
    assert await chats.progress(hid) == Progress(1, 1, 1)
    p = chats._workspace.prefix(hid)
    assert await link.call("TTL", keys.chat_state(p, hid), key=p) > 0


async def test_another_process_reads_what_was_said_here(
    chats: Chats, hid: str, server: object, library: Library, place: Workspace
) -> None:
    """And goes on numbering where we were."""
    await chats.append(hid, word("a"))
    link = await open_link(server.url)  # type: ignore[attr-defined] # a server of the tests
    other = Chats(link, Library(link, library._source), place)
    assert (await other.append(hid, word("b"))).seq == 2
    assert [one.speech.id for one in await chats.read(hid, 0)] == ["evt_a", "evt_b"]
    await link.close()
