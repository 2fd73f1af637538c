"""dead_letter_drop: what was read after all goes, unless it came once more meanwhile."""

from __future__ import annotations

import asyncio

import pytest

from router.errors import NotFound
from router.model.letter import Fault, Letter
from router.store.dead_letters import DeadLetters
from router.store.library import Library
from router.store.link import Link
from router.store.workspace import Workspace

LETTER = Letter(
    source="x:main",
    channel="sms",
    provider="x",
    account="main",
    raw="0" * 64,
    problem=Fault("malformed", "no"),
)
NAME = "ltr_aa-01"


@pytest.fixture
def letters(link: Link, library: Library, place: Workspace) -> DeadLetters:
    """Give the letters of a workspace."""
    return DeadLetters(link, library, place)


async def test_what_was_read_goes(letters: DeadLetters) -> None:
    """Twice at once, and once more: it is gone, and that is no error."""
    await letters.put(NAME, LETTER)
    taken = await letters.one(NAME)
    assert await asyncio.gather(*(letters.drop(taken) for _ in range(3))) == [True, True, True]
    with pytest.raises(NotFound):
        await letters.one(NAME)
    assert (await letters.page(None, 10)).letters == []


async def test_what_came_again_meanwhile_stays(letters: DeadLetters) -> None:
    """Its newest arrival was not read yet, perhaps by another process that still cannot."""
    await letters.put(NAME, LETTER)
    taken = await letters.one(NAME)
    await letters.put(NAME, LETTER)
    assert not await letters.drop(taken)
    assert (await letters.one(NAME)).count == 2
