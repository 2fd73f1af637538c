"""Whole routers that poll a mailbox: killed, two at once, beside the SMTP listener."""

from __future__ import annotations

import asyncio
import hashlib
import smtplib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import msgspec
import pytest
from dovecot import Mailbox
from mailroom import mail, texts, told
from servers import Server
from service import Service, ask

from router.store.keys_system import SYSTEM, places
from router.store.keys_system import lease as lease_key

Start = Callable[..., Service]


def table(account: str, mailbox: Mailbox, **changes: Any) -> str:
    """Write the account of a mailbox."""
    settings = {"unsigned": True, **mailbox.settings, **changes}
    lines = (f"{name} = {msgspec.json.encode(value).decode()}" for name, value in settings.items())
    return "\n".join((f"[channels.email.email_raw.{account}]", *lines))


@pytest.fixture
def name() -> str:
    """Give a workspace of this test alone."""
    return f"t{uuid4().hex[:12]}"


@pytest.fixture
def start(tmp_path: Path, server: Server, name: str) -> Iterator[Start]:
    """Start a router on the test's workspace; all of them have one admin key, and are stopped in the end."""
    made: list[Service] = []

    def starting(*tables: str, takeover_s: float = 15, store: str | None = server.url) -> Service:
        head = f'[server]\nworkspace = "{name}"\ntakeover_s = {takeover_s}\n'
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Service(folder, head + "\n".join(tables), store))
        made[-1].key = made[0].key
        made[-1].start()
        return made[-1]

    yield starting
    for one in made:
        one.stop()


async def polled(server: Server, name: str, least: int) -> bytes:
    """Wait until the place of the account ``main`` is at so high a UID, and give it."""
    async with asyncio.timeout(30):
        while True:
            place = server.admin.hget(places(SYSTEM, name), "email_raw:main") or b"{}"
            if msgspec.json.decode(place).get("uid", 0) >= least:
                return bytes(place)
            await asyncio.sleep(0.002)


async def waiting(client: aiohttp.ClientSession) -> int:
    """Count the items that wait: one for each conversation, and mails that answer nothing begin one each."""
    return int((await ask(client, "GET", "/v1/queues/support"))["totals"]["waiting"])


def said(events: list[dict[str, Any]]) -> list[str]:
    """Give what events say, in the order of the numbers in it."""
    return sorted((str(event["text"]) for event in events), key=lambda text: int(text.split()[1]))


async def test_a_mail_becomes_an_item_once(start: Start, mailbox: Mailbox, server: Server, name: str) -> None:
    """Killed after a mail was kept and before its place was, the router takes it for the same mail."""
    mailbox.deliver(mail(1), mail(2))
    service = start("[queues.support]", table("main", mailbox, queue="support"), takeover_s=1)
    kept = await polled(server, name, 2)
    service.kill()
    server.admin.hset(places(SYSTEM, name), "email_raw:main", kept.replace(b'"uid":2', b'"uid":1'))
    mailbox.deliver(mail(3))
    service.start()
    async with service.client() as client:
        assert said(await told(client, 3)) == texts(1, 2, 3)
        async with asyncio.timeout(30):
            while await waiting(client) != 3:  # noqa: ASYNC110 - no signal tells strangers that it is done
                await asyncio.sleep(0.05)


async def test_killed_again_and_again(start: Start, mailbox: Mailbox, server: Server, name: str) -> None:
    """Each of three hundred mails is there once, whenever the router dies."""
    mailbox.deliver(*(mail(n) for n in range(300)))
    service = start(table("main", mailbox), takeover_s=0.5)
    for least in (50, 150):
        await polled(server, name, least)
        service.kill()
        service.start()
    await polled(server, name, 300)
    found: list[dict[str, Any]] = []
    async with service.client() as client:
        customer = (await ask(client, "GET", "/v1/context?handle=mailto:ada@post.example"))["customer"]["id"]
        before: str | None = ""
        while before is not None:
            path = f"/v1/customers/{customer}/timeline?limit=100" + (f"&before={before}" if before else "")
            page = await ask(client, "GET", path)
            found += page["events"]
            before = page["next"]
    assert said([event for event in found if event["source"] == "email_raw:main"]) == texts(*range(300))


async def test_of_two_routers_one_polls_and_the_other_takes_over(
    start: Start, mailbox: Mailbox, server: Server, name: str
) -> None:
    """The second has the lease only after the first died; every mail is there once."""
    mailbox.deliver(mail(1))
    first = start(table("main", mailbox), takeover_s=1)
    lease = lease_key(SYSTEM, name, "email_raw:main")
    async with first.client() as client:
        await told(client, 1)
    holder = server.admin.get(lease)
    second = start(table("main", mailbox), takeover_s=1)
    mailbox.deliver(mail(2))
    async with second.client() as client:
        assert said(await told(client, 2)) == texts(1, 2)
        assert server.admin.get(lease) == holder
        first.kill()
        mailbox.deliver(mail(3))
        assert said(await told(client, 3)) == texts(1, 2, 3)
        assert server.admin.get(lease) not in {holder, None}
    assert not list((first.folder / "data" / "raw").rglob(raw_name(mail(3))))
    assert not list((second.folder / "data" / "raw").rglob(raw_name(mail(1))))


async def test_a_store_of_ones_own_is_never_waited_for(start: Start, mailbox: Mailbox) -> None:
    """With an embedded engine there is no other router: after a crash it polls again at once."""
    mailbox.deliver(mail(1))
    service = start(table("main", mailbox), takeover_s=3600, store=None)
    async with service.client() as client:
        await told(client, 1)
    service.kill()
    mailbox.deliver(mail(2))
    service.start()
    async with service.client() as client:
        assert said(await told(client, 2)) == texts(1, 2)


def raw_name(raw: bytes) -> str:
    """Name the file in which whoever read a mail keeps it."""
    return hashlib.sha256(raw).hexdigest()


def hand_over(service: Service, raw: bytes) -> None:
    """Send a mail to the SMTP listener."""
    host, port = service.addresses["smtp"].split(":")
    with smtplib.SMTP(host, int(port), timeout=30) as client:
        client.sendmail("ada@post.example", ["help@shop.example"], raw)


async def test_smtp_and_a_mailbox_do_not_clash(start: Start, mailbox: Mailbox) -> None:
    """Under one account a mail that comes both ways is one event; under two accounts it is two."""
    mailbox.deliver(mail(1))
    service = start(table("main", mailbox), table("other", mailbox))
    async with service.client() as client:
        events = await told(client, 2)
        assert sorted(event["source"] for event in events) == ["email_raw:main", "email_raw:other"]
        await asyncio.to_thread(hand_over, service, mail(1))
        await asyncio.to_thread(hand_over, service, mail(2))
        mailbox.deliver(mail(2))
        events = await told(client, 4)
    found = sorted((event["source"].partition(":")[2], event["text"]) for event in events)
    assert found == [("main", "mail 1"), ("main", "mail 2"), ("other", "mail 1"), ("other", "mail 2")]


async def test_a_wrong_password_leaves_the_router_alive(start: Start, mailbox: Mailbox) -> None:
    """It says so in its log, without the password, and serves everything else."""
    service = start(table("main", mailbox, imap_password="not-it"))
    assert b"not-it" not in await asyncio.to_thread(service.logged, b"does not let us in")
    await asyncio.to_thread(hand_over, service, mail(1))
    async with service.client() as client:
        assert said(await told(client, 1)) == texts(1)
