"""What providers publish for everybody to check their signatures by: read over the internet, kept a while.

Requests of strangers make us read it, so they get no more out of it than a few reads at once, and none of
what was read a moment ago.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from typing import NamedTuple

import structlog

from router.errors import RouterError
from router.flow.background import Background
from router.ports import Call, Outside

GOOD_S = 86_400.0
BAD_S = 60.0
MOST = 256
MOST_BYTES = 262_144
AT_ONCE = 4
WAIT_S = 8.0  # providers give up after 10 to 15 s; what comes later is there when they try again

_log = structlog.get_logger()


class _Kept(NamedTuple):
    """A document until it is read anew, and until when it holds where it cannot be."""

    until: float
    body: bytes | None = None
    at_most: float = 0.0


class Documents:
    """Documents by address. ``clock`` gives seconds, and never goes back."""

    def __init__(self, outside: Outside, background: Background, clock: Callable[[], float]) -> None:
        self._outside, self._background, self._clock = outside, background, clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._reads: dict[str, asyncio.Task[bytes | None]] = {}

    async def read(self, url: str) -> bytes | None:
        """Give the document at an https address; None where it cannot be had now.

        What was read holds for a day, and for another where it cannot be read again; that it could not be
        read holds for a minute. Whoever asks while it is being read waits for the same, some seconds at most.
        """
        known = self._kept.get(url)
        if known is not None and self._clock() < known.until:
            return known.body
        task = self._reads.get(url)
        if task is None:
            if not url.startswith("https://") or len(self._reads) >= AT_ONCE:
                return None
            task = self._reads[url] = self._background.spawn(self._fetch(url))
        done, _ = await asyncio.wait([task], timeout=WAIT_S)
        return task.result() if done and not task.cancelled() else None

    async def _fetch(self, url: str) -> bytes | None:
        body = None
        try:
            answer = await self._outside.call(Call("GET", url))
            if answer.status == HTTPStatus.OK and len(answer.body) <= MOST_BYTES:
                body = answer.body
            else:
                _log.warning("document_unread", url=url, status=answer.status, bytes=len(answer.body))
        except RouterError as problem:
            _log.warning("document_unread", url=url, problem=problem.detail)
        finally:
            del self._reads[url]
        return self._keep(url, body)

    def _keep(self, url: str, body: bytes | None) -> bytes | None:
        """Keep it; failures make room first, so that addresses made up by strangers push nothing out."""
        now, before = self._clock(), self._kept.pop(url, None)
        if body:
            kept = _Kept(now + GOOD_S, body, now + 2 * GOOD_S)
        elif before is not None and now < before.at_most:
            kept = before._replace(until=now + BAD_S)
        else:
            kept = _Kept(now + BAD_S)
        self._kept[url] = kept
        while len(self._kept) > MOST:
            spare = next((one for one, kept in self._kept.items() if kept.body is None), None)
            del self._kept[spare or next(iter(self._kept))]
        return kept.body
