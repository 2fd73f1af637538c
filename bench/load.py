"""The client: keeps a server busy from a process of its own, and says what it saw.

Closed loop: so many connections, each sends its next request when the answer is there. Open loop: so many
requests a second, whatever the server does; then a time counts from when the request was due, so that a
server that stands still cannot hide it (coordinated omission).
"""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

MARK = b"@@@@@@@@@@"
"""Stands in a body where each request has a number of its own, ten digits wide."""

LONGEST_S = 30.0
"""How long an answer may take."""

_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


class Plan(Struct, frozen=True, kw_only=True):
    """What to send: the requests in turn, for ``seconds`` after ``warm_s`` in which nothing counts.

    ``rate``: requests a second, None in a closed loop. ``first``: the number to count up from; after
    ``span`` numbers they are sent again. The number chooses the body, so the same one is the same request.
    """

    url: str
    paths: Sequence[str]
    bodies: Sequence[bytes] = (b"",)
    headers: Mapping[str, str] = {}
    connections: int = 64
    seconds: float = 3.0
    warm_s: float = 0.5
    rate: float | None = None
    first: int = 0
    span: int = 10**9


class Seen(Struct, frozen=True, kw_only=True):
    """What came of it. ``good`` answers of status 2xx, ``bad`` others; times in ms."""

    good: int
    bad: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Give good answers a second."""
        return self.good / self.seconds


class Client:
    """Sends the requests of a plan and keeps the time each took."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._requests = _requests(plan)
        self._begin = self._end = 0.0
        self._took: list[float] = []
        self._bad = 0
        self._answered = asyncio.Event()
        self._idle: list[_Line] = []
        self._late: deque[float] = deque()

    async def run(self) -> Seen:
        """Connect, send, and stop when the time is over."""
        loop, where = asyncio.get_running_loop(), urlsplit(self._plan.url)
        lines = [
            (await loop.create_connection(lambda: _Line(self), where.hostname or "", where.port or 0))[1]
            for _ in range(self._plan.connections)
        ]
        self._begin = perf_counter() + self._plan.warm_s
        self._end = self._begin + self._plan.seconds
        if self._plan.rate is None:
            for line in lines:
                self.free(line)
        else:
            self._idle = lines
            await self._pace(self._plan.rate)
        await asyncio.sleep(max(0.0, self._end - perf_counter()))
        async with asyncio.timeout(LONGEST_S):  # one answer at least, however busy the machine is
            await self._answered.wait()
        for line in lines:
            line.close()
        return self._seen()

    async def _pace(self, rate: float) -> None:
        """Let a request fall due every 1/rate seconds."""
        due = perf_counter()
        while due < self._end:
            await asyncio.sleep(max(0.0, due - perf_counter()))
            self._late.append(due)
            due += 1 / rate
            if self._idle:
                self.free(self._idle.pop())

    def free(self, line: _Line) -> None:
        """Give a line its next request, if there is one now."""
        now = perf_counter()
        if self._plan.rate is None:
            if now < self._end:
                line.send(next(self._requests), now)
        elif self._late:
            line.send(next(self._requests), self._late.popleft())
        else:
            self._idle.append(line)

    def note(self, status: bytes, since: float) -> None:
        """Note an answer."""
        now = perf_counter()
        if now < self._begin or (now >= self._end and self._took):
            return
        self._end = max(self._end, now)
        self._answered.set()
        if status[:1] == b"2":
            self._took.append(now - since)
        else:
            self._bad += 1

    def _seen(self) -> Seen:
        took = sorted(self._took) or [0.0]
        p50, p99 = (took[int(len(took) * part)] * 1000 for part in (0.5, 0.99))
        seconds = self._end - self._begin
        return Seen(good=len(self._took), bad=self._bad, seconds=seconds, p50_ms=p50, p99_ms=p99)


class _Line(asyncio.Protocol):
    """One connection with one request on its way."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._read = bytearray()
        self._since = 0.0
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def send(self, request: bytes, since: float) -> None:
        """Send a request; it counts from ``since`` on."""
        if self._transport is not None:
            self._since = since
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Read an answer whose length is said; nothing follows it before the next request."""
        self._read += data
        end = self._read.find(_END)
        if end < 0:
            return
        head = bytes(self._read[:end]).lower()
        place = head.index(_LENGTH) + len(_LENGTH)
        if len(self._read) < end + len(_END) + int(head[place:].split(b"\r\n", 1)[0]):
            return
        self._read.clear()
        self._client.note(head[9:12], self._since)
        self._client.free(self)

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()


def _requests(plan: Plan) -> Iterator[bytes]:
    """Write the requests of a plan, for ever."""
    bodies = plan.bodies
    packed = [_request(plan, path, bodies[n % len(bodies)]) for n, path in enumerate(_paths(plan))]
    marked = MARK in packed[0]
    for number in itertools.cycle(range(plan.span)):
        request = packed[number % len(packed)]
        yield request.replace(MARK, b"%010d" % (plan.first + number)) if marked else request


def _paths(plan: Plan) -> Iterator[str]:
    """Give a path for each body, or a body for each path, whichever are more."""
    return itertools.islice(itertools.cycle(plan.paths), max(len(plan.paths), len(plan.bodies)))


def _request(plan: Plan, path: str, body: bytes) -> bytes:
    named = {"Host": "bench", **plan.headers}
    if body:
        named["Content-Length"] = str(len(body))
    lines = [
        f"{'POST' if body else 'GET'} {path} HTTP/1.1",
        *(f"{name}: {value}" for name, value in named.items()),
    ]
    return "\r\n".join(lines).encode() + _END + body


def send(plan: Plan) -> Seen:
    """Run a plan in a process of its own, and wait for what it saw."""
    return begin(plan)()


def begin(plan: Plan) -> Waiting:
    """Let a plan begin in a process of its own; what is given waits for its end."""
    command = [sys.executable, "-m", "bench.load"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - ourselves
    assert process.stdin is not None
    process.stdin.write(msgspec.msgpack.encode(plan))
    process.stdin.close()
    return Waiting(process)


class Waiting:
    """A client at work in a process of its own."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def __call__(self) -> Seen:
        """Wait for its end and give what it saw."""
        assert self._process.stdout is not None
        seen = msgspec.msgpack.decode(self._process.stdout.read(), type=Seen)
        self._process.stdout.close()
        assert self._process.wait() == 0
        return seen


def main() -> None:
    """Run the plan that comes in on stdin; its end goes to stdout."""
    plan = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Plan)
    sys.stdout.buffer.write(msgspec.msgpack.encode(asyncio.run(Client(plan).run())))


if __name__ == "__main__":
    main()
