"""The queues of an Asterisk: who waits in them, and which agents they ring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channels.fit import YEAR_S, number
from channels.voice.asterisk_blocks import Fields
from channels.voice.asterisk_ends import said
from channels.voice.asterisk_event import parts_of, write
from channels.voice.asterisk_known import Known
from router.model.event import Event, Status

_AGENT: Mapping[str, Status] = {
    "AgentCalled": "offered", "AgentRingNoAnswer": "missed", "AgentConnect": "answered",
    "AgentComplete": "ended",
}  # fmt: skip


def joins(known: Known, fields: Fields) -> list[Event]:
    """QueueCallerJoin: how often a call has come to this queue tells its joins apart."""
    call, queue = known.call(fields, queued=True), said(fields, "queue")
    if call is None or queue is None:
        return []
    call.queue, call.waits = queue, True
    times = call.joins[queue] = call.joins.get(queue, 0) + 1
    again = str(times) if times > 1 else None
    return [write(known.pbx, call, fields, queue, again, name="QueueCallerJoin", status="queued")]


def waits(known: Known, fields: Fields) -> list[Event]:
    """QueueEntry: who waits already when we come; known callers are not told of again."""
    call, queue = known.call(fields, queued=True), said(fields, "queue")
    return joins(known, fields) if call and queue not in call.joins else []


def gives_up(known: Known, fields: Fields) -> list[Event]:
    """QueueCallerAbandon: the caller hung up while waiting."""
    wait_s = number(fields.get("holdtime"), 0, YEAR_S)
    return _left(known, fields, kind="abandon", wait_s=wait_s)


def leaves(known: Known, fields: Fields) -> list[Event]:
    """QueueCallerLeave: the call is no longer in the queue; why, other events tell."""
    return _left(known, fields, kind="system")


def rings(known: Known, fields: Fields) -> list[Event]:
    """AgentCalled, AgentRingNoAnswer, AgentConnect, AgentComplete: what an agent's leg came to."""
    call = known.call(fields, queued=True)
    if call is None:
        return []
    status = _AGENT[fields["event"]]
    call.answered |= status in {"answered", "ended"}
    interface, leg = said(fields, "interface"), said(fields, "destuniqueid")
    return [
        write(
            known.pbx, call, fields, said(fields, "queue"), interface, leg,
            status=status,
            author="agent" if status == "answered" else "system",
            agent=known.pbx.agent(interface, said(fields, "membername")),
            wait_s=number(fields.get("holdtime"), 0, YEAR_S),
            duration_s=number(fields.get("talktime"), 0, YEAR_S),
            flags=["answered"] if status == "ended" else [],
            call=parts_of(call, leg or interface, "no-answer" if status == "missed" else None),
        )
    ]  # fmt: skip


def _left(known: Known, fields: Fields, **what: Any) -> list[Event]:
    call = known.call(fields, queued=True)
    if call is None:
        return []
    call.waits = False
    return [write(known.pbx, call, fields, said(fields, "queue"), **what)]
