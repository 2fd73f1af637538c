"""Meeting: a server process we have not seen may have lost what came last, so every slot is told."""

from __future__ import annotations

import asyncio

from msgspec import Struct

from router.errors import StoreAway
from router.store import keys
from router.store.library import Library
from router.store.link import Link
from router.store.workspace import Workspace

SCHEMA = "1"
"""Of the keys and values of all slots."""


class _Meet(Struct, frozen=True):
    """The request of ``slot_meet`` and ``routing_meet``."""

    run_id: str
    schema: str


class _Process(Struct, frozen=True):
    """A server process: its run id, and whether it is one of a cluster."""

    run_id: str
    one_of_many: bool


class Meeting:
    """Tells the slots of a workspace, and the system slot, which process they live in."""

    def __init__(self, link: Link, library: Library, workspace: Workspace) -> None:
        self._link = link
        self._library = library
        self._slots = dict.fromkeys((*workspace.partitions, workspace.rows, keys.SYSTEM), "slot_meet")
        self._slots[workspace.routing] = "routing_meet"

    async def meet(self, run_id: str | None = None) -> None:
        """Meet every slot that lives in the process ``run_id``; without one, every slot.

        In a cluster each slot is told of its own process only, and one that is away is met when it is
        back. Raises SchemaUnknown where another release wrote the data, StoreAway where nothing answers.
        """
        found = await asyncio.gather(*(self._process(p) for p in self._slots))
        if None in found and not any(process and process.one_of_many for process in found):
            raise StoreAway("the store went away while we met it")
        here = [
            (p, process.run_id)
            for p, process in zip(self._slots, found, strict=True)
            if process is not None and run_id in {None, process.run_id}
        ]
        await asyncio.gather(*(self._tell(p, own) for p, own in here))

    async def _process(self, p: str) -> _Process | None:
        """Ask who holds a slot; None while it is away."""
        try:
            info: bytes = await self._link.call("INFO", "server", key=p)
        except StoreAway:
            return None
        fields = dict(line.split(":", 1) for line in info.decode().splitlines() if ":" in line)
        # Valkey says server_mode, Redis redis_mode
        mode = fields.get("server_mode") or fields.get("redis_mode")
        return _Process(fields["run_id"], mode == "cluster")

    async def _tell(self, p: str, run_id: str) -> None:
        await self._library.call(self._slots[p], keys.slot(p), _Meet(run_id, SCHEMA))
