"""Standard Webhooks, with the official libraries, that of Svix too, as signers and verifiers."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest
import standardwebhooks
import svix
from hypothesis import given
from hypothesis import strategies as st
from signing import accepts, bodies, changed, holds, junk

from channels.cloudevents import CloudEvents
from channels.standardwebhooks import StandardWebhooks
from router.ports import Account, Request

KEY = b"an example key of 32 bytes long!"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
ACCOUNT = Account("chat", "standardwebhooks", "main", secret=SECRET)
LIBRARIES = [(standardwebhooks, "webhook"), (svix, "svix")]
each_library = pytest.mark.parametrize(
    ("library", "prefix"), LIBRARIES, ids=[prefix for _, prefix in LIBRARIES]
)
ids = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


def verifier(library: ModuleType, secret: str | bytes = SECRET) -> Any:
    """Give the library's verifier."""
    return library.Webhook(secret)


def request(prefix: str, name: str, stamp: str, signature: str, body: bytes) -> Request:
    """Give a request as it comes in."""
    headers = {f"{prefix}-id": name, f"{prefix}-timestamp": stamp, f"{prefix}-signature": signature}
    return Request("POST", "https://a.example/", headers, body)


@each_library
@given(name=ids, body=bodies)
def test_what_the_libraries_sign_holds(library: ModuleType, prefix: str, name: str, body: str) -> None:
    """It holds for this body and id, by either adapter, and for none that is nearly the same."""
    at = datetime.now(UTC)
    stamp, signature = str(int(at.timestamp())), verifier(library).sign(name, at, body)
    genuine = request(prefix, name, stamp, signature, body.encode())
    for adapter in (StandardWebhooks(), CloudEvents()):
        assert holds(adapter, genuine, ACCOUNT, at.timestamp())
    for other in changed(body.encode()):
        assert not holds(
            StandardWebhooks(), request(prefix, name, stamp, signature, other), ACCOUNT, at.timestamp()
        )
    assert not holds(
        StandardWebhooks(),
        request(prefix, name + "x", stamp, signature, body.encode()),
        ACCOUNT,
        at.timestamp(),
    )


@each_library
@given(key=st.binary(min_size=1, max_size=64), body=bodies)
def test_any_key_is_the_same_here_and_there(library: ModuleType, prefix: str, key: bytes, body: str) -> None:
    """With the prefix, and with its padding or without."""
    at, secret = datetime.now(UTC), "whsec_" + base64.b64encode(key).decode()
    signature = verifier(library, secret).sign("msg_1", at, body)
    genuine = request(prefix, "msg_1", str(int(at.timestamp())), signature, body.encode())
    for written in (secret, secret.rstrip("=")):
        account = Account("chat", "standardwebhooks", "main", secret=written)
        assert holds(StandardWebhooks(), genuine, account, at.timestamp())


@each_library
@given(name=junk, stamp=junk, signature=junk)
def test_hostile_headers_are_refused(
    library: ModuleType, prefix: str, name: str, stamp: str, signature: str
) -> None:
    """Where the libraries fail on them, we refuse; nothing that they refuse holds."""
    at = datetime.now(UTC)
    now, signed = str(int(at.timestamp())), verifier(library).sign("msg_1", at, "{}")
    for parts in (
        (name, stamp, signature), ("msg_1", now, signature), ("msg_1", stamp, signed), (name, now, signed),
    ):  # fmt: skip
        tried = request(prefix, *parts, b"{}")
        if holds(StandardWebhooks(), tried, ACCOUNT, at.timestamp()):
            assert accepts(lambda tried=tried: verifier(library).verify(b"{}", dict(tried.headers)))


@each_library
@pytest.mark.parametrize("late", [-310, -290, 0, 290, 310])
def test_the_times_are_the_same(library: ModuleType, prefix: str, late: int) -> None:
    """Five minutes, before and after; ten seconds are left for a slow test."""
    now = datetime.now(UTC).timestamp()
    at = datetime.fromtimestamp(int(now) + late, UTC)
    tried = request(prefix, "msg_1", str(int(now) + late), verifier(library).sign("msg_1", at, "{}"), b"{}")
    theirs = accepts(lambda: verifier(library).verify(b"{}", dict(tried.headers)))
    assert holds(StandardWebhooks(), tried, ACCOUNT, now) is theirs is (abs(late) < 300)
