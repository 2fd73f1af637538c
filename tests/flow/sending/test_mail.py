"""Mail answered by mail: from our listener to an agent, out by a mail server, and what comes back."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
import servers
from mail_peer import MailPeer, mail_serving
from service import Service, ask

PATIENCE_S = 30
ADA, SHOP = "ada@kunde.example", "help@shop.example"
CONFIG = """
[server]
workspace = "{workspace}"

[sending]
again_s = [0.1, 0.1, 0.2, 0.5, 1, 2, 5]

[channels.email.email_raw.main]
smtp_host = "127.0.0.1"
smtp_port = {port}
smtp_security = "none"
"""


@pytest.fixture
def made() -> Iterator[list[Service]]:
    """Give a list whose services end with the test."""
    services: list[Service] = []
    yield services
    for one in services:
        one.stop()


def started(made: list[Service], url: str, folder: Path, peer: MailPeer) -> Service:
    """Start a router that sends by the peer."""
    config = CONFIG.format(workspace=f"t{uuid4().hex[:12]}", port=peer.port)
    service = Service(folder, config, url)
    made.append(service)
    service.start()
    return service


def mail(name: str, sender: str = ADA, **fields: str) -> EmailMessage:
    """Write a mail of somebody to the shop."""
    written = EmailMessage()
    written["From"], written["To"], written["Message-ID"] = sender, SHOP, f"<{name}@kunde.example>"
    for field, value in fields.items():
        written[field.replace("_", "-")] = value
    written.set_content("Where is it?")
    return written


async def deliver(service: Service, written: EmailMessage) -> None:
    """Bring a mail to our listener, as a mail server does."""
    host, _, port = service.addresses["smtp"].rpartition("/")[2].rpartition(":")

    def bring() -> None:
        with smtplib.SMTP(host, int(port)) as link:
            link.send_message(written, "" if written["From"].startswith("MAILER") else None)

    await asyncio.to_thread(bring)


async def bounce(service: Service, peer: MailPeer) -> None:
    """Let the customer's mail server send back the mail it was given; nobody is named but the mail."""
    sent = message_from_bytes(peer.mail, policy=policy.default)
    report = mail("bounce", "MAILER-DAEMON@kunde.example", Subject="Undelivered Mail")
    report.set_content(f"Could not be delivered: 5.1.1\n\nMessage-ID: {sent['Message-ID']}\n")
    await deliver(service, report)


async def context(client: aiohttp.ClientSession) -> Any:
    """Read the customer."""
    return await ask(client, "GET", f"/v1/context?handle=mailto:{ADA}")


async def until(client: aiohttp.ClientSession, status: str) -> Any:
    """Wait until our one message has a status, and give it."""
    async with asyncio.timeout(PATIENCE_S):
        while True:  # asking again is all that a client can do
            found = [one for one in (await context(client))["events"] if one.get("direction") == "out"]
            if [one["status"] for one in found] == [status]:
                return found[0]
            await asyncio.sleep(0.05)


async def answered(service: Service, client: aiohttp.ClientSession) -> str:
    """Let the customer write and an agent answer; give the conversation."""
    await deliver(service, mail("first", Subject="My order"))
    (conversation,) = (await context(client))["conversations"]
    path = f"/v1/conversations/{conversation['id']}/messages"
    await ask(client, "POST", path, {"text": "On its way.", "agent": "ada"})
    return str(conversation["id"])


async def test_an_answer_goes_out_in_the_thread_and_theirs_comes_back_into_it(
    server: servers.Server, tmp_path: Path, made: list[Service]
) -> None:
    """One conversation, whoever writes; a bounce makes the message failed."""
    async with mail_serving({}) as peer:
        service = started(made, server.url, tmp_path, peer)
        async with service.client() as client:
            conversation = await answered(service, client)
            await until(client, "sent")
            sent = message_from_bytes(peer.mail, policy=policy.default)
            assert (sent["From"], sent["To"], sent["Subject"]) == (SHOP, ADA, "Re: My order")
            assert sent["In-Reply-To"] == sent["References"] == "<first@kunde.example>"

            await deliver(
                service,
                mail(
                    "third", References=f"{sent['References']} {sent['Message-ID']}", Subject="Re: My order"
                ),
            )
            (kept,) = (await context(client))["conversations"]
            assert kept["id"] == conversation

            await bounce(service, peer)
            assert (await until(client, "failed"))["reason"] == "5.1.1"


async def test_a_mail_server_that_is_busy_is_asked_again_and_gets_one_mail(
    server: servers.Server, tmp_path: Path, made: list[Service]
) -> None:
    """By the same name each time."""
    async with mail_serving({"RCPT": ["450 greylisted", "450 greylisted", "250 ok"]}) as peer:
        service = started(made, server.url, tmp_path, peer)
        async with service.client() as client:
            await answered(service, client)
            await until(client, "sent")
    assert (peer.heard.count("RCPT"), peer.heard.count("DATA")) == (3, 1)
    assert b"On its way." in peer.mail


async def test_what_breaks_after_the_last_dot_stays_unknown(
    server: servers.Server, tmp_path: Path, made: list[Service]
) -> None:
    """And is not sent again; a bounce still finds it, for its name is ours."""
    async with mail_serving({"taken": "cut"}) as peer:
        service = started(made, server.url, tmp_path, peer)
        async with service.client() as client:
            await answered(service, client)
            found = await until(client, "unknown")
            await bounce(service, peer)
            await until(client, "failed")
    assert "no answer after the mail went out" in found["reason"]
    assert peer.heard.count("DATA") == 1
