"""What the tests of mail may ask for: the account, the samples, and a reader of both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from channels.email.raw import read_mail
from router.model.event import Event
from router.ports import Account

SAMPLES = Path(__file__).parent / "samples"
NOW = 1_775_000_000.0  # 2026-03-31T23:33:20Z, after all samples


@pytest.fixture
def account() -> Account:
    """Give the account whose mail server is mail.shop.example."""
    return Account(
        "email", "email_raw", "main", secret="s3cret", settings={"authserv_id": "mail.shop.example"}
    )


@pytest.fixture
def sample() -> Callable[[str], bytes]:
    """Give the bytes of a sample by its name."""
    return lambda name: (SAMPLES / f"{name}.eml").read_bytes()


@pytest.fixture
def read(account: Account) -> Callable[[bytes], Event]:
    """Read a mail into its event, which must be one and survive the wire within its bounds."""

    def reader(raw: bytes) -> Event:
        [event] = read_mail(raw, account, NOW)
        assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event
        return event

    return reader
