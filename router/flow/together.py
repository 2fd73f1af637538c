"""What several tasks ask for within one loop tick, done in one go.

Under load a tick has many requests in it. The calls of one go leave in one write and come back as one
answer, so that an event alone costs little more than one of a batch.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from router.flow.background import Background

Asked = TypeVar("Asked")
Given = TypeVar("Given")
_Turn = list[tuple[Sequence[Asked], asyncio.Future[Sequence[Given | None]]]]


class Together(Generic[Asked, Given]):
    """Gathers work of one kind. ``work`` gives an outcome for each it is given, in order.

    Nobody waits longer than ``patience_s`` seconds (None: as long as it takes): then there is None for
    each, and the work goes on.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Asked]], Awaitable[Sequence[Given]]],
        background: Background,
        patience_s: float | None = None,
    ) -> None:
        self._work, self._background, self._patience_s = work, background, patience_s
        self._turn: _Turn[Asked, Given] = []

    async def ask(self, wanted: Sequence[Asked]) -> Sequence[Given | None]:
        """Have something done with the turn that leaves now; raises what the work as a whole raised."""
        if not wanted:
            return []
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Sequence[Given | None]] = loop.create_future()
        if not self._turn:
            loop.call_soon(self._leave)
        self._turn.append((wanted, future))
        return await future

    def _leave(self) -> None:
        turn, self._turn = self._turn, []
        task = self._background.spawn(self._do(turn))
        if self._patience_s is not None:
            timer = asyncio.get_running_loop().call_later(self._patience_s, _give_up, turn)
            task.add_done_callback(lambda _: timer.cancel())

    async def _do(self, turn: _Turn[Asked, Given]) -> None:
        try:
            done = await self._work([one for wanted, _ in turn for one in wanted])
        except Exception as problem:  # noqa: BLE001 - whoever asked shall have it, whatever it is
            for _, future in turn:
                if not future.done():
                    future.set_exception(problem)
            return
        except asyncio.CancelledError:
            for _, future in turn:
                future.cancel()
            raise
        first = 0
        for wanted, future in turn:
            if not future.done():
                future.set_result(done[first : first + len(wanted)])
            first += len(wanted)


def _give_up(turn: _Turn[Asked, Given]) -> None:
    for wanted, future in turn:
        if not future.done():
            future.set_result([None] * len(wanted))
