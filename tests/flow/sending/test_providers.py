"""An answer goes back by every provider, to where its hook said the customer is; receipts find it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import uuid4

import aiohttp
import msgspec
import pytest
import servers
from provider_peer import Peer, Told, serving
from service import Service, ask

PATIENCE_S = 30
PHONE, PAGE, TEL = "106540352242922", "1070830", "+14155550123"


class Talk(NamedTuple):
    """What a customer says by a provider, whom that is, what an answer asks, and what comes back."""

    channel: str
    settings: str
    heard: Mapping[str, Any]
    customer: str
    told: Mapping[str, Any]
    path: str
    asked: Mapping[str, Any]
    later: Mapping[str, Any] | None = None
    status: str = "sent"


def whatsapp(**value: Any) -> dict[str, Any]:
    """Wrap what WhatsApp tells of our number."""
    number = {"display_phone_number": "15550100", "phone_number_id": PHONE}
    change = {"field": "messages", "value": {"metadata": number, **value}}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}


def page(**said: Any) -> dict[str, Any]:
    """Wrap what Messenger tells of our page."""
    talk = {"sender": {"id": "77"}, "recipient": {"id": PAGE}, "timestamp": 1772445600000, **said}
    return {"object": "page", "entry": [{"id": PAGE, "messaging": [talk]}]}


TALKS = {
    "meta": Talk(
        "social",
        'access_token = "t"',
        whatsapp(messages=[{"from": TEL[1:], "id": "wamid.A", "timestamp": "1772445600", "type": "text",
                            "text": {"body": "hi"}}]),
        f"tel:{TEL}",
        {"messages": [{"id": "wamid.B"}]},
        f"/{PHONE}/messages",
        {"to": TEL[1:], "text": {"body": "On its way."}, "context": {"message_id": "wamid.A"}},
        whatsapp(statuses=[{"id": "wamid.B", "status": "read", "timestamp": "1772445601",
                            "recipient_id": TEL[1:]}]),
        "read",
    ),
    "meta:page": Talk(
        "social",
        'access_token = "t"',
        page(message={"mid": "m_in", "text": "hi"}),
        f"psid:{PAGE}/77",
        {"recipient_id": "77", "message_id": "m_out"},
        "/me/messages",
        {"recipient": {"id": "77"}, "message": {"text": "On its way."}},
        page(delivery={"mids": ["m_out"], "watermark": 1772445601000}),
        "delivered",
    ),
    "telegram": Talk(
        "social",
        'bot_token = "42:AA"',
        {"update_id": 7, "message": {"message_id": 5, "date": 1772445600, "text": "hi", "from": {"id": 501},
                                     "chat": {"id": 501, "type": "private"}}},
        "telegram:501",
        {"ok": True, "result": {"message_id": 6, "chat": {"id": 501}}},
        "/bot42:AA/sendMessage",
        {"chat_id": "501", "text": "On its way."},
    ),
    "line": Talk(
        "social",
        'access_token = "t"',
        {"destination": "Uours", "events": [
            {"type": "message", "source": {"type": "user", "userId": "U01"}, "timestamp": 1772445600000,
             "webhookEventId": "01", "message": {"type": "text", "id": "2", "text": "hi"}}]},
        "line:U01",
        {"sentMessages": [{"id": "461"}]},
        "/v2/bot/message/push",
        {"to": "U01", "messages": [{"type": "text", "text": "On its way."}]},
    ),
    "slack": Talk(
        "chat",
        'bot_token = "xoxb"',
        {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "api_app_id": "A1",
         "event": {"type": "message", "user": "U1", "text": "hi", "ts": "1772445600.0001", "channel": "C1"}},
        "slack:T1/U1",
        {"ok": True, "channel": "C1", "ts": "1772445601.0002"},
        "/chat.postMessage",
        {"channel": "C1", "thread_ts": "1772445600.0001", "text": "On its way."},
    ),
}  # fmt: skip


class House(NamedTuple):
    """A router with an account of each provider, and the providers."""

    service: Service
    peers: Mapping[str, Peer]


@pytest.fixture
async def house(server: servers.Server, tmp_path: Path) -> AsyncIterator[House]:
    """Start it, with an API for each talk."""
    async with AsyncExitStack() as stack:
        peers = {
            name: await stack.enter_async_context(serving(Told(200, t.told))) for name, t in TALKS.items()
        }
        config = f'[server]\nworkspace = "t{uuid4().hex[:12]}"\n'
        for name, talk in TALKS.items():
            account = f"channels.{talk.channel}.{name.partition(':')[0]}.{_account(name)}"
            config += f'[{account}]\nunsigned = true\napi_url = "{peers[name].url}"\n{talk.settings}\n'
        service = Service(tmp_path, config, server.url)
        service.start()
        yield House(service, peers)
        service.stop()


def _account(name: str) -> str:
    return name.partition(":")[2] or "main"


async def hook(client: aiohttp.ClientSession, name: str, said: Mapping[str, Any]) -> None:
    """Call our hook as the provider of a talk does."""
    path = f"/v1/hooks/{TALKS[name].channel}/{name.partition(':')[0]}/{_account(name)}"
    headers = {"Content-Type": "application/json"}
    async with client.post(path, data=msgspec.json.encode(said), headers=headers) as response:
        assert response.status == 200, await response.text()


async def context(client: aiohttp.ClientSession, customer: str) -> Any:
    """Read a customer."""
    return await ask(client, "GET", f"/v1/context?handle={quote(customer, safe='')}")


async def until(client: aiohttp.ClientSession, customer: str, status: str) -> None:
    """Wait until our one message to a customer has a status."""
    async with asyncio.timeout(PATIENCE_S):
        while True:  # asking again is all that a client can do
            events = (await context(client, customer))["events"]
            found = [one for one in events if one.get("direction") == "out" and one["kind"] == "message"]
            if [one["status"] for one in found] == [status]:
                return
            await asyncio.sleep(0.05)


async def answered(client: aiohttp.ClientSession, name: str, peer: Peer) -> None:
    """Let a customer write, answer, and see what the provider is asked and what its receipt does."""
    talk = TALKS[name]
    await hook(client, name, talk.heard)
    (conversation,) = (await context(client, talk.customer))["conversations"]
    said = {"text": "On its way.", "agent": "ada"}
    await ask(client, "POST", f"/v1/conversations/{conversation['id']}/messages", said)
    await until(client, talk.customer, "sent")
    [asked] = peer.asked
    assert asked.path == talk.path
    assert {field: asked.json.get(field) for field in talk.asked} == talk.asked
    if talk.later is not None:
        await hook(client, name, talk.later)
        await until(client, talk.customer, talk.status)


async def test_every_provider_is_answered_where_it_asked(house: House) -> None:
    """All at once."""
    async with house.service.client() as client:
        await asyncio.gather(*(answered(client, name, peer) for name, peer in house.peers.items()))
