"""The end of the process: whoever waits for news is told at once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from aiohttp import web

T = TypeVar("T")

CLOSING = web.AppKey("closing", asyncio.Event)
"""Set when the server begins to shut down."""


async def begin(app: web.Application) -> None:
    """Tell all that wait that it is over."""
    app[CLOSING].set()


async def unless_closing(request: web.Request, wait: Coroutine[Any, Any, T]) -> T | None:
    """Wait for a result; None when the server closes first."""
    closing = asyncio.ensure_future(request.app[CLOSING].wait())
    work = asyncio.ensure_future(wait)
    try:
        await asyncio.wait((closing, work), return_when=asyncio.FIRST_COMPLETED)
        return await work if work.done() else None
    finally:
        for task in (closing, work):
            task.cancel()
