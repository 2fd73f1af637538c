"""What one source may leave in a minute and on a day; no source takes it from another."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from router.errors import Malformed
from router.flow import dead_letters
from router.flow.dead_letters import LETTERS_A_MINUTE, DeadLetters
from router.ports import Account, Request
from router.store import dead_letters as store
from router.store.library import Library
from router.store.link import Link
from router.store.raws import Raws
from router.store.workspace import Workspace

LOUD, QUIET = Account("sms", "twilio", "loud", unsigned=True), Account("sms", "twilio", "quiet", secret="s")
DAY_S = 86_400


class Clock:
    """A clock that stands where the test sets it."""

    now_s = 1_800_000_000.0

    def __call__(self) -> float:
        """Give the time in unix seconds."""
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands still."""
    return Clock()


@pytest.fixture
def letters(link: Link, library: Library, place: Workspace, tmp_path: Path, clock: Clock) -> DeadLetters:
    """Give what sets aside, on a real store and disk."""
    kept = store.DeadLetters(link, library, place)
    return DeadLetters(kept, Raws(tmp_path, clock), CollectorRegistry(), clock)


async def test_a_loud_source_does_not_silence_a_quiet_one(letters: DeadLetters, clock: Clock) -> None:
    """So many a minute, then no more until the next; another source has its own."""
    kept = [await letters.keep(LOUD, b"%d" % number, Malformed()) for number in range(LETTERS_A_MINUTE + 5)]
    assert kept == [True] * LETTERS_A_MINUTE + [False] * 5
    assert await letters.keep(QUIET, b"hello", Malformed())
    clock.now_s += 60
    assert await letters.keep(LOUD, b"again", Malformed())


async def test_a_day_has_its_measure(
    letters: DeadLetters, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is too large for what is left of it is let go, and a small one still has room."""
    monkeypatch.setattr(dead_letters, "BYTES_A_DAY", 100)
    sizes = (60, 60, 40, 1)
    assert [await letters.keep(LOUD, bytes(size), Malformed()) for size in sizes] == [
        True,
        False,
        True,
        False,
    ]
    clock.now_s += DAY_S
    assert await letters.keep(LOUD, bytes(60), Malformed())


async def test_nothing_that_proves_who_calls_is_kept(letters: DeadLetters) -> None:
    """Only headers that reading needs, bounded; no user, password, token or signature in the address."""
    given = {
        "authorization": "Bearer s3cret", "cookie": "s3cret", "x-telegram-bot-api-secret-token": "s3cret",
        "x-api-key": "s3cret", "content-type": "text/plain", "ce-id": "1" * 5000, "webhook-id": "w",
        "webhook-signature": "s3cret", **{f"ce-x{number}": "x" for number in range(100)},
    }  # fmt: skip
    url = "https://me:s3cret@a.example/x?access_token=s3cret&sig=s3cret&api%2Dkey=s3cret&keyword=STOP&b"
    await letters.keep(QUIET, b"hi", Malformed("\ud800"), request=Request("POST", url, given, b""))
    (letter,) = (await letters.page(None, 10)).letters
    assert "s3cret" not in str(letter)
    assert letter.headers["content-type"] == "text/plain"
    assert len(letter.headers) <= 32
    assert max(map(len, letter.headers.values())) <= 1024
    assert (letter.url or "").endswith("&keyword=STOP&b")
