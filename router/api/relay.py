"""Handing the feed on to one client, until the client goes, the feed ends, or the server closes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog
from aiohttp import web

from router.api.closing import CLOSING
from router.errors import RouterError

_log = structlog.get_logger()


async def relay(
    request: web.Request,
    pump: Coroutine[Any, Any, None],
    gone: Coroutine[Any, Any, None],
    beat: Coroutine[Any, Any, None],
) -> bool:
    """Run ``pump`` (hands messages on) and ``beat`` until one ends, ``gone`` returns, or the server closes.

    Gives whether the server closes. Nothing is left running. A refusal of the house ends it, and the
    client comes again; what the client's going breaks is no error.
    """
    closing = request.app[CLOSING]
    tasks = [asyncio.ensure_future(part) for part in (pump, gone, beat, closing.wait())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, RouterError):
            _log.info("relay_ended", code=outcome.code, detail=outcome.detail)
        elif isinstance(outcome, Exception) and not isinstance(outcome, ConnectionError):
            _log.error("relay_broke", exc_info=outcome)
    return closing.is_set()


async def every(seconds: float, act: Callable[[], Awaitable[object]]) -> None:
    """Do something every so many seconds, for ever."""
    while True:
        await asyncio.sleep(seconds)
        await act()
