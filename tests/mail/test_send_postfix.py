"""A real Postfix takes what we send, and what it carries stands in the customer's thread."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from postfix import Postfix
from servers import Server
from service import Service, ask

ADA, SHOP = "ada@kunde.example", "help@shop.example"
FIRST = (
    f"From: Ada <{ADA}>\r\nTo: {SHOP}\r\nSubject: =?utf-8?q?Wo_ist_mein_P=C3=A4ckchen=3F?=\r\n"
    "Message-ID: <first@kunde.example>\r\n\r\nIch warte.\r\n"
)
CONFIG = """
[server]
workspace = "{workspace}"
[smtp]
protocol = "lmtp"
[channels.email.email_raw.main]
smtp_host = "127.0.0.1"
smtp_port = {port}
smtp_security = "none"
from = "Bücher & Söhne <help@shop.example>"
"""
PATIENCE_S = 30


@pytest.fixture
def service(postfix: Postfix, server: Server, tmp_path: Path) -> Iterator[Service]:
    """Start a router that gets its mail from Postfix, and sends by it."""
    config = CONFIG.format(workspace=f"t{uuid4().hex[:12]}", port=postfix.port)
    made = Service(tmp_path, config, server.url)
    made.start(smtp_port=postfix.lmtp_port)
    yield made
    made.stop()


async def written_by(client: aiohttp.ClientSession, address: str) -> Any:
    """Wait until somebody wrote to us, and read them."""
    async with asyncio.timeout(PATIENCE_S):
        while True:  # asking again is all that a client can do
            async with client.get(f"/v1/context?handle=mailto:{address}") as response:
                found = await response.json() if response.status == 200 else {}
            if found.get("events"):
                return found
            await asyncio.sleep(0.05)


async def test_what_an_agent_says_travels_by_postfix_in_the_thread(
    postfix: Postfix, service: Service
) -> None:
    """This Postfix brings all mail to us: our own comes back as the customer would get it."""

    def write() -> None:
        with smtplib.SMTP("127.0.0.1", postfix.port, timeout=PATIENCE_S) as link:
            link.sendmail(ADA, SHOP, FIRST)

    await asyncio.to_thread(write)
    async with service.client() as client:
        (conversation,) = (await written_by(client, ADA))["conversations"]
        said = "Es ist unterwegs.\n.\nGrüße,\nIhr Team\n" + "x" * 2000
        path = f"/v1/conversations/{conversation['id']}/messages"
        await ask(client, "POST", path, {"text": said, "agent": "ada"})
        (mail,) = (await written_by(client, SHOP))["events"]
    assert (mail["thread"], mail["parents"]) == ("first@kunde.example", ["first@kunde.example"])
    assert mail["subject"] == "Re: Wo ist mein Päckchen?"
    assert mail["customer"]["name"] == "Bücher & Söhne"
    assert mail["to"] == ADA
    assert (mail.get("text_full") or mail["text"]) == said
    assert mail["provider_event_id"].startswith("snd_")
    assert mail["provider_event_id"].endswith("@shop.example")
