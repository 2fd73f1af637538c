"""The registry: queues, lanes and crews, with one revision. A process keeps a copy of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from router.model.lane import Crew, Lane
from router.model.queue import QueueProfile
from router.store import keys
from router.store.library import Library
from router.store.link import Link


class Registry(Struct, frozen=True):
    """A copy of the registry; ``reg`` is its revision, which Lua compares."""

    reg: int
    queues: Mapping[str, QueueProfile]
    lanes: Mapping[str, Lane]
    crews: Mapping[str, Crew]


class _QueuePut(Struct):
    queue: str
    profile: str


class _LaneOpen(Struct, rename={"definition": "def"}):
    lane: str
    definition: str
    channel: str
    crews: list[str]
    reg: int


class _Reg(Struct):
    reg: int


_QUEUE = msgspec.json.Decoder(QueueProfile)
_LANE = msgspec.json.Decoder(Lane)
_CREW = msgspec.json.Decoder(Crew)


class Registries:
    """Reads the registry and adds to it."""

    def __init__(self, link: Link, library: Library, p: str) -> None:
        self._link, self._library, self._p = link, library, p
        self._anchor = keys.slot(p)
        self.now = Registry(0, {}, {}, {})

    async def refresh(self) -> Registry:
        """Read it anew and keep it in ``now``."""
        p = self._p
        reg, queues, lanes, crews = await self._link.many(
            [
                ("HGET", self._anchor, "reg"),
                ("HGETALL", keys.queues(p)),
                ("HGETALL", keys.lanes(p)),
                ("HGETALL", keys.crews(p)),
            ],
            key=self._anchor,
        )
        self.now = Registry(int(reg or 0), _all(queues, _QUEUE), _all(lanes, _LANE), _all(crews, _CREW))
        return self.now

    async def put_queue(self, queue: str, profile: QueueProfile) -> None:
        """Create or change a queue."""
        await self._library.call(
            "queue_put", self._anchor, _QueuePut(queue, msgspec.json.encode(profile).decode()), reply=_Reg
        )
        await self.refresh()

    async def open_lane(self, lane: str, what: Lane, crews: list[str]) -> None:
        """Open a lane served by these crews; Stale when the registry moved on."""
        request = _LaneOpen(lane, msgspec.json.encode(what).decode(), what.channel, crews, self.now.reg)
        await self._library.call("lane_open", self._anchor, request, reply=_Reg)
        await self.refresh()


def _all(flat: list[bytes], decoder: msgspec.json.Decoder[Any]) -> dict[str, Any]:
    return {flat[i].decode(): decoder.decode(flat[i + 1]) for i in range(0, len(flat), 2)}
