"""What an agent says: on the timeline at once, sent once, and honest about what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import aiohttp
import provider_api
import pytest
import servers
from provider_api import Messages
from service import Service, ask
from twilio.request_validator import RequestValidator

TOKEN = "a-twilio-token"
PUBLIC = "https://support.example.org"
HOOK = "/v1/hooks/sms/twilio/main"
CONFIG = f"""
[server]
workspace = "{{workspace}}"
public_url = "{PUBLIC}"

[sending]
attempt_s = 2
lapse_s = 1
again_s = [0.2, 0.2, 0.2, 5]

[channels.sms.twilio.main]
secret = "{TOKEN}"
account_sid = "AC1"
api_url = "http://127.0.0.1:{{port}}"

[channels.sms.twilio.mute]
secret = "{TOKEN}"
"""
TEL, OURS = "+14155550123", "+14155559999"
PATIENCE_S = 30


@pytest.fixture
async def api() -> AsyncIterator[Messages]:
    """Give the provider's API."""
    made = Messages()
    await made.open()
    yield made
    await made.close()


@pytest.fixture
def service(api: Messages, server: servers.Server, tmp_path: Path) -> Iterator[Service]:
    """Start the router on the server of this run, in a workspace of this test alone."""
    config = CONFIG.format(workspace=f"t{uuid4().hex[:12]}", port=api.port)
    made = Service(tmp_path, config, server.url)
    made.start()
    yield made
    made.stop()


async def hook(client: aiohttp.ClientSession, path: str, form: dict[str, str]) -> None:
    """Call our hook as Twilio does."""
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
    async with client.post(path, data=form, headers={"X-Twilio-Signature": signature}) as response:
        assert response.status < 300, await response.text()


async def conversation(client: aiohttp.ClientSession, account: str = "main") -> str:
    """Let the customer write, and give the conversation."""
    form = {"MessageSid": f"SMin-{account}", "AccountSid": "AC1", "From": TEL, "To": OURS, "Body": "hello"}
    await hook(client, f"/v1/hooks/sms/twilio/{account}", form)
    found = (await context(client))["conversations"]
    return str(found[0]["id"])


async def context(client: aiohttp.ClientSession) -> Any:
    """Read the customer."""
    return await ask(client, "GET", f"/v1/context?handle={quote(f'tel:{TEL}')}")


async def say(client: aiohttp.ClientSession, cnv: str, text: str, key: str | None = None) -> Any:
    """Answer the customer as an agent does."""
    headers = {"Idempotency-Key": key} if key else {}
    body = {"text": text, "agent": "ada"}
    return await ask(client, "POST", f"/v1/conversations/{cnv}/messages", body, headers=headers)


async def ours(client: aiohttp.ClientSession) -> list[dict[str, Any]]:
    """Give our messages on the timeline, oldest first."""
    return [one for one in (await context(client))["events"] if one.get("direction") == "out"][::-1]


async def until(client: aiohttp.ClientSession, *statuses: str) -> list[dict[str, Any]]:
    """Wait until our messages have these statuses."""
    async with asyncio.timeout(PATIENCE_S):
        while True:  # asking again is all that a client can do
            found = await ours(client)
            if [one["status"] for one in found] == list(statuses):
                return found
            await asyncio.sleep(0.05)


async def test_an_answer_is_queued_at_once_sent_once_and_moves_forward_only(
    service: Service, api: Messages
) -> None:
    """While the provider thinks it is there as queued; then sent, delivered, and never back."""
    api.doing = provider_api.silent
    async with service.client() as client:
        cnv = await conversation(client)
        said = await say(client, cnv, "on its way")
        assert (said["status"], said["conversation"], said["duplicate"]) == ("queued", cnv, False)
        (entry,) = await ours(client)
        assert (entry["event"], entry["text"], entry["agent"]) == (said["event"], "on its way", "ada")
        assert (entry["conversation"], entry["status"], entry["author"]) == (cnv, "queued", "agent")
        assert api.asked == [
            {"To": TEL, "From": OURS, "Body": "on its way", "StatusCallback": f"{PUBLIC}{HOOK}"}
        ]
        (found,) = await until(client, "unknown")
        assert found["reason"] == "the provider did not answer within 2 s"

        api.doing = provider_api.taking
        second = await say(client, cnv, "sorry for the wait")
        assert second["status"] in {"queued", "sent"}
        await until(client, "unknown", "sent")
        for status in ("delivered", "sent", "queued"):
            form = {
                "MessageSid": "SM1",
                "AccountSid": "AC1",
                "From": OURS,
                "To": TEL,
                "MessageStatus": status,
            }
            await hook(client, HOOK, form)
        await until(client, "unknown", "delivered")
    assert len(api.asked) == 2


async def test_the_same_key_says_it_once(service: Service, api: Messages) -> None:
    """Of sixty-four at once one is sent; the others hear what came of it. Another text is refused."""
    async with service.client() as client:
        cnv = await conversation(client)
        answers = await asyncio.gather(*(say(client, cnv, "only once", "k1") for _ in range(64)))
        assert len({answer["event"] for answer in answers}) == 1
        assert [answer["duplicate"] for answer in answers].count(False) == 1
        await until(client, "sent")
        assert (await say(client, cnv, "only once", "k1"))["status"] == "sent"
        path, other = f"/v1/conversations/{cnv}/messages", {"text": "something else", "agent": "ada"}
        async with client.post(path, json=other, headers={"Idempotency-Key": "k1"}) as response:
            assert response.status == 409
            assert (await response.json())["code"] == "id-reused"
        await say(client, cnv, "only once", "k2")
        await until(client, "sent", "sent")
    assert [one["Body"] for one in api.taken] == ["only once", "only once"]


async def test_what_the_provider_refuses_has_failed_and_says_why(service: Service, api: Messages) -> None:
    """The reason stands with the message, and nobody tries again."""
    api.doing = provider_api.refusing
    async with service.client() as client:
        cnv = await conversation(client)
        await say(client, cnv, "hello?")
        (entry,) = await until(client, "failed")
        assert "21211" in entry["reason"]
        assert "no such number" in entry["reason"]
    assert len(api.asked) == 1


async def test_a_cut_after_the_message_went_out_is_unknown_and_never_sent_again(
    service: Service, api: Messages
) -> None:
    """The provider had it all; whether it took it nobody knows, and the restart asks nobody."""
    api.doing = provider_api.cutting
    async with service.client() as client:
        cnv = await conversation(client)
        await say(client, cnv, "hello?", "k1")
        await until(client, "unknown")
        assert (await say(client, cnv, "hello?", "k1"))["status"] == "unknown"
    service.kill()
    service.start()
    async with service.client() as client:
        await say(client, cnv, "the next one")  # goes out after all that might be left behind
        api.doing = provider_api.taking
        await until(client, "unknown", "unknown")
    assert [one["Body"] for one in api.asked] == ["hello?", "the next one"]


async def test_what_surely_did_not_arrive_is_sent_when_it_can_be_and_in_order(
    service: Service, api: Messages
) -> None:
    """The provider is busy, then away, then back: three messages arrive once each, as they were said."""
    api.doing = provider_api.busy
    async with service.client() as client:
        cnv = await conversation(client)
        for text in ("one", "two", "three"):
            assert (await say(client, cnv, text))["status"] == "queued"
        await api.came.wait()
        await api.close()
        await api.open()
        api.doing = provider_api.taking
        await until(client, "sent", "sent", "sent")
    assert [one["Body"] for one in api.taken] == ["one", "two", "three"]


async def test_what_cannot_be_sent_for_long_has_failed(service: Service, api: Messages) -> None:
    """After its attempts a message fails, with the provider's last word."""
    api.doing = provider_api.busy
    async with service.client() as client:
        cnv = await conversation(client)
        await say(client, cnv, "hello?")
        (entry,) = await until(client, "failed")
        assert "too many" in entry["reason"]
    assert len(api.asked) == 5


async def test_kill_9_while_it_is_sent_leaves_it_unknown(service: Service, api: Messages) -> None:
    """Nobody sends it again: after its lease it is shown as unknown."""
    api.doing = provider_api.silent
    async with service.client() as client:
        cnv = await conversation(client)
        await say(client, cnv, "hello?")
        await api.came.wait()
    service.kill()
    service.start()
    async with service.client() as client:
        (entry,) = await until(client, "unknown")
        assert entry["reason"] == "the router stopped while it was being sent"
    assert len(api.asked) == 1


async def test_kill_9_before_it_is_sent_sends_it_once(service: Service, api: Messages) -> None:
    """What waited when the router died goes out after it is back."""
    await api.close()
    async with service.client() as client:
        cnv = await conversation(client)
        texts = [f"message {n}" for n in range(5)]
        for text in texts:
            await say(client, cnv, text, text)
    service.kill()
    await api.open()
    service.start()
    async with service.client() as client:
        for text in texts:
            assert (await say(client, cnv, text, text))["duplicate"]
        await until(client, *["sent"] * 5)
    assert sorted(one["Body"] for one in api.taken) == texts


async def test_who_cannot_be_answered_is_named(service: Service) -> None:
    """No such conversation, an account that lacks a setting, a body that says nothing."""
    async with service.client() as client:
        for cnv in ("cnv_00aaaaaaaaaaaaaaaa", "cnv_zz", "nonsense"):
            async with client.post(f"/v1/conversations/{cnv}/messages", json={"text": "a"}) as response:
                assert (response.status, (await response.json())["code"]) == (404, "not-found")
        cnv = await conversation(client, "mute")
        path = f"/v1/conversations/{cnv}/messages"
        async with client.post(path, json={"text": "a"}) as response:
            problem = await response.json()
            assert (response.status, problem["code"]) == (409, "cannot-send")
            assert "account_sid" in problem["detail"]
        for body in ({}, {"text": ""}, {"text": 3}, {"text": "a", "to": "b"}, {"text": "a" * 65_537}):
            async with client.post(path, json=body) as response:
                assert response.status == 422, body


async def test_we_may_write_first_and_the_answer_falls_into_the_same_conversation(
    service: Service, api: Messages
) -> None:
    """Begun once for a key; what the customer answers belongs to it."""
    first = {"customer": f"tel:{TEL}", "source": "twilio:main", "from": OURS, "text": "your parcel is here"}
    async with service.client() as client:
        headers = {"Idempotency-Key": "k1"}
        begun = [await ask(client, "POST", "/v1/conversations", first, headers=headers) for _ in range(3)]
        assert {one["event"] for one in begun} == {begun[0]["event"]}
        await until(client, "sent")
        assert await conversation(client) == begun[0]["conversation"]
    assert [(one["To"], one["From"], one["Body"]) for one in api.taken] == [
        (TEL, OURS, "your parcel is here")
    ]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"customer": "nobody"}, 422, "invalid"),
        ({"customer": "tel:abc"}, 409, "cannot-send"),
        ({"customer": "mailto:a@example.org"}, 409, "cannot-send"),
        ({"source": "twilio:other"}, 409, "cannot-send"),
        ({"source": "twilio:mute"}, 409, "cannot-send"),
        ({"from": None}, 409, "cannot-send"),
        ({"text": None}, 422, "invalid"),
    ],
)
async def test_who_cannot_be_written_to_first_is_named(
    service: Service, change: dict[str, Any], status: int, code: str
) -> None:
    """Nobody's address, an account that cannot, no address of ours."""
    first = {"customer": f"tel:{TEL}", "source": "twilio:main", "from": OURS, "text": "hello"} | change
    body = {name: value for name, value in first.items() if value is not None}
    async with service.client() as client, client.post("/v1/conversations", json=body) as response:
        assert (response.status, (await response.json())["code"]) == (status, code)
