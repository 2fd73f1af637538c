"""Visits the addresses by which a provider wants us to confirm that it may send to us."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

import structlog

from router.errors import RouterError
from router.flow.background import Background
from router.ports import Account, Call, Outside

PAUSES_S: Final = (2.0, 10.0, 30.0)
MOST = 1024

_log = structlog.get_logger()


class Confirmations:
    """Visits each address once, beside the answer; tries again after ``pauses_s`` where it fails."""

    def __init__(
        self, outside: Outside, background: Background, pauses_s: Sequence[float] = PAUSES_S
    ) -> None:
        self._outside, self._background, self._pauses_s = outside, background, pauses_s
        self._visited: OrderedDict[str, None] = OrderedDict()

    def visit(self, url: str, account: Account) -> None:
        """Begin to visit an address that a verified request of the account names; https only."""
        if url in self._visited or not url.startswith("https://"):
            return
        self._visited[url] = None
        if len(self._visited) > MOST:
            self._visited.popitem(last=False)
        self._background.spawn(self._confirm(url, account))

    async def _confirm(self, url: str, account: Account) -> None:
        """Visit; the log names the account, for the address is a key to the subscription."""
        for pause_s in (0.0, *self._pauses_s):
            await asyncio.sleep(pause_s)
            try:
                answer = await self._outside.call(Call("GET", url))
            except RouterError as problem:
                why = problem.detail
            else:
                why = f"HTTP {answer.status}"
                if answer.status == HTTPStatus.OK:
                    _log.info("subscription_confirmed", source=account.source)
                    return
            _log.warning("subscription_unconfirmed", source=account.source, problem=why)
        self._visited.pop(url, None)  # so that the provider may ask again
