"""dead_letter_put: the same letter is one, only so many are kept, and a flood drowns only itself."""

from __future__ import annotations

import asyncio

import pytest

from router.errors import Invalid, NotFound
from router.model.letter import Fault, Letter
from router.store import keys, keys_system
from router.store.dead_letters import DeadLetters
from router.store.library import Library
from router.store.link import Link
from router.store.workspace import Workspace

MOST = 10


def letter(raw: str = "0" * 64, code: str = "malformed") -> Letter:
    """Make what came for an account."""
    return Letter(
        source="twilio:main",
        channel="sms",
        provider="twilio",
        account="main",
        method="POST",
        url="https://router.example/v1/hooks/sms/twilio/main",
        headers={"content-type": "text/plain"},
        raw=raw,
        problem=Fault(code, "it cannot be read"),
    )


def name(number: int, source: str = "aa") -> str:
    """Name the letter of a number."""
    return f"ltr_{source}-{number:04x}"


@pytest.fixture
def letters(link: Link, library: Library, place: Workspace) -> DeadLetters:
    """Give the letters of a workspace that keeps ten."""
    return DeadLetters(link, library, place, MOST)


async def test_the_same_letter_counts(letters: DeadLetters) -> None:
    """At once or one after the other: one letter, its first arrival stays, its newest words stand."""
    await asyncio.gather(*(letters.put(name(1), letter()) for _ in range(5)))
    assert (await letters.put(name(1), letter(code="invalid"))).count == 6
    (kept,) = (await letters.page(None, 10)).letters
    assert (kept.id, kept.count, kept.problem.code) == (name(1), 6, "invalid")
    assert kept.at <= kept.last_at
    assert kept == await letters.one(name(1))
    assert (kept.method, kept.headers, kept.raw) == ("POST", {"content-type": "text/plain"}, "0" * 64)


async def test_the_newest_arrival_comes_first_page_by_page(letters: DeadLetters) -> None:
    """Each letter is on one page, whatever arrived in the same millisecond."""
    await asyncio.gather(*(letters.put(name(number), letter()) for number in range(MOST)))
    await letters.put(name(0), letter())
    found, cursor = [], None
    while True:
        page = await letters.page(cursor, 3)
        found += [one.id for one in page.letters]
        if (cursor := page.next) is None:
            break
    assert sorted(found) == [name(number) for number in range(MOST)]
    moments = [(await letters.one(one)).last_at for one in found]
    assert moments == sorted(moments, reverse=True)


@pytest.mark.parametrize("cursor", ["", "x", "1.evt_1", "1", "1.ltr_aa-\n", "9" * 20 + ".ltr_a-b"])
async def test_a_strange_cursor_is_refused(letters: DeadLetters, cursor: str) -> None:
    """It is told from an empty list."""
    with pytest.raises(Invalid):
        await letters.page(cursor, 3)


async def test_a_flood_drowns_only_itself(link: Link, letters: DeadLetters, place: Workspace) -> None:
    """The oldest of the source that has the most makes room; no other source loses one; no key is left."""
    for number in range(3):
        await letters.put(name(number, "bb"), letter())
    for number in range(3 * MOST):
        await letters.put(name(number), letter())
    kept = [one.id for one in (await letters.page(None, 100)).letters]
    assert len(kept) == MOST
    assert {name(number, "bb") for number in range(3)} < set(kept)
    assert name(3 * MOST - 1) in kept
    pattern = keys_system.dead_letter(keys.SYSTEM, place.name, "*")
    _, left = await link.call("SCAN", 0, "MATCH", pattern, "COUNT", 1_000_000, key=keys.SYSTEM)
    assert len(left) == MOST


async def test_letters_end_with_their_bodies(link: Link, letters: DeadLetters, place: Workspace) -> None:
    """A letter that expired is on no page, and its place goes with the next."""
    await letters.put(name(1), letter())
    key = keys_system.dead_letter(keys.SYSTEM, place.name, name(1))
    week_ms = 7 * 86_400_000
    assert week_ms - 60_000 < await link.call("PTTL", key, key=keys.SYSTEM) <= week_ms
    index = keys_system.dead_letters(keys.SYSTEM, place.name)
    await link.call("DEL", key, key=keys.SYSTEM)
    assert (await letters.page(None, 10)).letters == []
    await link.call("ZADD", index, 1, name(1), key=keys.SYSTEM)
    await letters.put(name(2), letter())
    assert await link.call("ZRANGE", index, 0, -1, key=keys.SYSTEM) == [name(2).encode()]


async def test_one_workspace_does_not_see_anothers(
    link: Link, library: Library, letters: DeadLetters
) -> None:
    """Not on its pages, not by its id."""
    await letters.put(name(1), letter())
    elsewhere = DeadLetters(link, library, Workspace("elsewhere", b"k" * 32))
    assert name(1) not in [one.id for one in (await elsewhere.page(None, 200)).letters]
    with pytest.raises(NotFound):
        await elsewhere.one(name(1))
