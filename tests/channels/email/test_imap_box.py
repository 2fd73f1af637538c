"""A box against a server that says what it likes: nothing hangs, nothing is told that must not be."""

from __future__ import annotations

import asyncio
import imaplib

import pytest
from imap_script import Script

from channels.email.aside import aside
from channels.email.imap import ImapListener
from channels.email.imap_box import Listed, Unfetched
from channels.email.imap_wire import Refused, why
from router.ports import Account, Outside, Sink

OUTSIDE: Outside = object()  # type: ignore[assignment]  # IMAP calls nobody by HTTP
SINK: Sink = object()  # type: ignore[assignment]  # nothing gets so far
LISTED = '* 1 FETCH (UID 5 INTERNALDATE "02-Mar-2026 10:00:00 +0100")\r\n'


async def test_without_plain_it_logs_in_by_name_and_password() -> None:
    """Quoted, so that a quotation mark ends nothing."""
    async with Script() as script:
        box = script.box(password='a "b" \\')
        await aside(box.open)
        box.hang_up()
        assert script.lines[1].partition(" ")[2] == 'LOGIN "he\\"lp" "a \\"b\\" \\\\"\r\n'


async def test_letters_beyond_ascii_need_plain() -> None:
    """The old way to log in has no way to write them, and nothing is sent."""
    async with Script() as script:
        with pytest.raises(Refused, match="only ASCII"):
            await aside(script.box(password="pässword").open)
        assert len(script.lines) == 1


@pytest.mark.parametrize("kind", ["NO", "BAD"])
async def test_a_password_that_is_echoed_is_not_told(kind: str) -> None:
    """Some servers repeat a command they do not understand."""
    async with Script(LOGIN=f'{{tag}} {kind} [X] b"LOGIN help s3cret"\r\n') as script:
        with pytest.raises(Refused) as refused:
            await aside(script.box().open)
        assert "s3cret" not in str(refused.value)


async def test_without_starttls_nothing_is_told() -> None:
    """A server, or who sits before it, that does not offer TLS gets no password."""
    async with Script() as script:
        with pytest.raises(imaplib.IMAP4.error, match="TLS"):
            await aside(script.box(security="starttls").open)
        assert len(script.lines) == 1


@pytest.mark.parametrize("greeting", ["", "HTTP/1.1 400 Bad Request\r\n", "* BYE too many\r\n", "\xff\r\n"])
async def test_what_is_no_mail_server_is_an_error(greeting: str) -> None:
    """And one that the polling knows."""
    async with Script(greeting=greeting + "\r\n") as script:
        with pytest.raises((imaplib.IMAP4.error, OSError)):
            await aside(script.box().open)


async def test_a_folder_must_tell_its_numbers() -> None:
    """Without them no mail could be known again."""
    async with Script(EXAMINE="* OK [UIDNEXT 9] ok\r\n{tag} OK done\r\n") as script:
        box = script.box()
        await aside(box.open)
        with pytest.raises(Refused, match="UIDVALIDITY"):
            await aside(box.look)
        box.hang_up()


async def test_a_list_is_in_order_and_bounded() -> None:
    """Whatever the server adds; `n:*` always names the last mail, so some servers send too many."""
    lines = "".join(LISTED.replace("UID 5", f"UID {uid}") for uid in (8, 6, 5, 99))
    noise = "* 3 FETCH (FLAGS (\\Seen))\r\n* 4 EXISTS\r\n* 2 FETCH (UID 7)\r\n"
    async with Script(lines + noise + "{tag} OK done\r\n") as script:
        box = script.box()
        await aside(box.open)
        await aside(box.look)
        found = await aside(box.list, 5, 8)
        box.hang_up()
    assert [mail.uid for mail in found] == [5, 6, 7, 8]
    assert found[0] == Listed(5, 1_772_442_000)


@pytest.mark.parametrize(
    ("told", "mail"),
    [
        ("* 1 FETCH (UID 5 BODY[]<0> {5}\r\nhello)\r\n", b"hello"),
        ("* 1 FETCH (BODY[]<0> {5}\r\nhello UID 5)\r\n", b"hello"),
        ("* 1 FETCH (FLAGS (\\Seen) UID 5 BODY[] {5}\r\nhello)\r\n", b"hello"),
        ('* 1 FETCH (UID 5 BODY[]<0> "a \\"b\\" \\\\")\r\n', b'a "b" \\'),
        ("* 1 FETCH (UID 5 BODY[]<0> NIL)\r\n", b""),
        ("* 1 FETCH (UID 5 BODY[]<0> {0}\r\n)\r\n", b""),
        ("* 2 FETCH (UID 6 BODY[] {3}\r\nno!)\r\n* 1 FETCH (UID 5 BODY[] {5}\r\nhello)\r\n", b"hello"),
        ("* 1 FETCH (BODY[] {9}\r\nUID 6 no! UID 5)\r\n", b"UID 6 no!"),
        ("* 9 FETCH (FLAGS ())\r\n* 1 FETCH (UID 5 BODY[] {5}\r\nhello)\r\n", b"hello"),
    ],
)
async def test_a_mail_is_found_in_whatever_form_it_comes(told: str, mail: bytes) -> None:
    """Servers write the same answer in many ways."""
    async with Script(told + "{tag} OK done\r\n", LISTED + "{tag} OK done\r\n") as script:
        box = script.box()
        await aside(box.open)
        await aside(box.look)
        assert await aside(box.fetch, 5, 1025) == mail
        box.hang_up()
        assert script.lines[3].split(maxsplit=1)[1] == "UID FETCH 5 (UID BODY.PEEK[]<0.1025>)\r\n"


async def test_gone_is_not_the_same_as_not_given() -> None:
    """A mail that is still listed waits; one that is not was deleted, however little is said of it."""
    done, empty = "{tag} OK done\r\n", "* 1 FETCH (UID 5 BODY[]<0> {0}\r\n)\r\n{tag} OK done\r\n"
    async with Script("{tag} NO sorry\r\n", LISTED + done, done, done, empty, done) as script:
        box = script.box()
        await aside(box.open)
        await aside(box.look)
        with pytest.raises(Unfetched):
            await aside(box.fetch, 5, 1025)
        assert [await aside(box.fetch, 5, 1025) for _ in range(2)] == [None, None]
        box.hang_up()


async def test_no_more_is_read_than_was_asked_for() -> None:
    """A server that announces gigabytes is not waited for."""
    async with Script("* 1 FETCH (UID 5 BODY[] {9999999999}\r\n") as script:
        box = script.box()
        await aside(box.open)
        await aside(box.look)
        with pytest.raises(imaplib.IMAP4.abort, match="more than was asked"):
            await aside(box.fetch, 5, 1025)
        box.hang_up()


async def test_hanging_up_wakes_whoever_waits() -> None:
    """A server that falls silent holds up nobody who wants to stop."""
    async with Script() as script:
        box = script.box()
        await aside(box.open)
        await aside(box.look)
        listing = asyncio.create_task(aside(box.list, 1, 2))
        await script.silent.wait()
        box.hang_up()
        with pytest.raises((imaplib.IMAP4.error, OSError, ValueError)):
            await listing


async def test_a_silent_server_holds_up_no_stop() -> None:
    """The listener ends at once, whatever it waits for."""
    async with Script(CAPABILITY="") as script:
        settings = {
            "imap_host": "127.0.0.1", "imap_port": script.port, "imap_security": "none",
            "imap_user": "help", "imap_password": "s3cret",
        }  # fmt: skip
        listener = ImapListener.of(Account("email", "email_raw", "main", settings=settings), OUTSIDE)
        assert listener is not None
        await listener.start(SINK)
        async with asyncio.timeout(20):  # less than a piece of an answer may take
            await script.silent.wait()
            await listener.stop()


def test_what_went_wrong_is_told_without_the_bytes() -> None:
    """Nor more than a line of it; an apostrophe is none of them."""
    assert why(imaplib.IMAP4.abort("unexpected response: b'* my words'")) == "unexpected response"
    assert why(imaplib.IMAP4.error('LOGIN command error: BAD [b"s3cret"]')) == "LOGIN command error: BAD"
    assert why(imaplib.IMAP4.error("Bob's mailbox is away")) == "Bob's mailbox is away"
    assert why(OSError()) == "OSError"
    assert len(why(OSError("x" * 1000))) == 200
