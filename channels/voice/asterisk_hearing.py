"""Hears an Asterisk: connects, stays connected, and puts what it hears in order.

Nothing can be asked for again, so what was heard waits in a bounded buffer until it is kept. When that is
full no more is read, and Asterisk will end the connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

from channels.voice.asterisk_trace import Trace
from router.errors import Busy, Malformed
from router.model.event import Event
from router.ports import Account, Sink

BUFFER = 10_000  # events: a busy Asterisk with 100 calls a minute makes some 20 a second that matter
BATCH = 200
DRAIN_S = 5.0
_RETRY_S, _RETRY_MOST_S = 0.2, 5.0
_MOST_FAILS = 16
_LOG = logging.getLogger(__name__)


class Refused(Exception):
    """Asterisk does not let us in."""


class Pace(NamedTuple):
    """The waits of a connection, in seconds.

    ``login_s`` for the log-in, ``ping_s`` of silence until we ask whether it is still there and again
    until it counts as dead; ``again_s`` to ``most_s`` between attempts, ``refused_s`` after a refusal.
    """

    login_s: float = 10
    ping_s: float = 30
    again_s: float = 1
    most_s: float = 60
    refused_s: float = 60


PACE = Pace()


class Heard(NamedTuple):
    """Events, and the bytes they were read from."""

    events: Sequence[Event]
    raw: bytes


class Hearing(ABC):
    """A listener of one account; ``start`` never fails because its Asterisk is away.

    ``_trace`` is what it told so far; what is known stays known when the connection is made anew.
    """

    def __init__(self, account: Account, pace: Pace, buffer: int) -> None:
        self._source, self._pace = account.source, pace
        self._trace = Trace(account)
        self._buffer: asyncio.Queue[Heard] = asyncio.Queue(buffer)
        self._fails = 0
        self._tasks: list[asyncio.Task[None]] = []

    @abstractmethod
    async def _hear(self) -> None:
        """Hear one connection to its end: ``_begins`` once it stands, ``_take`` what it tells.

        Refused where it does not let us in; OSError, EOFError or Malformed where it breaks.
        """

    async def start(self, sink: Sink) -> None:
        """Begin to connect; what is heard goes to the sink."""
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._deliver(sink))]

    async def stop(self) -> None:
        """Hear no more, and give what was heard a few seconds to be kept."""
        if not self._tasks:
            return
        listening, delivering = self._tasks
        self._tasks = []
        await _ended(listening)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._buffer.join(), DRAIN_S)
        await _ended(delivering)

    def _begins(self) -> None:
        """Note that a connection stands."""
        self._fails = 0
        _LOG.info("%s is heard", self._source)

    async def _take(self, events: Sequence[Event], raw: bytes) -> None:
        """Let events wait for the sink; waits itself while too many do."""
        if events:
            await self._buffer.put(Heard(events, raw))

    async def _listen(self) -> None:
        """Connect again and again, with longer and longer pauses while it is of no use."""
        while True:
            least_s = 0.0
            try:
                await self._hear()
                _LOG.warning("%s ended the connection", self._source)
            except Refused as refusal:
                least_s = self._pace.refused_s
                _LOG.error("%s does not let us in: %s", self._source, refusal)
            except (OSError, EOFError, Malformed) as problem:
                why = str(problem) or type(problem).__name__
                _LOG.warning("%s cannot be heard: %s", self._source, why)
            except Exception:  # noqa: BLE001 - our own mistake must not end the listening
                _LOG.exception("%s cannot be heard", self._source)
            pause_s = min(self._pace.most_s, self._pace.again_s * 2**self._fails)
            self._fails = min(self._fails + 1, _MOST_FAILS)
            # Spread, so that not all who lost it come back at once.
            await asyncio.sleep(max(least_s, pause_s) * random.uniform(0.5, 1))  # noqa: S311

    async def _deliver(self, sink: Sink) -> None:
        """Hand on what waits, in order, as much at once as there is."""
        while True:
            heard = [await self._buffer.get()]
            while len(heard) < BATCH and not self._buffer.empty():
                heard.append(self._buffer.get_nowait())
            events = [event for each in heard for event in each.events]
            await self._keep(sink, events, b"".join(each.raw for each in heard))
            for _ in heard:
                self._buffer.task_done()

    async def _keep(self, sink: Sink, events: Sequence[Event], raw: bytes) -> None:
        """Try until the sink takes them; only what it refuses for good is given up."""
        pause_s = _RETRY_S
        while True:
            try:
                await sink.post(events, raw)
            except (Busy, OSError):
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _RETRY_MOST_S)
            except Exception:  # noqa: BLE001 - what is refused for good must not hold up the rest
                _LOG.exception("%s: %d events could not be kept", self._source, len(events))
                return
            else:
                return


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
