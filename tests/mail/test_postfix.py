"""A real Postfix hands its mail to our LMTP listener: what it takes, keeps for us, and brings again."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import smtplib
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from mailroom import mail, texts, told
from postfix import Postfix
from servers import Server
from service import Service

CONFIG = """
[server]
workspace = "{workspace}"
[store]
call_deadline_s = 1
[smtp]
protocol = "lmtp"
"""
PEOPLE = ["help@shop.example", "sales@shop.example"]


@pytest.fixture
def service(postfix: Postfix, own_server: Server, tmp_path: Path) -> Iterator[Service]:
    """Start a router where Postfix looks for one, on a store that the test may stop."""
    config = CONFIG.format(workspace=f"t{uuid4().hex[:12]}")
    made = Service(tmp_path, config, own_server.url)
    made.start(smtp_port=postfix.lmtp_port)
    yield made
    made.stop()


def send(postfix: Postfix, raw: bytes, people: Sequence[str] = PEOPLE) -> str:
    """Give Postfix a mail; the number it has in its queue."""
    with smtplib.SMTP("127.0.0.1", postfix.port, timeout=30) as client:
        client.ehlo()
        client.mail("bounces@post.example")
        for person in people:
            client.rcpt(person)
        _, answer = client.data(raw)
    return answer.decode().rpartition(" ")[2]


def fates(log: str, number: str) -> list[tuple[str, str, str]]:
    """Find what became of a mail: for whom, how it stands, and our answer."""
    line = rf"{number}: to=<([^>]+)>, .*status=(\w+) \((?:host \S+ said: )?(.*)\)"
    return re.findall(line, log)


async def until(postfix: Postfix, number: str, state: str, times: int = 2) -> list[tuple[str, str, str]]:
    """Wait until a mail stands so for each recipient."""

    def said(log: str) -> bool:
        return len([fate for fate in fates(log, number) if fate[1] == state]) >= times

    log = await asyncio.to_thread(postfix.until, said)
    return [fate for fate in fates(log, number) if fate[1] == state]


async def test_two_recipients_are_one_event(postfix: Postfix, service: Service) -> None:
    """Each gets an answer of their own; the customer wrote once, to the first of them."""
    number = await asyncio.to_thread(send, postfix, mail(1))
    found = await until(postfix, number, "sent")
    assert [(person, answer.partition(" [")[0]) for person, _, answer in found] == [
        (person, "250 2.6.0 kept") for person in PEOPLE
    ]
    async with service.client() as client:
        [event] = await told(client, 1)
    assert (event["text"], event["to"], event["provider_event_id"]) == ("mail 1", PEOPLE[0], "1@post.example")
    assert f"(Postfix) with ESMTP id {number};".encode() in service.raw(event["raw"])


async def test_what_comes_while_we_are_away_is_brought_later(postfix: Postfix, service: Service) -> None:
    """Postfix keeps it, and brings it once when we are back."""
    service.stop()
    number = await asyncio.to_thread(send, postfix, mail(2))
    deferred = await until(postfix, number, "deferred")
    assert "Connection refused" in deferred[0][2]
    await asyncio.to_thread(service.start, smtp_port=postfix.lmtp_port)
    await until(postfix, number, "sent")
    async with service.client() as client:
        [event] = await told(client, 1)
    assert event["text"] == "mail 2"


async def test_overload_is_for_each_recipient_and_passes(
    postfix: Postfix, service: Service, own_server: Server
) -> None:
    """Without a store each recipient hears 451; when it is back the mail is kept once."""
    os.kill(own_server.pid, signal.SIGSTOP)
    try:
        number = await asyncio.to_thread(send, postfix, mail(3))
        deferred = await until(postfix, number, "deferred")
    finally:
        os.kill(own_server.pid, signal.SIGCONT)
    assert {person for person, _, _ in deferred} == set(PEOPLE)
    assert all("451 4.3.0 try again later" in answer for _, _, answer in deferred)
    await until(postfix, number, "sent")
    async with service.client() as client:
        [event] = await told(client, 1)
    assert event["text"] == "mail 3"


async def test_killed_in_the_middle_nothing_is_lost_or_twice(postfix: Postfix, service: Service) -> None:
    """What was not acknowledged comes again; what was kept and not acknowledged is known."""
    numbers = range(10, 40)
    sending = asyncio.create_task(asyncio.to_thread(lambda: [send(postfix, mail(n)) for n in numbers]))
    async with service.client() as client:
        await told(client, 1)
    service.kill()
    await sending
    await asyncio.to_thread(service.start, smtp_port=postfix.lmtp_port)
    async with service.client() as client:
        events = await told(client, len(numbers))
    assert sorted(event["text"] for event in events) == texts(*numbers)
