"""The readers: workers with a deadline, and the frames spoken with them."""

from __future__ import annotations

import io

import msgspec
import pytest

from channels.email.mail import Envelope
from channels.email.readers import Readers
from channels.email.worker import Job, frame, work
from router.errors import Busy
from router.model.event import Event
from router.ports import Account

MAIL = b"From: ada@post.example\n\nhello"


def test_a_worker_answers_each_job_with_its_events(account: Account) -> None:
    """It reads frames until its input ends, even in the middle of one."""
    job = frame(msgspec.msgpack.encode(Job(MAIL, account, 1_775_000_000.0, Envelope("", ("a@b.example",)))))
    out = io.BytesIO()
    work(io.BytesIO(job + job + b"\0\0"), out)
    answers = out.getvalue()
    length = int.from_bytes(answers[:4], "big")
    assert len(answers) == 2 * (4 + length)
    [event] = msgspec.msgpack.decode(answers[4 : 4 + length], type=list[Event])
    assert (event.text, event.to, event.flags) == ("hello", "a@b.example", ["auto"])


async def test_when_all_are_taken_the_mail_must_come_again(account: Account) -> None:
    """Waiting for a reader has the same deadline as reading."""
    readers = Readers(number=0, deadline_s=0.05)
    with pytest.raises(Busy):
        await readers.read(MAIL, account, Envelope())


async def test_a_worker_never_learns_the_secret(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signatures are not its business."""
    jobs: list[bytes] = []

    def heard(body: bytes) -> bytes:
        jobs.append(body)
        return frame(body)

    monkeypatch.setattr("channels.email.readers.frame", heard)
    readers = Readers(number=1)
    await readers.start()
    try:
        [event] = await readers.read(MAIL, account, Envelope())
    finally:
        await readers.stop()
    assert event.text == "hello"
    assert len(jobs) == 1
    assert b"s3cret" not in jobs[0]
