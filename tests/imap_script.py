"""A mail server that answers as a test writes it down: for what a real one never says."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Self

from channels.email.imap_box import Box
from channels.email.imap_login import Login

SECRET = "s3cret"
USUAL = {
    "CAPABILITY": "* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n",
    "LOGIN": "{tag} OK done\r\n",
    "EXAMINE": "* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 9] ok\r\n{tag} OK done\r\n",
}


class Script:
    """Answers each command as ``answers`` says by its first word, with ``{tag}``.

    ``uids`` are the answers to the commands UID, one for each. What is not written down is not answered:
    then ``silent`` is set. It listens on ``port``; ``lines`` are the commands it heard.
    """

    def __init__(self, *uids: str, greeting: str = "* OK hello\r\n", **answers: str) -> None:
        self._greeting, self._uids = greeting, list(uids)
        self._answers: Mapping[str, str] = USUAL | answers
        self.lines: list[str] = []
        self._open: list[asyncio.StreamWriter] = []
        self.silent = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up on everybody."""
        self._server.close()
        for writer in tuple(self._open):
            writer.transport.abort()
        await asyncio.gather(*(writer.wait_closed() for writer in self._open), return_exceptions=True)

    def box(self, **changes: str) -> Box:
        """Give a box of this server that is not open yet."""
        usual = {"user": 'he"lp', "password": SECRET, "security": "none", "max_bytes": 1024}
        return Box(Login(host="127.0.0.1", port=self.port, **usual | changes))  # type: ignore[arg-type]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.append(writer)
        with contextlib.suppress(ConnectionError):
            writer.write(self._greeting.encode())
            while line := (await reader.readline()).decode():
                self.lines.append(line)
                tag, word, *_ = line.split(maxsplit=2)
                answer = self._uids.pop(0) if word == "UID" and self._uids else self._answers.get(word)
                if not answer:
                    self.silent.set()
                    continue
                writer.write(answer.replace("{tag}", tag).encode("latin-1"))
                await writer.drain()
        writer.close()
