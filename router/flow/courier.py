"""Carries what dead processes left: marks of the partitions, happenings of the routing slot."""

from __future__ import annotations

import asyncio

import structlog

from router.errors import RouterError
from router.flow.carry import Carry, Load
from router.flow.dispatch import Dispatch
from router.flow.join import Join
from router.flow.project import Project
from router.flow.tell import Tell
from router.store.due import Dues
from router.store.marks import Mark, Marks
from router.store.registers import Registers
from router.store.views import Views

PATIENCE_MS = 1000
"""A living process carries its own mark within a second; after that anybody may."""

EVERY_S = 1.0
BATCH = 64


class Courier:
    """Looks for old marks once a second. Carrying twice, late or out of order changes nothing."""

    def __init__(  # noqa: PLR0913, PLR0917 - one hand for every kind of debt
        self,
        marks: Marks,
        dues: Dues,
        registers: Registers,
        views: Views,
        carry: Carry,
        join: Join,
        tell: Tell,
        project: Project,
        dispatch: Dispatch,
    ) -> None:
        self._marks, self._dues, self._registers, self._views = marks, dues, registers, views
        self._carry, self._join, self._tell, self._project = carry, join, tell, project
        self._dispatch = dispatch

    async def run(self) -> None:
        """Run for ever."""
        log = structlog.get_logger()
        while True:
            try:
                carried = await self.round()
                if carried:
                    log.info("carried", marks=carried)
            except RouterError as problem:
                log.warning("courier_stumbled", code=problem.code, detail=problem.detail)
            await asyncio.sleep(EVERY_S)

    async def round(self, patience_ms: int = PATIENCE_MS) -> int:
        """Carry every mark that is older than ``patience_ms``; give how many there were."""
        owed = [mark for mark in await self._marks.owed(BATCH) if self._is_left(mark, patience_ms)]
        items = await self._dues.untold(patience_ms, BATCH)
        views = [view for view in await self._views.owed(BATCH) if not self._project.owes(view)]
        await asyncio.gather(
            *(self._mark(mark) for mark in owed),
            *(self._tell.item(item) for item in items),
            *(self._project.put(view) for view in views),
        )
        return len(owed) + len(items) + len(views)

    def _is_left(self, mark: Mark, patience_ms: int) -> bool:
        """Say whether nobody here is about to carry it; a handle alone is its own view."""
        if mark.what == "message" and self._dispatch.owes(mark.name):
            return False
        return mark.age_ms >= patience_ms and not (mark.what == "rows" and self._project.owes(mark.name))

    async def _mark(self, mark: Mark) -> None:
        if mark.what == "conversation":
            await self._conversation(mark.name)
        elif mark.what == "message":
            await self._dispatch.resume(mark.name)
        elif mark.what == "rows":
            view = (await self._views.get(mark.name)).view
            if not self._project.owes(view):
                await self._project.put(view)
        elif mark.other is not None and (doc := await self._marks.pair(mark.name, mark.other)):
            await self._join.pair(mark.name, mark.other, doc)

    async def _conversation(self, cnv: str) -> None:
        state = await self._registers.conversation(cnv)
        if state is not None:
            view = (await self._views.get(state.hid)).view
            await self._carry.conversations([Load(cnv=cnv, hid=state.hid, view=view, state=state)])
