"""Work that goes on after the answer: kept hold of, told of when it fails, finished before the end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog

from router.errors import RouterError

T = TypeVar("T")


class Background:
    """The tasks of one process. What they leave undone the courier finds by its mark."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin a piece of work."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def within(self, seconds: float, *tasks: asyncio.Task[Any]) -> None:
        """Wait for some tasks, but no longer; they go on by themselves."""
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)

    async def drain(self, seconds: float) -> None:
        """Wait until all work is done, then cancel what is left."""
        await self.within(seconds, *self._tasks)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or (problem := task.exception()) is None:
            return
        log = structlog.get_logger()
        if isinstance(problem, RouterError):
            log.warning("left_to_courier", code=problem.code, detail=problem.detail)
        else:
            log.error("background_failed", exc_info=problem)
