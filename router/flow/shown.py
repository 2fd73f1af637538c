"""Turns what the routing slot holds into what is served."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from router.model.desk import AgentView, Depth, QueueView
from router.model.item import Candidate, Decision, Head, Item
from router.model.queue import QueueProfile
from router.store.agents import AgentRecord
from router.store.depth import Counts

STATES = ("waiting", "offered", "active", "wrapping", "scheduled")


def at(ms: int) -> datetime:
    """Give a moment in ms as UTC time."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def item(record: Mapping[str, str]) -> Item:
    """Show an item; the fields are those of lib/item.lua."""
    return msgspec.convert(_item(record), Item)


def _item(record: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": record["id"],
        "conversation": record["cnv"],
        "customer": record["view"],
        "queue": record["queue"],
        "channel": record["channel"],
        "label": record["label"],
        "state": record["state"],
        "skills": [skill for skill in record["skills"].split(",") if skill],
        "priority": int(record["priority"]),
        "entered_at": at(int(record["entered"])),
        "due_at": at(int(record["due"])),
        "agent": record["agent"] or None,
        "offer": record["offer"] or None,
        "unread": int(record["in_n"]) - int(record["seen_n"]),
        "issue": record["issue"] or None,
        "topic": record["topic"] or None,
        "outcome": record.get("outcome") or None,
    }


def agent(record: AgentRecord, items: list[Mapping[str, str]]) -> AgentView:
    """Show an agent; ``items`` are the records of what they hold."""
    profile = record.profile
    return AgentView(
        id=record.id,
        name=profile.name,
        queues=profile.queues,
        skills=profile.skills,
        capacity=profile.capacity,
        state=record.state,  # type: ignore[arg-type] # written by agent_state.lua only
        reason=record.reason or None,
        since=at(record.since_ms),
        load=record.load_ppm / 1_000_000,
        items=[one["id"] for one in items if one["state"] != "offered"],
        offers=[one["offer"] for one in items if one["state"] == "offered"],
    )


def queue(name: str, profile: QueueProfile, counts: Counts) -> QueueView:
    """Show a queue's depth per channel and in all."""
    channels = sorted(channel for found, channel in counts.places if found == name)
    shown = {channel: _depth(name, channel, counts) for channel in channels}
    ages = [depth.oldest_s for depth in shown.values() if depth.oldest_s is not None]
    sums = {state: sum(getattr(depth, state) for depth in shown.values()) for state in STATES}
    totals = Depth(**sums, oldest_s=max(ages, default=None))
    return QueueView(id=name, profile=profile, channels=shown, totals=totals)


def _depth(name: str, channel: str, counts: Counts) -> Depth:
    entered = counts.oldest.get((name, channel))
    age = None if entered is None else max(0, counts.now_ms - entered) / 1000
    return Depth(**{state: counts.states.get((name, channel, state), 0) for state in STATES}, oldest_s=age)


class _Head(msgspec.Struct):
    item: str
    due_ms: int


class _Decision(msgspec.Struct):
    at_ms: int
    item: str
    outcome: str
    agent: str | None = None
    due_ms: int | None = None
    heads: list[_Head] = []
    candidates: list[Candidate] = []


_DECISION = msgspec.json.Decoder(_Decision)


def decision(raw: bytes) -> Decision:
    """Show a decision as lib/decision.lua wrote it."""
    told = _DECISION.decode(raw)
    return Decision(
        at=at(told.at_ms),
        item=told.item,
        outcome=told.outcome,
        agent=told.agent,
        due_at=None if told.due_ms is None else at(told.due_ms),
        heads=[Head(head.item, at(head.due_ms)) for head in told.heads],
        candidates=told.candidates,
    )
