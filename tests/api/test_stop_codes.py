"""What each provider is answered when nobody will ever read what it sent: what ends its tries, no other.

The table is that of the providers' own documents: which status ends a delivery, and which begins trouble.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

import aiohttp
import pytest
from parts import Parts

from channels.registry import ADAPTERS

JUNK = b"\x00\xff neither JSON nor form nor mail"


class Row(NamedTuple):
    """A provider: what ends its tries, what a wrong signature must never be answered with, and why."""

    channel: str
    provider: str
    ends: set[int]
    never: set[int]
    why: str


ROWS = (
    Row("sms", "twilio", set(range(200, 500)), set(range(200, 400)), "any answer ends it"),
    Row("voice", "twilio", set(range(200, 500)), set(range(200, 400)), "any answer ends it"),
    Row("chat", "slack", {400}, set(range(200, 400)), "with X-Slack-No-Retry"),
    Row("social", "meta", {200}, set(range(200, 400)), "else a week, and the subscription ends"),
    Row("social", "line", {200}, set(range(200, 400)), "2xx ends it"),
    Row("social", "telegram", {200}, set(range(200, 400)), "else a day, before all that is newer"),
    Row("email", "sendgrid", set(range(400, 500)), set(range(200, 400)), "4xx drops"),
    Row("email", "mailgun", {406}, {200, 406}, "200 and 406 end it"),
    Row("email", "postmark", {403}, {200, 403}, "200 and 403 end it"),
    Row("email", "aws_sns", {200}, set(range(200, 400)), "2xx ends it"),
    Row("sms", "vonage", {200, 204}, set(range(200, 400)), "200 and 204 end it"),
    Row("sms", "standardwebhooks", set(range(400, 500)) - {410}, {*range(200, 400), 410}, "410 unsubscribes"),
    Row("social", "x", {200}, set(range(200, 400)), "2xx ends it"),
)
every = pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.channel}.{row.provider}")


@pytest.fixture
async def served() -> AsyncIterator[Parts]:
    """Serve two accounts of each provider: one that anybody may call, one with a secret."""
    accounts: dict[str, dict[str, dict[str, dict[str, object]]]] = {}
    for row in ROWS:
        named = {"open": {"unsigned": True}, "signed": {"secret": "whsec_c2VjcmV0"}}
        accounts.setdefault(row.channel, {})[row.provider] = named
    made = Parts(channels=dict(ADAPTERS), accounts=accounts)
    runner = await made.start()
    yield made
    await runner.cleanup()


@pytest.fixture
async def caller(served: Parts) -> AsyncIterator[aiohttp.ClientSession]:
    """Open a client without any key."""
    async with aiohttp.ClientSession(served.url) as session:
        yield session


@every
async def test_what_nobody_can_read_does_not_come_again(
    caller: aiohttp.ClientSession, served: Parts, row: Row
) -> None:
    """It is kept here, and the provider is told what ends its tries."""
    async with caller.post(f"/v1/hooks/{row.channel}/{row.provider}/open", data=JUNK) as answer:
        text = await answer.read()
        assert answer.status in row.ends, row.why
        assert (answer.headers.get("X-Slack-No-Retry") == "1") is (row.provider == "slack")
        assert (text == b"") is (answer.status < 300), "a success says nothing; a refusal says why"
    ((account, body, _, request),) = served.aside.kept
    assert (account.provider, body) == (row.provider, JUNK)
    assert request is not None


@every
async def test_what_is_let_go_may_come_again(caller: aiohttp.ClientSession, served: Parts, row: Row) -> None:
    """While it cannot be kept here the provider is told no more than that it cannot be read."""
    served.aside.full = True
    async with caller.post(f"/v1/hooks/{row.channel}/{row.provider}/open", data=JUNK) as answer:
        assert answer.status in {400, 415, 422}
        assert "X-Slack-No-Retry" not in answer.headers


@every
async def test_a_wrong_secret_loses_nothing(caller: aiohttp.ClientSession, served: Parts, row: Row) -> None:
    """Perhaps only our secret is wrong: the answer is none that ends the tries where others do not."""
    async with caller.post(f"/v1/hooks/{row.channel}/{row.provider}/signed", data=JUNK) as answer:
        assert 400 <= answer.status < 500
        assert answer.status not in row.never, row.why
    assert served.aside.kept == [], "whoever cannot prove themselves leaves nothing behind"


@every
async def test_an_empty_call_leaves_nothing(caller: aiohttp.ClientSession, served: Parts, row: Row) -> None:
    """There is nothing in it to be read again."""
    async with caller.post(f"/v1/hooks/{row.channel}/{row.provider}/open") as answer:
        assert answer.status < 500
    assert served.aside.kept == []
