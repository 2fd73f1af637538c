"""Lets what blocks be waited for: each step in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def aside(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do something that blocks, and give what it gives.

    A thread that hangs takes no place in a pool, and does not hold up the end of the process.
    """
    done: Future[T] = Future()
    done.set_running_or_notify_cancel()  # from here on nobody can cancel it, so the thread may always answer

    def run() -> None:
        try:
            done.set_result(work(*args, **kwargs))
        except BaseException as problem:  # noqa: BLE001 - whoever waits is told of it
            done.set_exception(problem)

    threading.Thread(target=run, name=work.__name__, daemon=True).start()
    return await asyncio.wrap_future(done)
