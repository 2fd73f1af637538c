"""FastAPI with redis-py's pool: how such a service is commonly written. A peer, not a limit.

``PYTHON -m bench.peer URL WORKSPACE CUSTOMERS``, where PYTHON has fastapi and uvicorn beside what the
router needs: ``python -m bench s1 --fastapi PYTHON`` runs it.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import sys
from contextlib import AsyncExitStack
from datetime import datetime

import msgspec
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from redis.asyncio import BlockingConnectionPool, Redis

from bench import calls


class Party(BaseModel):
    """An address."""

    type: str
    value: str
    name: str | None = None


class Event(BaseModel):
    """What is posted, as far as the samples have it."""

    id: str
    source: str
    channel: str
    kind: str
    direction: str | None = None
    author: str = "unknown"
    occurred_at: datetime | None = None
    customer: Party
    to: str | None = None
    text: str | None = None
    provider: str | None = None
    queue: str | None = None


class Result(BaseModel):
    """What became of it."""

    event: str
    customer: str
    conversation: str
    item: str | None
    duplicate: bool


class Results(BaseModel):
    """The answer."""

    results: list[Result]


ANSWER = Results(
    results=[Result(event="evt_0", customer="cus_0", conversation="cnv_0", item="itm_0", duplicate=False)]
)


async def serve(url: str, workspace: str, customers: int) -> None:
    """Listen on a free port until SIGTERM."""
    async with AsyncExitStack() as stack:
        home = await calls.house(url, workspace, stack)
        known = await calls.prepare(home, customers)
        numbers = itertools.count(1)
        pool = BlockingConnectionPool.from_url(url, max_connections=100)
        store = Redis(connection_pool=pool)
        app = FastAPI()

        @app.post("/v1/events", status_code=202)
        async def post(event: Event) -> Results:
            del event  # it was decoded, which is what it is for
            number = next(numbers)
            commands = known[number % len(known)].make(number)
            await asyncio.gather(*(store.execute_command(*command) for _, command in commands))
            return ANSWER

        with socket.create_server(("127.0.0.1", 0)) as door:
            host, port = door.getsockname()
            sys.stdout.buffer.write(msgspec.json.encode({"http": f"http://{host}:{port}"}) + b"\n")
            sys.stdout.flush()
            server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="error"))
            await server.serve(sockets=[door])


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2], int(sys.argv[3])))
