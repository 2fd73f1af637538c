"""Carries what a conversation owes to routing: reads its state, syncs the item, clears the mark."""

from __future__ import annotations

import msgspec

from router.flow.route import Route
from router.model.need import Need, Want
from router.store.items import Held
from router.store.recording import Carried, Recorded
from router.store.registers import Conversation
from router.store.timelines import Timelines

_WANT = msgspec.json.Decoder(Want)


class Carry:
    """Used by whoever caused the mark, at once, and by the courier for those who died."""

    def __init__(self, timelines: Timelines, route: Route) -> None:
        self._timelines, self._route = timelines, route

    async def conversation(
        self,
        cnv: str,
        place: tuple[str, str],
        state: Recorded | Conversation,
        *,
        own: Want | None = None,
        digest: bytes | None = None,
    ) -> Held:
        """Sync the conversation of ``place`` (handle id, view id) as recorded.

        ``own``: the routing facts of the event just recorded, whose ``digest`` remembers the item for
        its replays. Raises Busy, StoreAway.
        """
        hid, view = place
        want = _WANT.decode(state.facts) if state.facts else own
        if want is None:  # nobody ever asked for a person here
            await self._timelines.clear(Carried(hid=hid, conversation=cnv, rev=state.rev))
            return Held()
        held = await self._route.sync(
            Need(
                cnv=cnv,
                hid=hid,
                view=view,
                rev=state.rev,
                want_rev=state.want_rev,
                ended=_over(state, want),
                seen=(state.last_out or 0) >= (state.last_in or 0),
                in_n=state.in_n,
                want=want,
            )
        )
        shown = None if view == hid else view
        item = held.item if held.open else None
        await self._timelines.clear(
            Carried(hid=hid, conversation=cnv, rev=state.rev, digest=digest, item=item, view=shown)
        )
        return held


def _over(state: Recorded | Conversation, want: Want) -> bool:
    """Say whether the customer is gone. A call that ended is over, whatever its clock says."""
    if want.channel == "voice":
        return state.ended is not None
    return not state.live
