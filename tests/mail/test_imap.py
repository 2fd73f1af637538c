"""IMAP from a real Dovecot: every mail once, whatever happens to it, to us, or to the server."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from dovecot import Mailbox

Poll = Callable[..., AbstractAsyncContextManager[None]]
Kept = Any
DAY_S = 86_400


def mail(number: int, text: str = "", more: str = "") -> bytes:
    """Write a mail."""
    head = f"From: Ada <ada@post.example>\r\nTo: help@shop.example\r\nMessage-ID: <{number}@post.example>\r\n"
    return f"{head}{more}Subject: no. {number}\r\n\r\n{text or f'mail {number}'}\r\n".encode()


async def test_what_lies_there_and_what_comes_is_taken_once(mailbox: Mailbox, poll: Poll, kept: Kept) -> None:
    """In order, across restarts; the bytes are those of the server, and nothing is marked as read."""
    mailbox.deliver(mail(1), mail(2))
    async with poll():
        assert await kept.texts(2) == ["mail 1", "mail 2"]
        mailbox.deliver(mail(3))
        assert await kept.texts(3) == ["mail 1", "mail 2", "mail 3"]
    mailbox.deliver(mail(4))
    async with poll():
        assert await kept.texts(4) == ["mail 1", "mail 2", "mail 3", "mail 4"]
    assert kept.raws == [mail(n) for n in (1, 2, 3, 4)]
    assert [path.name.partition(":2,")[2] for path in mailbox.files()] == ["", "", "", ""]
    first = kept.events[0]
    assert (first.source, first.customer.value, first.to) == (
        "email_raw:main", "ada@post.example", "help@shop.example",
    )  # fmt: skip
