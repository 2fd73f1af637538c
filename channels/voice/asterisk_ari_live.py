"""Hears an Asterisk by its REST interface: all its events, over a WebSocket.

At the begin of each connection the lists of channels and bridges are compared with what is known: calls that
ended meanwhile end here too, and those that were answered are.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from channels import wire
from channels.voice import asterisk_ari, asterisk_ari_legs, asterisk_ari_survey
from channels.voice.asterisk_ari_login import AriLogin
from channels.voice.asterisk_hearing import BUFFER, PACE, Hearing, Pace, Refused
from router.errors import Malformed, RouterError
from router.model.cloudevents import decoded
from router.model.event import Event
from router.ports import Account, Call, Outside

_OK = 200
_CLOSED_TO_US = frozenset({401, 403})
_LOG = logging.getLogger(__name__)


class AriListener(Hearing):
    """Listens to the REST interface of one account; ConfigInvalid for a wrong setting."""

    def __init__(
        self,
        account: Account,
        outside: Outside,
        *,
        pace: Pace = PACE,
        buffer: int = BUFFER,
    ) -> None:
        super().__init__(account, pace, buffer)
        self._outside, self._login = outside, AriLogin.of(account)

    async def _hear(self) -> None:
        try:
            async with self._outside.listen(self._login.events, self._login.headers) as messages:
                await self._survey()
                self._begins()
                async for message in messages:
                    await self._read(message)
        except PermissionError as refusal:
            raise Refused(str(refusal)) from None

    async def _survey(self) -> None:
        """Compare what there is with what is known. What happens meanwhile waits in the WebSocket."""
        calls = self._trace.calls
        calls.begin_survey()
        bodies = [await self._list(name) for name in ("channels", "bridges")]
        try:
            channels, bridges = (wire.array({"all": decoded(body)}, "all") for body in bodies)
        except Malformed as problem:  # more than is read of an answer, say: better to hear than to know
            calls.end_survey()
            _LOG.warning("%s: which calls there are is not known: %s", self._source, problem)
            return
        await self._take(asterisk_ari_survey.read(self._trace, channels, bridges), _line(b" ".join(bodies)))

    async def _list(self, name: str) -> bytes:
        """Read a list; OSError where it cannot be had."""
        try:
            answer = await self._outside.call(Call("GET", self._login.list(name), self._login.headers))
        except RouterError as problem:
            raise ConnectionError(problem.detail) from None
        if answer.status in _CLOSED_TO_US:
            raise PermissionError(f"it does not let us read its {name}: HTTP {answer.status}")
        if answer.status != _OK:
            raise ConnectionError(f"its {name} cannot be read: HTTP {answer.status}")
        return answer.body

    async def _read(self, message: bytes) -> None:
        try:
            entry = decoded(message)
            events = self._told(entry)
        except Refused:
            raise
        except RouterError as problem:
            _LOG.warning("%s: an event could not be read: %s", self._source, problem.detail)
        except Exception:  # noqa: BLE001 - one that breaks us must not end the others
            _LOG.exception("%s: an event could not be read", self._source)
        else:
            await self._take(events, _line(message))

    def _told(self, entry: object) -> Sequence[Event]:
        kind = wire.text(entry, "type")
        asterisk_ari_legs.note(self._trace, entry)
        if kind == "ApplicationReplaced":
            raise Refused(f"another program listens under the name {self._login.ari_app!r}")
        if kind == "ChannelCreated" and isinstance(entry, dict):
            # An application hears of its calls by StasisStart; who hears all of them, by their creation.
            entry = entry | {"type": "Newchannel"}
        return asterisk_ari.read(self._trace, entry)


def _line(written: bytes) -> bytes:
    """Write JSON on one line, as the hook reads it again: a line end in JSON is nothing but a space."""
    return written.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n"
