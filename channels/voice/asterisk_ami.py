"""Hears an Asterisk by its manager interface.

At the begin of each connection what is there is compared with what is known: calls that ended meanwhile end
here too, and who waits in a queue is told of.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging

from channels.voice.asterisk_blocks import Block
from channels.voice.asterisk_hearing import BUFFER, PACE, Hearing, Pace
from channels.voice.asterisk_login import Login
from channels.voice.asterisk_session import Session
from router.ports import Account

_LOG = logging.getLogger(__name__)


class AmiListener(Hearing):
    """Listens to the manager interface of one account; ConfigInvalid for a wrong setting."""

    def __init__(self, account: Account, *, pace: Pace = PACE, buffer: int = BUFFER) -> None:
        super().__init__(account, pace, buffer)
        self._login = Login.of(account)

    async def _hear(self) -> None:
        host, port = self._login.address
        async with asyncio.timeout(self._pace.login_s):
            reader, writer = await asyncio.open_connection(host, port, ssl=self._login.trust())
        try:
            session = Session(reader, writer, self._pace)
            await session.open(self._login)
            self._begins()
            async with contextlib.aclosing(session.heard(self._trace.calls.begin_survey)) as blocks:
                async for block in blocks:
                    await self._read(block)
        finally:
            writer.close()

    async def _read(self, block: Block) -> None:
        try:
            events = self._trace.read(block.fields)
        except Exception:  # noqa: BLE001 - one that breaks us must not end the others
            _LOG.exception("%s: an event could not be read", self._source)
            return
        await self._take(events, block.raw)
