"""The documents of providers: read once, kept a while, and what strangers cannot make us do."""

from __future__ import annotations

import asyncio

import pytest
from network import Network

from router.errors import OutcomeUnknown, Unsent
from router.flow.background import Background
from router.flow.documents import AT_ONCE, BAD_S, GOOD_S, MOST, MOST_BYTES, Documents
from router.ports import Answer

KEYS = "https://keys.example/keys"


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Give seconds."""
        return self.now


def made(network: Network) -> tuple[Documents, Clock]:
    """Make an empty store of documents of a network."""
    clock = Clock()
    return Documents(network, Background(), clock), clock


async def test_what_was_read_holds_for_a_day() -> None:
    """Then it is read again; a new one counts."""
    network = Network({KEYS: b"one"})
    documents, clock = made(network)
    for _ in range(3):
        assert await documents.read(KEYS) == b"one"
    clock.now += GOOD_S - 1
    assert await documents.read(KEYS) == b"one"
    network.pages[KEYS] = b"two"
    clock.now += 1
    assert await documents.read(KEYS) == b"two"
    assert network.asked == [KEYS] * 2


@pytest.mark.parametrize(
    "page",
    [
        Unsent(), OutcomeUnknown(), Answer(404, {}, b"x"), Answer(500, {}, b"x"), Answer(302, {}, b""), b"",
        Answer(204, {}, b""), b"x" * (MOST_BYTES + 1),
    ],
)  # fmt: skip
async def test_what_cannot_be_read_is_tried_again_in_a_minute(page: bytes | Answer | Exception) -> None:
    """Nobody there, another status, a redirect, nothing, too much."""
    network = Network({KEYS: page})
    documents, clock = made(network)
    for _ in range(3):
        assert not await documents.read(KEYS)
    clock.now += BAD_S
    network.pages[KEYS] = b"x" * MOST_BYTES
    assert await documents.read(KEYS) == b"x" * MOST_BYTES
    assert network.asked == [KEYS] * 2


async def test_a_day_without_the_provider_is_survived() -> None:
    """What cannot be read again holds for another day, not for ever; then it is read as soon as it can."""
    network = Network({KEYS: b"one"})
    documents, clock = made(network)
    assert await documents.read(KEYS) == b"one"
    network.pages[KEYS] = Unsent()
    clock.now += GOOD_S
    assert await documents.read(KEYS) == b"one"
    clock.now += GOOD_S - 1
    assert await documents.read(KEYS) == b"one"
    clock.now += BAD_S
    assert await documents.read(KEYS) is None
    network.pages[KEYS] = b"two"
    clock.now += BAD_S
    assert await documents.read(KEYS) == b"two"
    assert len(network.asked) == 5


async def test_many_who_ask_wait_for_one_read() -> None:
    """One call for all of them; who leaves meanwhile ends it for nobody."""
    network = Network({KEYS: b"one"})
    network.open.clear()
    documents, _ = made(network)
    first, *others = (asyncio.create_task(documents.read(KEYS)) for _ in range(20))
    await network.asking.acquire()
    first.cancel()
    network.open.set()
    assert await asyncio.gather(*others) == [b"one"] * 19
    assert network.asked == [KEYS]


async def test_nobody_makes_us_read_much_at_once() -> None:
    """While a few are being read, more addresses get nothing, at once; later they do."""
    network = Network({f"{KEYS}{n}": b"x" for n in range(100)})
    network.open.clear()
    documents, _ = made(network)
    first = [asyncio.create_task(documents.read(f"{KEYS}{n}")) for n in range(AT_ONCE)]
    for _ in first:
        await network.asking.acquire()
    assert [await documents.read(f"{KEYS}{n}") for n in range(AT_ONCE, 100)] == [None] * (100 - AT_ONCE)
    network.open.set()
    assert await asyncio.gather(*first) == [b"x"] * AT_ONCE
    assert await documents.read(f"{KEYS}99") == b"x"
    assert len(network.asked) == AT_ONCE + 1


async def test_addresses_made_up_push_nothing_out() -> None:
    """What was read stays, however many addresses lead nowhere; nor do all of them stay."""
    network = Network({KEYS: b"one"})
    documents, _ = made(network)
    assert await documents.read(KEYS) == b"one"
    for n in range(2 * MOST):
        assert await documents.read(f"{KEYS}/{n}") is None
    assert await documents.read(KEYS) == b"one"
    assert network.asked.count(KEYS) == 1
    assert await documents.read(f"{KEYS}/0") is None
    assert network.asked.count(f"{KEYS}/0") == 2


@pytest.mark.parametrize("url", ["http://keys.example/keys", "ftp://a", "", "HTTPS:/x", "//keys.example"])
async def test_only_https_is_read(url: str) -> None:
    """Whatever an adapter says."""
    network = Network({url: b"one"})
    documents, _ = made(network)
    assert await documents.read(url) is None
    assert network.asked == []
