"""The chats of web visitors: per visitor a log of what was said, numbered without a gap.

The log is the truth of the chat: whoever has a seq reads on from there, and misses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from router.model.chat import Progress, Said, Speech
from router.store import keys
from router.store.library import Library
from router.store.link import Link
from router.store.workspace import Workspace

MOST = 1000
"""Messages of one chat that are kept; older ones are on the timeline."""

LOG_S = 30 * 86_400
STATE_S = 365 * 86_400
"""How long after the last word the log is kept, and its numbers."""

PAGE = 100
"""Messages read at once."""

_END = "+"


class Appended(Struct, frozen=True):
    """Where a message rests: its number, when it was said (ms), and whether it is new."""

    seq: int
    at: int
    new: bool


class _Append(Struct, frozen=True):
    """The request of ``chat_append``."""

    hid: str
    id: str
    most: int = MOST
    log_s: int = LOG_S
    state_s: int = STATE_S


_encode = msgspec.json.Encoder().encode
_speech = msgspec.json.Decoder(Speech).decode


class Chats:
    """The chats of a workspace, each named by the handle id of its visitor."""

    def __init__(self, link: Link, library: Library, workspace: Workspace) -> None:
        self._link, self._library, self._workspace = link, library, workspace

    async def append(self, hid: str, speech: Speech) -> Appended:
        """Append a message, once: the same id gets the seq of the first time."""
        anchor = keys.slot(self._workspace.prefix(hid))
        return await self._library.call(
            "chat_append", anchor, _Append(hid, speech.id), _encode(speech), reply=Appended
        )

    async def read(self, hid: str, after: int, upto: int | None = None) -> list[Said]:
        """Give the next messages beyond a seq, up to another or the end: at most PAGE of them."""
        p = self._workspace.prefix(hid)
        end = _END if upto is None else str(upto)
        rows = await self._link.call(
            "XRANGE", keys.chat_log(p, hid), str(after + 1), end, "COUNT", PAGE, key=p
        )
        return [_said(name, fields) for name, fields in rows]

    async def progress(self, hid: str) -> Progress:
        """Give how far a chat is; zeros for one in which nothing was said."""
        p = self._workspace.prefix(hid)
        found = await self._link.call("HMGET", keys.chat_state(p, hid), "n", "delivered", "read", key=p)
        return Progress(*(int(number or 0) for number in found))

    async def note(self, hid: str, what: str, upto: int) -> None:
        """Note up to which seq everything is ``delivered`` or ``read``.

        Of two at once the later stands, were it the lower: what lies between is told again, which the
        deduplication of events swallows.
        """
        p = self._workspace.prefix(hid)
        key = keys.chat_state(p, hid)
        await self._link.many([("HSET", key, what, upto), ("EXPIRE", key, STATE_S)], key=p)


def _said(name: bytes, fields: Sequence[Any]) -> Said:
    row = dict(zip(fields[::2], fields[1::2], strict=True))
    return Said(int(name.partition(b"-")[0]), int(row[b"at"]), _speech(row[b"m"]))
