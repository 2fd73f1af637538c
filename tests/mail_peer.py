"""A mail server on this machine that says, or breaks off, what a test tells it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

GOOD: Mapping[str, str] = {
    "greet": "220 here", "EHLO": "250 here", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on",
    "taken": "250 taken", "QUIT": "221 bye",
}  # fmt: skip
CUT, SILENT = "cut", "silent"


class MailPeer:
    """Speaks SMTP by a script: an answer for each step, or several in turn, the last one again and again.

    ``CUT`` breaks off, ``SILENT`` never answers. The steps are those of ``GOOD``, and ``body``: what it does
    after the first line of the mail.
    """

    def __init__(self, script: Mapping[str, str | list[str]]) -> None:
        self.heard: list[str] = []
        self.mail = b""
        self.port = 0
        self._script = {
            step: [told] if isinstance(told, str) else told for step, told in {**GOOD, **script}.items()
        }

    async def speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        try:
            await self._steps(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the other end went, or we did
        finally:
            writer.transport.abort()

    async def _steps(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._say("greet", reader, writer)
        while line := (await reader.readuntil(b"\r\n")).decode():
            verb = line.split()[0].upper()
            self.heard.append(verb)
            await self._say(verb, reader, writer)
            if verb == "DATA" and self._script["DATA"][0].startswith("354"):
                first = await reader.readuntil(b"\r\n")
                if self._script.get("body") == [CUT]:
                    raise ConnectionError
                rest = b"" if first == b".\r\n" else await reader.readuntil(b"\r\n.\r\n")
                self.mail = first + rest.removesuffix(b".\r\n")
                await self._say("taken", reader, writer)

    async def _say(self, step: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told = self._script.get(step, ["500 what?"])
        words = told.pop(0) if len(told) > 1 else told[0]
        if words == CUT:
            raise ConnectionError
        if words == SILENT:
            await reader.read()  # until the other end gives up
            raise ConnectionError
        writer.write(f"{words}\r\n".encode())
        await writer.drain()


@asynccontextmanager
async def mail_serving(script: Mapping[str, str | list[str]]) -> AsyncIterator[MailPeer]:
    """Serve mail for a while."""
    peer = MailPeer(script)
    server = await asyncio.start_server(peer.speak, "127.0.0.1", 0, limit=2**24)
    peer.port = server.sockets[0].getsockname()[1]
    async with server:
        yield peer
