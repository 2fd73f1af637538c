"""What is asked for together is done in one go, and each gets what is theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from router.errors import StoreAway
from router.flow.background import Background
from router.flow.together import Together


class Work:
    """Doubles numbers, once it may, and remembers each go."""

    def __init__(self) -> None:
        self.goes: list[list[int]] = []
        self.begun: asyncio.Queue[None] = asyncio.Queue()
        self.may = asyncio.Event()
        self.may.set()

    async def double(self, numbers: Sequence[int]) -> list[int]:
        """Give each number twice as large."""
        self.goes.append(list(numbers))
        self.begun.put_nowait(None)
        await self.may.wait()
        return [2 * number for number in numbers]


@pytest.fixture
def work() -> Work:
    """Give work that is done at once."""
    return Work()


async def test_one_tick_is_one_go(work: Work) -> None:
    """Three tasks ask in the same tick: one go, and each has its own in order."""
    together = Together(work.double, Background())
    found = await asyncio.gather(together.ask([1]), together.ask([2, 3]), together.ask([4]))
    assert list(found) == [[2], [4, 6], [8]]
    assert work.goes == [[1, 2, 3, 4]]


async def test_the_next_tick_does_not_wait_for_the_last(work: Work) -> None:
    """What comes while a go is under way leaves with a go of its own."""
    together = Together(work.double, Background())
    work.may.clear()
    first = asyncio.create_task(together.ask([1]))
    await work.begun.get()
    second = asyncio.create_task(together.ask([2]))
    await work.begun.get()
    work.may.set()
    assert (await first, await second) == ([2], [4])


async def test_nothing_asked_for_is_no_work(work: Work) -> None:
    """An empty list costs nothing."""
    assert await Together(work.double, Background()).ask([]) == []
    assert work.goes == []


async def test_a_failure_is_everybodys() -> None:
    """What the work raises as a whole is raised to all who asked for it."""

    async def fail(numbers: Sequence[int]) -> list[int]:
        raise StoreAway(f"{len(numbers)} were lost")

    together = Together(fail, Background())
    found = await asyncio.gather(together.ask([1]), together.ask([2]), return_exceptions=True)
    assert [type(one) for one in found] == [StoreAway, StoreAway]


async def test_patience_ends_and_the_work_goes_on(work: Work) -> None:
    """Who asked has None after a while; what was asked for is done all the same."""
    background = Background()
    together = Together(work.double, background, patience_s=0.01)
    work.may.clear()
    assert await together.ask([1, 2]) == [None, None]
    work.may.set()
    await background.drain(1)
    assert work.goes == [[1, 2]]


async def test_one_who_leaves_takes_nothing_from_the_others(work: Work) -> None:
    """A request that is cancelled does not cancel the go."""
    together = Together(work.double, Background())
    work.may.clear()
    gone, stays = (asyncio.create_task(together.ask([number])) for number in (1, 2))
    await work.begun.get()
    gone.cancel()
    work.may.set()
    assert await stays == [4]
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_the_end_cancels_who_still_waits(work: Work) -> None:
    """When the process drains in vain, nobody waits for ever."""
    background = Background()
    together = Together(work.double, background)
    work.may.clear()
    waiting = asyncio.create_task(together.ask([1]))
    await work.begun.get()
    await background.drain(0.01)
    with pytest.raises(asyncio.CancelledError):
        await waiting
