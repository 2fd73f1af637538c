"""The events of Slack: messages, reactions to them, and who came and went."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from channels import wire
from channels.chat.slack_message import message
from channels.chat.slack_posted import Posted
from channels.fit import fit
from channels.wire import Table
from router.model.event import Event


def read(envelope: Table, source: str, *, again: bool) -> list[Event]:
    """Read an envelope; what is not of a conversation, and what bots say, makes no event."""
    told = wire.table(envelope, "event")
    reader = _READERS.get(wire.name(told, "type"))
    posted = Posted(envelope, source, again)
    if reader is None or not posted.channel or posted.by_bot(told) or posted.by_us(told):
        return []
    return reader(told, posted)


def _reaction(told: Table, posted: Posted) -> list[Event]:
    ts, user, emoji = wire.name(told, "item", "ts"), wire.name(told, "user"), wire.name(told, "reaction")
    if not ts or not user:
        return []
    removed = wire.name(told, "type") == "reaction_removed"
    at, target = wire.name(told, "event_ts"), posted.message(ts)
    return [
        posted.event(
            f"{target}:{told['type']}:{user}:{emoji}:{at}",
            at,
            kind="reaction_removed" if removed else "reaction",
            customer=posted.party(told),
            target=fit(target),
            text=None if removed else fit(emoji),
            payload=fit(emoji) if removed else None,
        )
    ]


def _member(told: Table, posted: Posted) -> list[Event]:
    user, at = wire.name(told, "user"), wire.name(told, "event_ts")
    return [
        posted.event(
            f"{posted.message(at)}:{told['type']}:{user}",
            at,
            kind="participant",
            direction="internal",
            customer=posted.party(told),
            attrs={"type": fit(wire.text(told, "type"))},
        )
    ]


_READERS: Mapping[str, Callable[[Table, Posted], list[Event]]] = {
    "message": message, "app_mention": message, "reaction_added": _reaction,
    "reaction_removed": _reaction, "member_joined_channel": _member, "member_left_channel": _member,
}  # fmt: skip
