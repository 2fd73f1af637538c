"""One thread of the mission, from the provider's request to the supervisor's number, from outside."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import aiohttp
import pytest
import servers
from service import Service, ask
from twilio.request_validator import RequestValidator

TOKEN = "a-twilio-token"
PUBLIC = "https://support.example.org"
CONFIG = f"""
[server]
workspace = "{{workspace}}"

[queues.support]
wrap_up_s = 60

[smtp]
queue = "support"

[channels.sms.twilio.main]
secret = "{TOKEN}"
public_url = "{PUBLIC}"
queue = "support"

[channels.voice.twilio.main]
secret = "{TOKEN}"
public_url = "{PUBLIC}"
queue = "support"
answer_twiml = "<Response><Enqueue>support</Enqueue></Response>"
"""

TEL, MAIL = "+14155550123", "ada@example.org"


@pytest.fixture
def service(server: servers.Server, tmp_path: Path) -> Iterator[Service]:
    """Start the router on the server of this run, in a workspace of this test alone."""
    made = Service(tmp_path, CONFIG.format(workspace=f"t{uuid4().hex[:12]}"), server.url)
    made.start()
    yield made
    assert made.stop() == 0


async def twilio(client: aiohttp.ClientSession, channel: str, form: dict[str, str]) -> str:
    """Call our hook as Twilio would: a form, signed over the public address."""
    path = f"/v1/hooks/{channel}/twilio/main"
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
    async with client.post(path, data=form, headers={"X-Twilio-Signature": signature}) as response:
        assert response.status < 300, await response.text()
        return await response.text()


def sms(sid: str, text: str) -> dict[str, str]:
    """Write an inbound SMS as Twilio does, with its many blank fields."""
    return {
        "MessageSid": sid, "SmsSid": sid, "AccountSid": "AC1", "From": TEL, "To": "+14155559999",
        "Body": text, "NumMedia": "0", "SmsStatus": "received", "FromCity": "", "ApiVersion": "2010-04-01",
    }  # fmt: skip


def call(sid: str, status: str, **more: str) -> dict[str, str]:
    """Write a step of a call as Twilio does; only status callbacks have a SequenceNumber."""
    return {
        "CallSid": sid, "AccountSid": "AC1", "From": TEL, "To": "+14155559999", "Direction": "inbound",
        "CallStatus": status, **more,
    }  # fmt: skip


def send_mail(address: str, subject: str, message_id: str, times: int) -> None:
    """Send a mail through our SMTP listener, as often as a hasty mail server would."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Ada Lovelace <{MAIL}>", "help@example.com", subject
    mail["Message-ID"], mail["Date"] = f"<{message_id}>", format_datetime(datetime.now(UTC))
    mail.set_content("My order has not come yet.")
    host, port = address.rsplit(":", 1)
    with smtplib.SMTP(host, int(port), timeout=10) as server:
        for _ in range(times):
            server.send_message(mail)


async def work(client: aiohttp.ClientSession, agent: str, **wrap_up: Any) -> dict[str, Any]:
    """Let the agent accept their offer and wrap it up; give the item as accepted."""
    offers = (await ask(client, "GET", f"/v1/agents/{agent}/offers?wait=5"))["offers"]
    offer = offers[0]["id"]
    item: dict[str, Any] = await ask(client, "POST", f"/v1/offers/{offer}/accept", {"agent": agent})
    again = await ask(client, "POST", f"/v1/offers/{offer}/accept", {"agent": agent})
    assert again["id"] == item["id"]
    done = {"agent": agent, "offer": offer, "outcome": "resolved", "issue": "order-7", **wrap_up}
    for _ in range(2):
        assert (await ask(client, "POST", f"/v1/items/{item['id']}/complete", done))["state"] == "done"
    return item


async def depth(client: aiohttp.ClientSession) -> dict[str, int]:
    """Give what waits in the queue, by channel."""
    queue = await ask(client, "GET", "/v1/queues/support")
    return {channel: counts["waiting"] + counts["offered"] for channel, counts in queue["channels"].items()}


async def test_the_whole_thread(service: Service) -> None:
    """Three channels, two handles linked, an agent, a journey with its switches and its verdict."""
    async with service.client() as client:
        await ask(client, "PUT", "/v1/agents/ada", {"queues": ["support"]})
        await ask(client, "POST", "/v1/agents/ada/state", {"state": "available"})

        first = await twilio(client, "sms", sms("SM1", "Where is my order?"))
        assert first.endswith("<Response/>")
        await twilio(client, "sms", sms("SM1", "Where is my order?"))
        assert await depth(client) == {"sms": 1}
        item = await work(client, "ada")
        first = item["context"]["events"][-1]
        assert first["text"] == "Where is my order?"
        assert b"SM1" in service.raw(first["raw"])

        send_mail(service.addresses["smtp"], "My order", "first@example.org", times=2)
        assert await depth(client) == {"sms": 0, "email": 1}
        by_mail = await ask(client, "GET", f"/v1/context?handle={quote('mailto:' + MAIL)}")
        customer = item["customer"]
        body = {"customer": by_mail["customer"]["id"], "why": "she said so"}
        link = await ask(client, "POST", f"/v1/customers/{customer}/links", body)
        await work(client, "ada")

        assert "Enqueue" in await twilio(client, "voice", call("CA1", "ringing"))
        assert (await depth(client))["voice"] == 1
        await work_call(client)

        context = await ask(client, "GET", f"/v1/customers/{customer}/context")
        assert {handle["value"] for handle in context["handles"]} == {TEL, MAIL}
        journey = await ask(client, "GET", f"/v1/customers/{customer}/journey")
        assert (journey["contacts"], journey["attempts"], journey["episodes"]) == (3, 3, 1)
        assert journey["switches_customer"] == 2
        assert (journey["fcr"], journey["reason"]) == (False, "repeat")

        await reported(client, contacts=3, switches=2)

        await ask(client, "DELETE", f"/v1/customers/{customer}/links/{link['id']}")
        alone = await ask(client, "GET", f"/v1/customers/{customer}/journey")
        assert (alone["contacts"], alone["switches_customer"]) == (2, 1)
        await reported(client, contacts=3, switches=1)
        assert await depth(client) == {"sms": 0, "email": 0, "voice": 0}


async def reported(client: aiohttp.ClientSession, contacts: int, switches: int) -> None:
    """Wait until the reports, which follow within a second, say so."""
    found: tuple[int, int] = (0, 0)
    async with asyncio.timeout(10):
        while found != (contacts, switches):
            total = (await ask(client, "GET", "/v1/reports/fcr?by=channel"))["total"]
            matrix = (await ask(client, "GET", "/v1/reports/switches"))["total"]["matrix"]
            found = (total["contacts"], sum(cell["customer"] for cell in matrix.values()))


async def work_call(client: aiohttp.ClientSession) -> None:
    """Accept the call, let the customer hang up, wrap up."""
    offer = (await ask(client, "GET", "/v1/agents/ada/offers?wait=5"))["offers"][0]["id"]
    item = await ask(client, "POST", f"/v1/offers/{offer}/accept", {"agent": "ada"})
    await twilio(client, "voice", call("CA1", "completed", SequenceNumber="3", CallDuration="42"))
    held = await ask(client, "GET", f"/v1/items/{item['id']}")
    assert held["state"] == "wrapping"
    done = {"agent": "ada", "offer": offer, "outcome": "resolved", "issue": "order-7"}
    await ask(client, "POST", f"/v1/items/{item['id']}/complete", done)


async def test_nobody_speaks_in_the_routers_name(service: Service) -> None:
    """Its own source is refused at the door, so a disposition cannot be forged."""
    event = {"id": "x", "source": "router", "kind": "generic"}
    async with service.client() as client, client.post("/v1/events", json=event) as response:
        assert response.status == 422
        assert (await response.json())["errors"][0]["pointer"] == "/source"


async def test_an_unsigned_call_is_refused_and_leaves_nothing(service: Service) -> None:
    """Without Twilio's signature there is no event."""
    async with service.client() as client:
        for headers in ({}, {"X-Twilio-Signature": "bm90IGl0"}, {"X-Twilio-Signature": "\u00e9"}):
            path = "/v1/hooks/sms/twilio/main"
            async with client.post(path, data=sms("SM9", "hello"), headers=headers) as response:
                assert response.status == 403
        async with client.get(f"/v1/context?handle={quote('tel:' + TEL)}") as response:
            assert response.status == 404


async def test_an_abandoned_call_is_an_attempt_and_no_contact(service: Service) -> None:
    """The caller hangs up before anybody accepts: nothing waits, the journey says unserved."""
    async with service.client() as client:
        await twilio(client, "voice", call("CA2", "ringing"))
        assert await depth(client) == {"voice": 1}
        await twilio(client, "voice", call("CA2", "completed", SequenceNumber="1", CallDuration="9"))
        assert await depth(client) == {"voice": 0}
        context = await ask(client, "GET", f"/v1/context?handle={quote('tel:' + TEL)}")
        journey = await ask(client, "GET", f"/v1/customers/{context['customer']['id']}/journey")
        assert (journey["contacts"], journey["attempts"], journey["reason"]) == (0, 1, "unserved")


async def test_a_hang_up_before_the_call_leaves_no_item(service: Service) -> None:
    """Webhooks race: the end may come first, and nobody is offered a dead line."""
    async with service.client() as client:
        await twilio(client, "voice", call("CA3", "completed", SequenceNumber="1", CallDuration="9"))
        await twilio(client, "voice", call("CA3", "ringing"))
        assert (await depth(client)).get("voice", 0) == 0
