"""The events of LINE by their type: what is said, who follows or joins, what arrived, and notes of LINE.

All but messages are known by ``webhookEventId``, which a second delivery keeps. In groups LINE may not say
who spoke.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from channels import batch, wire
from channels.fit import PAYLOAD, SHORT, fit, kept
from channels.social import line_message
from channels.social.line_heard import Heard
from channels.wire import Table
from router.model.event import Attribute, Event, Kind

_MEMBERS: Mapping[str, Kind] = {
    "follow": "opt_in", "unfollow": "opt_out", "join": "participant", "leave": "participant",
}  # fmt: skip
_NOTES = frozenset({
    "accountLink", "activated", "beacon", "botResumed", "botSuspended", "deactivated", "membership", "module",
    "things", "videoPlayComplete",
})  # fmt: skip


def read(entry: object, ours: str, source: str) -> list[Event]:
    """Read an event; one of a type that came later is kept as it is. Invalid where it is no event."""
    kind = batch.native(batch.record(entry), "type")
    heard = Heard(wire.table(entry), ours, source)
    if kind in _READERS:
        return _READERS[kind](heard)
    if kind in _NOTES:
        return [heard.event(heard.native, kind="system", author="system", attrs=_note(heard.told, kind))]
    payload = wire.written(entry, PAYLOAD)
    return [
        heard.event(heard.native, kind="generic", author="system", payload=payload, attrs={"type": fit(kind)})
    ]


def _member(heard: Heard) -> list[Event]:
    """Read what became of us: who follows consents, who blocks withdraws, a group lets us in or out."""
    kind = _MEMBERS[wire.name(heard.told, "type")]
    back = wire.value(heard.told, "follow", "isUnblocked") is True
    attrs: dict[str, Attribute] = (
        {"unblocked": True} if back else {"type": fit(wire.name(heard.told, "type"))}
    )
    if kind == "participant":
        return [heard.event(heard.native, kind=kind, direction="internal", author="system", attrs=attrs)]
    return [heard.event(heard.native, kind=kind, attrs=attrs)]


def _members(heard: Heard) -> list[Event]:
    """Read who joined or left a group, an event each."""
    kind = wire.name(heard.told, "type")
    people = wire.tables(heard.told, "joined" if kind == "memberJoined" else "left", "members")
    users = dict.fromkeys(user for user in (wire.name(one, "userId") for one in people) if user)
    attrs: dict[str, Attribute] = {"type": kind}
    return [
        heard.event(
            f"{heard.native}:{user}",
            user,
            kind="participant",
            direction="internal",
            author="system",
            attrs=attrs,
        )
        for user in users
    ]


def _delivered(heard: Heard) -> list[Event]:
    """Read that a message sent to a telephone number arrived; ``data`` is what we gave with it, or a hash."""
    data = fit(wire.text(heard.told, "delivery", "data"))
    return [
        heard.event(
            heard.native, kind="status", direction="out", author="system", status="delivered", payload=data
        )
    ]


def _note(told: Table, kind: str) -> dict[str, Attribute]:
    """Keep what a note is about; the nonce of a linked account is a secret and stays out."""
    about = {
        "type": kind,
        "result": wire.name(told, "link", "result"),
        "beacon": wire.name(told, "beacon", "hwid"),
        "state": wire.name(told, "beacon", "type") or wire.name(told, "membership", "type"),
        "video": wire.name(told, "videoPlayComplete", "trackingId"),
    }
    return kept(about, SHORT)


_READERS: Mapping[str, Callable[[Heard], list[Event]]] = {
    "message": line_message.message, "messageEdited": line_message.edited, "unsend": line_message.unsent,
    "postback": line_message.postback, "memberJoined": _members, "memberLeft": _members,
    "delivery": _delivered, **dict.fromkeys(_MEMBERS, _member),
}  # fmt: skip
