"""Carries what conversations owe to routing: reads their state, syncs their items, clears the marks."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import structlog
from msgspec import Struct

from router.errors import RouterError
from router.flow.background import Background
from router.flow.route import Route
from router.flow.tell import Tell
from router.model.need import Need, Want
from router.store.items import Held
from router.store.recording import Carried, Recorded
from router.store.registers import Conversation
from router.store.timelines import Timelines

_WANT = msgspec.json.Decoder(Want)


class Load(Struct, frozen=True, kw_only=True):
    """A conversation of handle ``hid`` and its view, in the ``state`` it was recorded in.

    ``own``: the routing facts of the event just recorded. ``digests``: of the events that lead to the item,
    which remember it for their replays.
    """

    cnv: str
    hid: str
    view: str
    state: Recorded | Conversation
    own: Want | None = None
    digests: Sequence[bytes] = ()

    def need(self) -> Need | None:
        """Give what routing must see; None when nobody ever asked for a person here."""
        state = self.state
        want = _WANT.decode(state.facts) if state.facts else self.own
        if want is None:
            return None
        return Need(
            cnv=self.cnv,
            hid=self.hid,
            view=self.view,
            rev=state.rev,
            want_rev=state.want_rev,
            ended=_over(state, want),
            seen=(state.last_out or 0) >= (state.last_in or 0),
            in_n=state.in_n,
            want=want,
        )

    def carried(self, held: Held) -> Carried:
        """Say that it was brought to routing, and which item it has there."""
        return Carried(
            hid=self.hid,
            conversation=self.cnv,
            rev=self.state.rev,
            digests=self.digests,
            item=held.item if held.open else None,
            view=None if self.view == self.hid else self.view,
        )


class Carry:
    """Used by whoever caused the marks, at once, and by the courier for those who died."""

    def __init__(self, timelines: Timelines, route: Route, tell: Tell, background: Background) -> None:
        self._timelines, self._route, self._tell = timelines, route, tell
        self._background = background
        self._done: list[Carried] = []
        self._clearing = False

    async def conversations(self, loads: Sequence[Load]) -> list[Held | None]:
        """Sync conversations; give what each has now. What fails keeps its mark, and there is None for it.

        The marks are cleared soon after: nobody waits for it, and carrying twice changes nothing.
        """
        needs = [load.need() for load in loads]
        synced = iter(await self._route.sync([need for need in needs if need is not None]))
        found: list[Held | None] = []
        for load, need in zip(loads, needs, strict=True):
            held = Held() if need is None else next(synced)
            if isinstance(held, RouterError):
                structlog.get_logger().warning("left_to_courier", code=held.code, detail=held.detail)
                found.append(None)
            else:
                found.append(held)
                self._done.append(load.carried(held))
                if held.state == "abandoned":  # the one happening that no agent and no clock causes
                    self._background.spawn(self._tell.item(held.item or ""))
        if self._done and not self._clearing:
            self._clearing = True
            self._background.spawn(self._clear())
        return found

    async def _clear(self) -> None:
        """Clear marks, all that were carried while the last ones were cleared in one go."""
        try:
            while self._done:
                done, self._done = self._done, []
                await self._timelines.cleared(done)
        finally:
            self._clearing = False


def _over(state: Recorded | Conversation, want: Want) -> bool:
    """Say whether the customer is gone. A call that ended is over, whatever its clock says."""
    if want.channel == "voice":
        return state.ended is not None
    return not state.live
