"""What an Asterisk tells of its calls, read in the light of what it told before.

Events of the manager interface come as their fields (docs.asterisk.org, "AMI Events"); those of ARI are
brought into the same form by ``asterisk_ari``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from channels.voice import asterisk_event as event
from channels.voice.asterisk_blocks import Fields
from channels.voice.asterisk_calls import Call, Calls, Leg
from channels.voice.asterisk_ends import Ends, Pbx, said
from router.model.event import Event
from router.ports import Account

_INNER = frozenset({
    "local", "message", "surrogate", "announcer", "recorder", "cbann", "cbrec", "snoop", "asyncgoto",
    "multicastrtp", "unicastrtp", "bridge", "console", "parked",
})  # fmt: skip
"""Technologies of channels that are Asterisk's own: no telephone is at their end."""


class Trace:
    """Reads the events of one Asterisk, in order, into ours. What matters to nobody gives none."""

    def __init__(self, account: Account) -> None:
        self.pbx = Pbx.of(account)
        self.calls = Calls()

    def read(self, fields: Fields) -> list[Event]:
        """Read one event."""
        reader = _READERS.get(fields.get("event", "").lower())
        return reader(self, fields) if reader else []

    def call(self, fields: Fields, prefix: str = "", *, queued: bool = False) -> Call | None:
        """Give the call a channel belongs to; ``queued``: it waits for an agent, so it came in.

        None where the fields name no channel.
        """
        own = said(fields, f"{prefix}uniqueid")
        leg = self.calls.leg(own) if own else None
        linked = said(fields, f"{prefix}linkedid") or (leg.linked if leg else own)
        if linked is None:
            return None
        if own:
            self.calls.tell(own, Leg(linked, said(fields, f"{prefix}channel") or (leg.name if leg else "")))
        call = self.calls.find(linked) or self.calls.put(Call(linked))
        first = own == linked
        if first and not call.judged:
            call.judged = True
            found = Ends() if _is_inner(fields, prefix) else self.pbx.ends(fields, prefix)
            call.ends = found if found.direction else call.ends
        if queued and call.ends.direction is None:
            call.ends = Ends("in", self.pbx.caller(fields, prefix) if first else None)
        return call

    # -- a call begins and ends ---------------------------------------------------------------------

    def begins(self, fields: Fields) -> list[Event]:
        """Newchannel, StasisStart: the first channel of a call; the others are legs."""
        call = self._first(fields)
        return [event.make(self.pbx, call, fields, status="offered")] if call else []

    def ends(self, fields: Fields) -> list[Event]:
        """Hangup, ChannelDestroyed: the first channel of a call is gone, and with it the call."""
        call = self._first(fields)
        if call is None:
            return []
        call.over = True
        return [event.ended(self.pbx, call, fields)]

    def recorded(self, fields: Fields) -> list[Event]:
        """Cdr: how long it took; it names neither the call nor its context as other events do."""
        named = {"source": "calleridnum", "destination": "exten", "destinationcontext": "context"}
        call = self._first({**fields, **{ours: fields.get(theirs, "") for theirs, ours in named.items()}})
        if call is None:
            return []
        call.over = True
        return [event.recorded(self.pbx, call, fields)]

    def progresses(self, fields: Fields) -> list[Event]:
        """ChannelStateChange: in progress says that a menu runs, not that a person answered."""
        call = self._first(fields)
        up = call is not None and said(fields, "state") == "Up"
        return [event.make(self.pbx, call, fields, "Up", status="answered")] if call and up else []

    def leaves(self, fields: Fields) -> list[Event]:
        """StasisEnd: the application is done with it, the call may go on in the dialplan."""
        call = self._first(fields)
        return [event.make(self.pbx, call, fields, kind="system")] if call else []

    # -- a call waits in a queue --------------------------------------------------------------------

    def joins(self, fields: Fields) -> list[Event]:
        """QueueCallerJoin: how often a call has come to this queue tells its joins apart."""
        call, queue = self.call(fields, queued=True), said(fields, "queue")
        if call is None or queue is None:
            return []
        call.queue, call.waits = queue, True
        times = call.joins[queue] = call.joins.get(queue, 0) + 1
        again = str(times) if times > 1 else None
        return [event.make(self.pbx, call, fields, queue, again, name="QueueCallerJoin", status="queued")]

    def waits(self, fields: Fields) -> list[Event]:
        """QueueEntry: who waits already when we come; known callers are not told of again."""
        call, queue = self.call(fields, queued=True), said(fields, "queue")
        return self.joins(fields) if call and queue not in call.joins else []

    def queued(self, fields: Fields) -> list[Event]:
        """QueueCallerAbandon, QueueCallerLeave: the call is no longer in the queue."""
        call = self.call(fields, queued=True)
        if call is None:
            return []
        call.waits = False
        return [event.left(self.pbx, call, fields)]

    def agent(self, fields: Fields) -> list[Event]:
        """AgentCalled, AgentRingNoAnswer, AgentConnect, AgentComplete: what an agent's leg came to."""
        call = self.call(fields, queued=True)
        if call is None:
            return []
        told = event.served(self.pbx, call, fields)
        call.answered |= told.status in {"answered", "ended"}
        return [told]

    # -- legs and transfers -------------------------------------------------------------------------

    def dials(self, fields: Fields) -> list[Event]:
        """DialBegin, DialEnd; of a call that waits in a queue the events of its agents tell the same."""
        call = self.call(fields)
        leg = self.call(fields, "dest")
        call = call or leg
        if call is None or call.ends.direction is None or call.waits:
            return []
        told = event.dialled(self.pbx, call, fields)
        call.answered |= told.status == "answered"
        return [told]

    def bridged(self, fields: Fields) -> list[Event]:
        """ChannelEnteredBridge: a caller and somebody else are in it now, so they speak."""
        inside = (fields.get("inside") or "").split()
        self.call(fields)
        unique, call = next(self.calls.named(inside), (None, None))
        other = next((one for one in inside if one != unique), None)
        if call is None or other is None:
            return []
        return [self._spoken(call, fields, other)]

    def transfers(self, fields: Fields) -> list[Event]:
        """BlindTransfer, AttendedTransfer: one that did not succeed changed nothing."""
        if (said(fields, "result") or "").lower() != "success":
            return []
        call = self.call(fields, "transferee") or self.call(fields, "origtransferer")
        if call is None or call.ends.direction is None:
            return []
        call.waits = False
        return [event.transferred(self.pbx, call, fields)]

    # -- what is there when we come -----------------------------------------------------------------

    def is_there(self, fields: Fields) -> list[Event]:
        """CoreShowChannel: a channel there is. A call we know nothing of began before we came."""
        own = said(fields, "uniqueid")
        known = self.calls.find(own or "")
        new = known is None or not known.judged
        call = self.call(fields, queued=said(fields, "application") == "Queue")
        if call is None:
            return []
        first = own == call.linked
        bridged = said(fields, "bridgeid") is not None and not _is_inner(fields, "")
        self.calls.seen(call.linked, own if bridged and not first else None)
        return [event.began(self.pbx, call, fields)] if new and first and call.ends.direction else []

    def surveyed(self, fields: Fields) -> list[Event]:
        """CoreShowChannelsComplete: what ended and what was answered while nobody listened."""
        gone, heard = self.calls.end_survey()
        found = []
        for call in gone:
            call.over = True
            found.append(event.gone(self.pbx, call))
        return found + [self._spoken(call, fields, other) for call, other in heard]

    def _spoken(self, call: Call, fields: Fields, other: str) -> Event:
        """Tell that a call and another leg came together; the agent is at our end of it."""
        call.answered = True
        agent = self.calls.leg(call.linked if call.ends.direction == "out" else other)
        return event.spoken(self.pbx, call, fields, other, agent.name if agent else "")

    def _first(self, fields: Fields) -> Call | None:
        """Give the call that this is the first channel of, unless it stays in the house."""
        call = self.call(fields)
        first = call is not None and said(fields, "uniqueid") == call.linked
        return call if first and call and call.ends.direction else None


def _is_inner(fields: Fields, prefix: str) -> bool:
    return fields.get(f"{prefix}channel", "").partition("/")[0].lower() in _INNER


_READERS: Mapping[str, Callable[[Trace, Fields], list[Event]]] = {
    "newchannel": Trace.begins, "hangup": Trace.ends, "cdr": Trace.recorded,
    "queuecallerjoin": Trace.joins, "queuecallerleave": Trace.queued, "queuecallerabandon": Trace.queued,
    "agentcalled": Trace.agent, "agentringnoanswer": Trace.agent, "agentconnect": Trace.agent,
    "agentcomplete": Trace.agent, "dialbegin": Trace.dials, "dialend": Trace.dials,
    "blindtransfer": Trace.transfers, "attendedtransfer": Trace.transfers,
    "queueentry": Trace.waits, "coreshowchannel": Trace.is_there, "coreshowchannelscomplete": Trace.surveyed,
    "stasisstart": Trace.begins, "stasisend": Trace.leaves, "channeldestroyed": Trace.ends,
    "channelstatechange": Trace.progresses, "channelenteredbridge": Trace.bridged,
}  # fmt: skip
