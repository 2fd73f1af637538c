"""A server that speaks the manager interface as far as a listener asks, and plays what a test gives it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import ssl
from collections.abc import Sequence

import captured

from channels.voice.asterisk_blocks import Block, Blocks
from router.errors import Busy
from router.model.event import Event
from router.ports import Result

SECRET = "a-manager-password"


def trace(name: str) -> bytes:
    """Give a sample as Asterisk sends it after the log-in: without the banner."""
    [sample] = [each for each in captured.samples("asterisk") if each["name"] == name]
    banner, _, rest = captured.body(sample).partition(b"\r\n")
    return rest if banner.startswith(b"Asterisk") else captured.body(sample)


class Manager:
    """Waits on ``port`` for log-ins; ``sessions`` gives each connection that got in.

    ``channels`` and ``queues`` are the lists it answers with, ``banner`` what it greets with. ``met`` and
    ``pinged`` count connections and pings.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.port = 0
        self.banner = b"Asterisk Call Manager/9.0.0\r\n"
        self.secret = SECRET
        self.channels = b""
        self.queues = b""
        self.pongs = True
        self.actions: list[Block] = []
        self.sessions: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
        self.met = asyncio.Semaphore(0)
        self.pinged = asyncio.Semaphore(0)
        self._tls = tls
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen: on a free port the first time, on the same one later."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Hang up on everybody and listen no more."""
        if self._server is not None:
            self._server.close()
            self.cut()
            await self._server.wait_closed()

    def cut(self) -> None:
        """Break every connection."""
        for writer in tuple(self._open):
            writer.transport.abort()

    def named(self, action: str) -> list[Block]:
        """Give the actions of a name that came so far."""
        return [block for block in self.actions if block.fields["action"] == action]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        self.met.release()
        with contextlib.suppress(ConnectionError):
            writer.write(self.banner)
            blocks = Blocks()
            while data := await reader.read(65_536):
                for block in blocks.feed(data):
                    self.actions.append(block)
                    self._answer(writer, block)
        self._open.discard(writer)
        writer.close()

    def _answer(self, writer: asyncio.StreamWriter, block: Block) -> None:
        number = f"ActionID: {block.fields['actionid']}\r\n".encode()
        lists = {"CoreShowChannels": self.channels, "QueueStatus": self.queues}
        name = block.fields["action"]
        if name == "Challenge":
            writer.write(b"Response: Success\r\n" + number + b"Challenge: 190318\r\n\r\n")
        elif name == "Login":
            key = hashlib.md5(f"190318{self.secret}".encode(), usedforsecurity=False).hexdigest()
            good = (block.fields["username"], block.fields["key"]) == ("router", key)
            said = b"Success\r\nMessage: in" if good else b"Error\r\nMessage: Authentication failed"
            writer.write(b"Response: " + said + b"\r\n" + number + b"\r\n")
        elif name in lists:
            writer.write(b"Response: Success\r\nEventList: start\r\n" + number + b"\r\n" + lists[name])
            writer.write(b"Event: " + name.encode() + b"Complete\r\n" + number + b"\r\n")
            if name == "QueueStatus":
                self.sessions.put_nowait(writer)
        elif name == "Ping":
            self.pinged.release()
            if self.pongs:
                writer.write(b"Response: Success\r\nPing: Pong\r\n" + number + b"\r\n")
        else:
            writer.write(b"Response: Success\r\n" + number + b"\r\n")


class Kept:
    """A sink that keeps what it gets, and is busy as often as ``busy`` says."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.raws: list[bytes] = []
        self.failures: list[Exception] = []
        self.open = asyncio.Event()
        self.open.set()
        self.posted = asyncio.Condition()

    async def post(self, events: Sequence[Event], raw: bytes) -> Sequence[Result]:
        """Keep the events once ``open`` is set, or fail as told."""
        async with self.posted:
            self.posted.notify_all()
        await self.open.wait()
        if self.failures:
            raise self.failures.pop()
        async with self.posted:
            self.events += events
            self.raws.append(raw)
            self.posted.notify_all()
        return [Result(event.id, None, None, None, False) for event in events]

    async def until(self, count: int) -> list[str]:
        """Wait until so many events are kept; give their ids."""
        async with asyncio.timeout(30), self.posted:
            await self.posted.wait_for(lambda: len(self.events) >= count)
        return [event.id for event in self.events]


def busy(times: int) -> list[Exception]:
    """Give as many refusals that pass."""
    return [Busy("full") for _ in range(times)]
