"""Tells the timeline what happened to an item: accepted, transferred, completed, abandoned."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from router.flow.prepare import Preparer
from router.flow.project import Project
from router.flow.shown import at
from router.model.event import OWN_SOURCE, Event
from router.model.handle import Party
from router.store.items import Happening, Items
from router.store.registers import Conversation, HandleRecord, Registers
from router.store.timelines import Timelines

_UNRESTED = frozenset({"thread", "event"})
"""Handles that are no address of anybody: the conversation has no customer yet."""


class Tell:
    """Happenings become events with the id ``item:revision``, through the ordinary deduplication."""

    def __init__(
        self, items: Items, registers: Registers, timelines: Timelines, preparer: Preparer, project: Project
    ) -> None:
        self._items, self._registers, self._timelines = items, registers, timelines
        self._preparer, self._project = preparer, project

    async def item(self, item: str) -> None:
        """Tell everything that is still to be told of an item, oldest first."""
        record, happenings = await asyncio.gather(self._items.read([item]), self._items.happenings(item))
        if not happenings:
            return
        hid, cnv = record[0]["hid"], record[0]["cnv"]
        conversation, (handle,) = await asyncio.gather(
            self._registers.conversation(cnv), self._registers.handles([hid])
        )
        if conversation is not None and handle is not None:
            for happening in happenings:
                event = _event(happening, record[0], conversation, handle)
                close = happening.want or None
                await self._timelines.record(self._preparer.own(event, hid, cnv, close))
        await self._items.clear(item, happenings[-1].rev)
        self._project.touch(record[0]["view"])


def _event(
    happening: Happening, item: Mapping[str, str], conversation: Conversation, handle: HandleRecord
) -> Event:
    """Write a happening as an event of the item's conversation."""
    channel: Any = item["channel"]
    known = handle.type not in _UNRESTED
    attrs: dict[str, Any] = {"action": happening.what, "item": item["id"], "queue": happening.queue}
    attrs |= {"to_queue": happening.to_queue, "to_agent": happening.to_agent}
    return Event(
        id=f"{item['id']}:{happening.rev}",
        source=OWN_SOURCE,
        channel=channel,
        medium=None if item["label"] == channel else item["label"],
        author="customer" if happening.what == "abandoned" else "agent",
        occurred_at=at(happening.at_ms),
        customer=Party(handle.type, handle.value) if known else None,
        to=conversation.to,
        thread=conversation.thread,
        queue=happening.queue,
        agent=happening.agent,
        text=happening.note,
        topic=happening.topic,
        attrs={name: value for name, value in attrs.items() if value is not None},
        **_KINDS[happening.what](happening, channel),
    )


def _accepted(_: Happening, channel: str) -> dict[str, Any]:
    """Write an accept: on a call the agent answers it, elsewhere they take part from now on."""
    if channel == "voice":
        return {"kind": "call", "direction": "internal", "status": "answered"}
    return {"kind": "participant", "direction": "internal"}


def _completed(happening: Happening, _: str) -> dict[str, Any]:
    if happening.outcome is None:
        return {"kind": "system", "direction": "internal", "issue": happening.issue}
    outcome, issue = happening.outcome, happening.issue
    return {"kind": "disposition", "direction": "internal", "outcome": outcome, "issue": issue}


_KINDS = {
    "accepted": _accepted,
    "completed": _completed,
    "transferred": lambda *_: {"kind": "transfer", "direction": "internal"},
    "abandoned": lambda *_: {"kind": "abandon", "direction": "in"},
    "cancelled": lambda *_: {"kind": "system", "direction": "internal"},
    "lapsed": lambda *_: {"kind": "system", "direction": "internal"},
}
