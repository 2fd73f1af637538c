"""One connection to an Asterisk's manager interface: log in, ask what is there, hear what happens."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncGenerator, Callable

from channels.voice.asterisk_blocks import Block, Blocks
from channels.voice.asterisk_hearing import Pace, Refused
from channels.voice.asterisk_login import Login, action
from router.errors import Malformed

CHUNK = 65_536


class Session:
    """Speaks over one connection. ``survey`` is called when it asks which calls there are."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pace: Pace) -> None:
        self._reader, self._writer, self._pace = reader, writer, pace
        self._blocks = Blocks()
        self._early: list[Block] = []
        self._numbers = (f"router-{number}" for number in itertools.count(1))

    async def open(self, login: Login) -> None:
        """Log in; Refused where we may not, Malformed where this is no Asterisk, EOFError, TimeoutError."""
        async with asyncio.timeout(self._pace.login_s):
            challenge = await self._ask("Challenge", AuthType="MD5")
            await self._ask("Login", **login.answer(challenge.fields.get("challenge", "")))
        if login.filter:
            # Without the privilege `system` this is refused, and all events of the classes come.
            await self._tell("Filter", Operation="Add", Filter=login.filter)

    async def heard(self, survey: Callable[[], None]) -> AsyncGenerator[Block, None]:
        """Give what comes, first what is there; ends with the connection. Malformed for garbage."""
        survey()
        await self._tell("CoreShowChannels")
        await self._tell("QueueStatus")
        for block in self._early:
            yield block
        while data := await self._read():
            for block in self._blocks.feed(data):
                yield block

    async def _read(self) -> bytes:
        """Read what comes next; nothing once the connection ended, or is silent in spite of a ping."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._pace.ping_s):
                return await self._reader.read(CHUNK)
        await self._tell("Ping")
        async with asyncio.timeout(self._pace.ping_s):
            return await self._reader.read(CHUNK)

    async def _ask(self, name: str, **fields: str) -> Block:
        """Send an action and wait for its answer; what else comes is kept for later."""
        number = await self._tell(name, **fields)
        while True:
            data = await self._reader.read(CHUNK)
            if not data:
                raise EOFError
            answers = [block for block in self._take(data) if block.fields.get("actionid") == number]
            if answers and answers[0].fields.get("response", "").lower() != "success":
                raise Refused(answers[0].fields.get("message", name))
            if answers:
                return answers[0]

    def _take(self, data: bytes) -> list[Block]:
        found = list(self._blocks.feed(data))
        if self._blocks.banner is False:
            raise Malformed("what answers is no manager interface of Asterisk")
        self._early += found
        return found

    async def _tell(self, name: str, **fields: str) -> str:
        number = next(self._numbers)
        self._writer.write(action(name, number, **fields))
        await self._writer.drain()
        return number
