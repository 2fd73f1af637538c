"""The listener, driven by the standard library's clients over real connections."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import smtplib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from channels.email.smtp import MAX_RECIPIENTS, MailListener
from router.errors import Busy
from router.model.event import Event
from router.ports import Account, Result

MAIL = b"From: ada@post.example\r\nTo: help@shop.example\r\nMessage-ID: <1@post.example>\r\n\r\nhello\r\n"
Listen = Callable[..., AbstractAsyncContextManager[tuple[MailListener, "Kept"]]]


class Kept:
    """A sink that keeps what it gets in memory, or fails as it is told."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.events: list[Event] = []
        self.raws: list[bytes] = []
        self.failure = failure
        self.open = asyncio.Event()
        self.open.set()
        self.waiting = asyncio.Event()

    async def post(self, events: Sequence[Event], raw: bytes) -> Sequence[Result]:
        """Keep the events once ``open`` is set."""
        self.waiting.set()
        await self.open.wait()
        if self.failure:
            raise self.failure
        self.events += events
        self.raws.append(raw)
        return [Result(event.id, None, None, None, False) for event in events]


@pytest.fixture
def listen(account: Account) -> Listen:
    """Listen on a free port of this machine for as long as a block runs."""

    @contextlib.asynccontextmanager
    async def listening(
        failure: Exception | None = None, **options: Any
    ) -> AsyncIterator[tuple[MailListener, Kept]]:
        listener, kept = MailListener("127.0.0.1", 0, account, **options), Kept(failure)
        await listener.start(kept)
        try:
            yield listener, kept
        finally:
            kept.open.set()
            await listener.stop()

    return listening


def send(port: int, *mails: bytes, sender: str = "bounce@post.example", options: Sequence[str] = ()) -> None:
    """Send mails in one conversation; raises what smtplib raises."""
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        for mail in mails:
            client.sendmail(sender, ["help@shop.example"], mail, options)


async def test_a_mail_is_kept_before_it_is_acknowledged(listen: Listen) -> None:
    """The client hears 250 only after the sink returned; the bytes are those sent."""
    async with listen() as (listener, kept):
        kept.open.clear()
        sending = asyncio.create_task(asyncio.to_thread(send, listener.port, MAIL))
        await kept.waiting.wait()
        assert not sending.done()
        kept.open.set()
        await sending
        [event] = kept.events
        assert (event.text, event.to, event.source) == ("hello", "help@shop.example", "email_raw:main")
        assert kept.raws == [MAIL]


async def test_the_envelope_tells_where_a_mail_was_delivered(listen: Listen) -> None:
    """Our address is the recipient's; the null sender makes the mail automatic."""
    async with listen() as (listener, kept):
        await asyncio.to_thread(send, listener.port, MAIL.replace(b"To: help", b"To: other"), sender="")
        [event] = kept.events
        assert (event.to, event.flags) == ("help@shop.example", ["auto"])


async def test_addresses_beyond_ascii(listen: Listen) -> None:
    """SMTPUTF8 is offered, and the address arrives as written."""
    raw = "From: jö@bücher.example\r\nSubject: Grüße\r\n\r\nHallo\r\n".encode()
    async with listen() as (listener, kept):
        await asyncio.to_thread(
            send, listener.port, raw, sender="jö@bücher.example", options=["SMTPUTF8", "BODY=8BITMIME"]
        )
        [event] = kept.events
        assert event.customer is not None
        assert event.customer.value == "jö@bücher.example"


@pytest.mark.parametrize("failure", [Busy("full"), RuntimeError("a mistake of ours")])
async def test_what_cannot_be_kept_now_is_to_be_sent_again(listen: Listen, failure: Exception) -> None:
    """Overload and our own faults are 451, never a permanent refusal; then the mail is taken."""
    async with listen(failure) as (listener, kept):
        with pytest.raises(smtplib.SMTPDataError) as refused:
            await asyncio.to_thread(send, listener.port, MAIL)
        assert refused.value.smtp_code == 451
        kept.failure = None
        await asyncio.to_thread(send, listener.port, MAIL)
        assert len(kept.events) == 1


async def test_a_sink_that_does_not_answer_is_not_waited_for(listen: Listen) -> None:
    """After the deadline the client is asked to come again."""
    async with listen(deadline_s=0.2) as (listener, kept):
        kept.open.clear()
        with pytest.raises(smtplib.SMTPDataError) as refused:
            await asyncio.to_thread(send, listener.port, MAIL)
        assert refused.value.smtp_code == 451
        assert kept.events == []


async def test_a_mail_too_large_is_refused_for_good(listen: Listen) -> None:
    """552, by the declared size and by the bytes; the conversation goes on."""
    async with listen(max_bytes=1000) as (listener, kept):
        large = MAIL + b"x" * 70 + b"\r\n" * 500
        with pytest.raises(smtplib.SMTPSenderRefused) as declared:
            await asyncio.to_thread(send, listener.port, large)
        assert declared.value.smtp_code == 552

        def unannounced() -> tuple[int, int]:
            with smtplib.SMTP("127.0.0.1", listener.port, timeout=30) as client:
                client.helo()
                client.mail("a@b.example")
                client.rcpt("help@shop.example")
                first = client.data(large)[0]
                client.mail("a@b.example")
                client.rcpt("help@shop.example")
                return first, client.data(MAIL)[0]

        assert await asyncio.to_thread(unannounced) == (552, 250)
        assert len(kept.events) == 1


async def test_nothing_a_mail_says_is_refused(listen: Listen) -> None:
    """Garbage, long lines, broken heads and deep nesting are all taken; the next mail is unaffected."""
    nested = b"From: a@b.example\r\n" + b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(500)
    )
    mails = [b"x" * 5000, b"\xff\xfe\r\n", b"From: (((((\r\n\r\n", nested, MAIL]
    async with listen() as (listener, kept):
        await asyncio.to_thread(send, listener.port, *mails)
        assert len(kept.events) == len(mails)
        assert kept.events[3].flags == ["unparsed"]
        assert kept.events[-1].text == "hello"


async def test_a_mail_that_hangs_its_reader_is_kept_unread(listen: Listen) -> None:
    """The reader is killed at the deadline, the mail kept without text, the next one read."""
    async with listen(deadline_s=0.3) as (listener, kept):
        for worker in list(listener._readers._idle._queue):  # type: ignore[attr-defined]
            os.kill(worker.pid, signal.SIGSTOP)
        await asyncio.to_thread(send, listener.port, MAIL)
        [event] = kept.events
        assert (event.flags, event.text, event.provider_event_id) == (["unparsed"], None, "1@post.example")
    async with listen() as (listener, kept):
        os.kill(listener._readers._idle._queue[0].pid, signal.SIGKILL)  # type: ignore[attr-defined]
        await asyncio.to_thread(send, listener.port, MAIL, MAIL, MAIL)
        assert [event.text for event in kept.events] == [None, "hello", "hello"]
        assert {event.id for event in kept.events} == {event.id}


async def test_too_many_recipients_are_asked_to_come_again(listen: Listen) -> None:
    """The mail goes to those that were taken."""
    async with listen() as (listener, kept):

        def many() -> dict[str, tuple[int, bytes]]:
            with smtplib.SMTP("127.0.0.1", listener.port, timeout=30) as client:
                people = [f"p{n}@shop.example" for n in range(MAX_RECIPIENTS + 1)]
                return client.sendmail("a@b.example", people, MAIL)

        refused = await asyncio.to_thread(many)
        assert [code for code, _ in refused.values()] == [452]
        assert len(kept.events) == 1


def converse(port: int, rcpts: Sequence[str], mail: bytes) -> list[int]:
    """Send a mail over LMTP and give the codes of all replies after it, one for each recipient."""
    with smtplib.LMTP("127.0.0.1", port, timeout=30) as client:
        client.ehlo()
        client.mail("ada@post.example")
        for rcpt in rcpts:
            assert client.rcpt(rcpt)[0] == 250
        codes = [client.data(mail)[0]]
        codes += [client.getreply()[0] for _ in rcpts[1:]]
        assert client.noop()[0] == 250  # no reply too many, none too few
        return codes


async def test_lmtp_replies_once_for_each_recipient(listen: Listen) -> None:
    """RFC 2033 §4.2; the mail is one event all the same."""
    async with listen(protocol="lmtp") as (listener, kept):
        people = ["help@shop.example", "sales@shop.example", "help@shop.example"]
        assert await asyncio.to_thread(converse, listener.port, people, MAIL) == [250, 250, 250]
        assert await asyncio.to_thread(converse, listener.port, people[:1], MAIL) == [250]
        assert [event.to for event in kept.events] == ["help@shop.example"] * 2


async def test_lmtp_refuses_once_for_each_recipient(listen: Listen) -> None:
    """Too large and too busy are told to each as well."""
    people = ["help@shop.example", "sales@shop.example"]
    async with listen(protocol="lmtp", max_bytes=1000) as (listener, _):
        assert await asyncio.to_thread(converse, listener.port, people, MAIL + b"x\r\n" * 900) == [552, 552]
    async with listen(Busy(), protocol="lmtp") as (listener, _):
        assert await asyncio.to_thread(converse, listener.port, people, MAIL) == [451, 451]


async def test_strangers_are_not_let_in(listen: Listen) -> None:
    """Only the networks that are named may connect."""
    async with listen(peers=["192.0.2.0/24"]) as (listener, _):
        with pytest.raises(smtplib.SMTPConnectError) as refused:
            await asyncio.to_thread(send, listener.port, MAIL)
        assert refused.value.smtp_code == 554


def test_under_uvloop_strangers_and_idlers_go_as_well(listen: Listen) -> None:
    """Its connections are of other classes than asyncio's: who may not connect hears 554, who idles 421."""
    uvloop = pytest.importorskip("uvloop")

    async def both() -> None:
        async with listen(peers=["192.0.2.0/24"]) as (listener, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
            assert (await reader.read()).startswith(b"554")
            writer.close()
        async with listen() as (listener, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
            assert (await reader.readline()).startswith(b"220")
            await listener.stop()
            assert await reader.read() == b"421 4.3.2 going away\r\n"
            writer.close()

    uvloop.run(both())


async def test_stopping_finishes_the_mail_under_way(listen: Listen) -> None:
    """Who has sent a mail hears that it is kept; who only is connected is sent away."""
    async with listen() as (listener, kept):
        kept.open.clear()
        idle, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        sending = asyncio.create_task(asyncio.to_thread(send, listener.port, MAIL))
        await kept.waiting.wait()
        stopping = asyncio.create_task(listener.stop())
        assert (await idle.read()).endswith(b"421 4.3.2 going away\r\n")
        writer.close()
        kept.open.set()
        await stopping
        with contextlib.suppress(smtplib.SMTPException):  # QUIT hears that we are going away
            await sending
        assert len(kept.events) == 1
        with pytest.raises(OSError, match="Connect"):
            await asyncio.open_connection("127.0.0.1", listener.port)
