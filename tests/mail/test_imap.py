"""IMAP from a real Dovecot: every mail once, whatever happens to it, to us, or to the server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import time

import pytest
from dovecot import PASSWORD, Dovecot, Mailbox
from mailroom import Kept, Poll, mail, text_of, texts

from router.errors import Busy

DAY_S = 86_400


async def test_what_lies_there_and_what_comes_is_taken_once(mailbox: Mailbox, poll: Poll, kept: Kept) -> None:
    """In order, across restarts; the bytes are those of the server, and nothing is marked as read."""
    mailbox.deliver(mail(1), mail(2))
    async with poll():
        assert await kept.texts(2) == texts(1, 2)
        mailbox.deliver(mail(3))
        assert await kept.texts(3) == texts(1, 2, 3)
    mailbox.deliver(mail(4))
    async with poll():
        assert await kept.texts(4) == texts(1, 2, 3, 4)
    assert kept.raws == [mail(n) for n in (1, 2, 3, 4)]
    assert [path.name.partition(":2,")[2] for path in mailbox.files()] == ["", "", "", ""]
    event = kept.events[0]
    assert event.customer is not None
    assert (event.source, event.customer.value, event.to) == (
        "email_raw:main", "ada@post.example", "help@shop.example",
    )  # fmt: skip


async def test_from_now_on_means_what_comes_later(mailbox: Mailbox, poll: Poll, kept: Kept) -> None:
    """What lay there at the first start is left, also when the next mails come while nobody looks."""
    mailbox.deliver(mail(1), mail(2))
    async with poll(imap_from="now"):
        await kept.until(lambda: kept.where is not None)
    mailbox.deliver(mail(3))
    async with poll(imap_from="now"):
        assert await kept.texts(1) == texts(3)


async def test_a_busy_sink_skips_nothing(mailbox: Mailbox, poll: Poll, kept: Kept) -> None:
    """Refused for now, a mail comes again before the next; so does one whose place could not be kept."""
    mailbox.deliver(mail(1), mail(2), mail(3))
    kept.failures = [Busy(), OSError("the disk is full"), Busy()]
    kept.misplaced = [Busy()]
    async with poll():
        assert await kept.texts(3) == texts(1, 2, 3)


async def test_killed_before_the_place_was_kept(mailbox: Mailbox, poll: Poll, kept: Kept) -> None:
    """The same mail comes again, under the same id: whoever keeps events knows it."""
    mailbox.deliver(mail(1), mail(2))
    async with poll():
        await kept.until(lambda: kept.where is not None and '"uid":1' in kept.where)
        before = kept.where
        await kept.texts(2)
    kept.where = before
    async with poll():
        await kept.texts(3)
    assert kept.events[2].id == kept.events[1].id


async def test_a_mistake_of_ours_holds_up_nothing(mailbox: Mailbox, poll: Poll, kept: Kept) -> None:
    """The mail at which it happens is owed; those behind it are taken, and it comes with the next look."""
    mailbox.deliver(mail(1), mail(2), mail(3))
    kept.failures = [ValueError("a mistake"), ValueError("and again")]
    async with poll():
        first, *owed = await kept.texts(3)
        assert (first, sorted(map(str, owed))) == ("mail 3", texts(1, 2))
        await kept.until(lambda: "owed" not in str(kept.where))


async def test_many_mails_with_a_gap(mailbox: Mailbox, poll: Poll, kept: Kept) -> None:
    """Three hundred, of which a stretch was deleted, all in order."""
    mailbox.deliver(*(mail(n) for n in range(1, 301)))
    async with poll(imap_from="now"):
        await kept.until(lambda: kept.where is not None)  # so that they have numbers
    for path in mailbox.files()[100:200]:
        path.unlink()
    kept.where = None
    async with poll():
        assert await kept.texts(200) == texts(*range(1, 101), *range(201, 301))


async def test_mails_deleted_while_they_are_fetched(mailbox: Mailbox, poll: Poll, kept: Kept) -> None:
    """What is deleted at random meanwhile is taken or gone; all that stays is taken, and nothing twice."""
    chance = random.Random(7)  # noqa: S311 - to have the same churn each time
    async with poll():
        for first in range(0, 300, 10):
            mailbox.deliver(*(mail(n) for n in range(first, first + 10)))
            for path in chance.sample(mailbox.files(), 4):
                with contextlib.suppress(FileNotFoundError):  # renamed by the server at this moment
                    path.unlink()
            await asyncio.sleep(0)
        await kept.until(lambda: bool(kept.events))
        mailbox.deliver(mail(300))
        await kept.until(lambda: kept.events[-1].text == "mail 300")
    found = [event.text for event in kept.events]
    assert len(found) == len(set(found))
    assert {text_of(path.read_bytes()) for path in mailbox.files()} <= set(found)


async def test_a_huge_mail_is_known_by_its_head(mailbox: Mailbox, poll: Poll, kept: Kept) -> None:
    """It is flagged, and its beginning is kept; read with more room it has the same id."""
    huge = mail(2, "x" * 70 + "\r\n" + ("y" * 70 + "\r\n") * 5000)
    mailbox.deliver(mail(1), huge, mail(3))
    async with poll(imap_max_bytes=200_000):
        assert await kept.texts(3) == ["mail 1", None, "mail 3"]
    flagged = kept.events[1]
    assert (flagged.flags, flagged.subject) == (["unparsed"], "no. 2")
    assert huge.startswith(kept.raws[1])
    assert len(kept.raws[1]) < 200_000
    kept.where = None
    async with poll():
        await kept.texts(6)
    assert kept.events[4].text
    assert kept.events[4].id == flagged.id


HOSTILE = [
    b"",
    b"\r\n",
    b"\0" * 1000,
    b"x" * 300_000,
    b"From: " + b"(" * 5000 + b"\r\n\r\n",
    b"\xff\xfe: \xff\r\n\r\n\xff",
    b"From: a@b.example\r\nTo: " + b", ".join(b"p%d@c.example" % n for n in range(20_000)) + b"\r\n\r\nhi",
    b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(500)),
    b"From: a@b.example\r\n\r\n) FETCH (UID 99 BODY[] {3}\r\n* BYE\r\nA1 OK done\r\n",
]


async def test_hostile_mails_hold_up_nothing(mailbox: Mailbox, poll: Poll, kept: Kept) -> None:
    """Each is kept somehow, with its bytes, and the one behind them is read. IMAP cannot carry NUL."""
    mailbox.deliver(*HOSTILE, mail(1))
    async with poll():
        assert (await kept.texts(len(HOSTILE) + 1))[-1] == "mail 1"
    assert kept.raws == [raw.replace(b"\0", b"\x80") for raw in (*HOSTILE, mail(1))]


async def test_a_mail_that_takes_its_reader_down_is_kept_unread(
    mailbox: Mailbox, poll: Poll, kept: Kept
) -> None:
    """Its head and its bytes are there, and the next one is read by another reader."""
    async with poll() as listener:
        os.kill(listener._readers._idle._queue[0].pid, signal.SIGKILL)  # type: ignore[attr-defined]
        mailbox.deliver(mail(1), mail(2))
        assert await kept.texts(2) == [None, "mail 2"]
    assert (kept.events[0].flags, kept.events[0].subject) == (["unparsed"], "no. 1")
    assert kept.raws[0] == mail(1)


async def test_a_mail_the_server_cannot_give_waits(
    mailbox: Mailbox, poll: Poll, kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told of and tried again, those behind it are taken; once it is mended it is taken too."""
    mailbox.deliver(mail(1), mail(2), mail(3), mail(4))
    one, other = mailbox.files()[0], mailbox.files()[2]
    async with poll(imap_from="now"):
        await kept.until(lambda: kept.where is not None)  # so that they have numbers, and stand in the cache
    kept.where = None
    mailbox.spoil(one.name)
    mailbox.spoil(other.name)
    async with poll():
        assert await kept.texts(2) == texts(2, 4)
        assert "email_raw:main: mail 1 waits" in caplog.text
        mailbox.mend(other.name)
        assert await kept.texts(3) == texts(2, 4, 3)
        mailbox.deliver(mail(5))
        assert await kept.texts(4) == texts(2, 4, 3, 5)
    mailbox.mend(one.name)
    async with poll():
        assert await kept.texts(5) == texts(2, 4, 3, 5, 1)
        await kept.until(lambda: "owed" not in str(kept.where))


async def test_a_folder_numbered_anew_is_looked_through_again(
    mailbox: Mailbox, poll: Poll, kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    """What came within a week comes again under the same ids, older mails do not; what is new is taken."""
    now_s = time.time()
    mailbox.deliver(mail(1), arrived_s=now_s - 400 * DAY_S)
    mailbox.deliver(mail(2), arrived_s=now_s - 3 * DAY_S)
    mailbox.deliver(mail(3))
    async with poll():
        await kept.texts(3)
    mailbox.number_anew()
    mailbox.deliver(mail(4), arrived_s=now_s - 2 * DAY_S)
    async with poll():
        assert sorted(map(str, (await kept.texts(6))[3:])) == texts(2, 3, 4)
        mailbox.deliver(mail(5), arrived_s=now_s - 400 * DAY_S)
        assert (await kept.texts(7))[6] == "mail 5"
    assert "numbered anew" in caplog.text
    assert len({event.id for event in kept.events}) == 5


async def test_a_wrong_password_is_said_and_tried_again(
    mailbox: Mailbox, poll: Poll, kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    """The log names the account and the server's words, never the password; mended, mail comes in."""
    mailbox.deliver(mail(1))
    mailbox.server.let_in(mailbox.user, "another")
    async with poll():
        await kept.logged(caplog, "email_raw:main does not let us in: [AUTHENTICATIONFAILED]")
        mailbox.server.let_in(mailbox.user, PASSWORD)
        assert await kept.texts(1) == texts(1)
    assert PASSWORD not in caplog.text


async def test_a_folder_is_found_by_its_name(
    mailbox: Mailbox, poll: Poll, kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    """With letters beyond ASCII and signs that mean something; one that is not there is said."""
    async with poll(imap_folder='Anfragen & "Büro"'):
        await kept.logged(caplog, "folder 'Anfragen & \"Büro\"': ")
        mailbox.create('.Anfragen &- "B&APw-ro"')
        mailbox.deliver(mail(1), folder='.Anfragen &- "B&APw-ro"')
        assert await kept.texts(1) == texts(1)


async def test_a_server_that_goes_and_comes_back(poll_of: Poll, kept: Kept) -> None:
    """What came meanwhile is taken once it is there again."""
    server = Dovecot()
    try:
        mailbox = server.mailbox()
        mailbox.deliver(mail(1))
        async with poll_of(mailbox):
            server.start()
            await kept.texts(1)
            server.stop()
            mailbox.deliver(mail(2))
            server.start()
            assert await kept.texts(2) == texts(1, 2)
    finally:
        server.remove()
