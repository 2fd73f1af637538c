"""The telephone exchange: who rings, who was put through, who hung up."""

from __future__ import annotations

import asyncio


class Lines:
    """Joins the two ends of simulated calls, which know each other by the call's id only."""

    def __init__(self) -> None:
        self._calls: dict[str, tuple[asyncio.Future[str], asyncio.Event]] = {}

    def ring(self, call: str) -> None:
        """Begin a call."""
        self._calls[call] = (asyncio.get_running_loop().create_future(), asyncio.Event())

    async def answered(self, call: str, patience_s: float) -> str | None:
        """Wait for an agent as long as the caller's patience lasts; give their name."""
        try:
            async with asyncio.timeout(patience_s):
                return await asyncio.shield(self._calls[call][0])
        except TimeoutError:
            return None

    def hang_up(self, call: str) -> None:
        """End a call."""
        future, over = self._calls.pop(call)
        over.set()
        future.cancel()

    async def talk(self, call: str, agent: str) -> None:
        """Answer a call as an agent, and return when it is over; at once where nobody is on the line."""
        if call not in self._calls:
            return
        future, over = self._calls[call]
        if not future.done():
            future.set_result(agent)
        await over.wait()
