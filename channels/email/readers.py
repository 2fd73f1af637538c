"""Readers: a few workers that read mail, each with a deadline after which it is killed."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time

import msgspec

from channels.email.mail import Envelope
from channels.email.raw import unparsed
from channels.email.worker import Job, frame
from router.errors import Busy
from router.model.event import Event
from router.ports import Account

MAX_ANSWER = 16 * 1024 * 1024  # bytes; the bounds of an event keep it far below
_EVENTS = msgspec.msgpack.Decoder(list[Event])


class Readers:
    """``number`` workers; each mail has ``deadline_s`` seconds, and so has the wait for a worker."""

    def __init__(self, number: int = 2, deadline_s: float = 5.0) -> None:
        self._number = number
        self._deadline_s = deadline_s
        self._idle: asyncio.Queue[asyncio.subprocess.Process | None] = asyncio.Queue()

    async def start(self) -> None:
        """Start the workers."""
        for _ in range(self._number):
            self._idle.put_nowait(await _hire())

    async def stop(self) -> None:
        """End the workers, once each is done with its mail."""
        for _ in range(self._number):
            await _dismiss(await self._idle.get(), self._deadline_s)

    async def read(self, raw: bytes, account: Account, envelope: Envelope) -> list[Event]:
        """Read one mail; Busy when all workers are taken until the deadline.

        A mail that takes longer, or takes its worker down, is given back ``unparsed``: sending it
        again would only do the same to the next worker.
        """
        worker = await self._free()
        job = Job(raw, msgspec.structs.replace(account, secret=None), time.time(), envelope)
        try:
            async with asyncio.timeout(self._deadline_s):
                worker = worker or await _hire()
                events = await _ask(worker, job)
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError, msgspec.DecodeError, ValueError):
            await _dismiss(worker)
            worker = None
            return unparsed(raw, account, job.now, envelope)
        except BaseException:
            await _dismiss(worker)  # it may still be at a mail that nobody waits for
            worker = None
            raise
        else:
            return events
        finally:
            self._idle.put_nowait(worker)

    async def _free(self) -> asyncio.subprocess.Process | None:
        try:
            async with asyncio.timeout(self._deadline_s):
                return await self._idle.get()
        except TimeoutError:
            raise Busy("all readers of mail are busy") from None


async def _hire() -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "channels.email.worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


async def _dismiss(worker: asyncio.subprocess.Process | None, patience_s: float = 0) -> None:
    """End a worker: it ends with its input, or is killed after ``patience_s`` seconds."""
    if worker is None:
        return
    if worker.stdin:
        worker.stdin.close()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patience_s):
            await worker.wait()
            return
    with contextlib.suppress(ProcessLookupError):
        worker.kill()
    await worker.wait()


async def _ask(worker: asyncio.subprocess.Process, job: Job) -> list[Event]:
    """Give the job and take the answer; whatever is not a list of whole events raises ValueError."""
    if worker.stdin is None or worker.stdout is None:
        raise ConnectionError("the worker has no pipes")
    worker.stdin.write(frame(msgspec.msgpack.encode(job)))
    await worker.stdin.drain()
    length = int.from_bytes(await worker.stdout.readexactly(4), "big")
    if length > MAX_ANSWER:
        raise ValueError("the worker answers too much")
    return _EVENTS.decode(await worker.stdout.readexactly(length))
