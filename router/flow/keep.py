"""Keeps the loops turning: one that dies is told of and begins again within a second."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

AGAIN_S = 1.0


async def keep(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Run a loop for ever. Only our own mistakes end up here: loops answer the store's refusals."""
    while True:
        try:
            await run()
        except Exception as problem:  # noqa: BLE001 - whatever it was, the loop has to go on
            structlog.get_logger().error("loop_died", loop=name, exc_info=problem)
        await asyncio.sleep(AGAIN_S)
