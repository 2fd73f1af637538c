"""The events of LINE: messages, edits, withdrawals, buttons, and who follows or joins.

A message is known by its own id, which an edit or a withdrawal names; all else by ``webhookEventId``, which a
second delivery keeps. In groups LINE may not say who spoke.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from channels import batch, wire
from channels.fit import LINE, SHORT, TEXT, fit
from channels.wire import Table
from router.model.event import Attachment, Attribute, Event, Flag, Kind, Location, fit_id
from router.model.handle import Party

_PAYLOAD = 4096  # characters, the bound of router.model.event
_MEDIA: Mapping[str, str] = {
    "image": "image", "video": "video", "audio": "audio", "file": "file", "sticker": "sticker",
}  # fmt: skip
_KNOWN = frozenset({"text", "location", *_MEDIA})
_MEMBERS: Mapping[str, Kind] = {
    "follow": "opt_in", "unfollow": "opt_out", "join": "participant", "leave": "participant",
}  # fmt: skip
_NOTES = frozenset({
    "accountLink", "activated", "beacon", "botResumed", "botSuspended", "deactivated", "membership", "module",
    "things", "videoPlayComplete",
})  # fmt: skip


class Heard(NamedTuple):
    """An event as it came, and the account of ours that heard it."""

    told: Table
    ours: str
    source: str

    @property
    def thread(self) -> str | None:
        """Name the conversation: the group or room, else the person."""
        where = wire.table(self.told, "source")
        names = (wire.name(where, name) for name in ("groupId", "roomId", "userId"))
        end = next((name for name in names if name), "")
        return fit(f"line:{end}") if end else None

    def event(self, native: str, user: str = "", **fields: Any) -> Event:
        """Make an event; ``native`` is our id of it, beside LINE's id of this happening."""
        customer = fit(user or wire.name(self.told, "source", "userId"), 512)
        told = {"direction": "in", "author": "customer", "flags": []} | fields
        told["flags"] = [*self.flags, *told["flags"]]
        return Event(
            id=fit_id(native),
            source=self.source,
            channel="social",
            medium="line",
            occurred_at=wire.moment(self.told, "timestamp"),
            customer=Party("line", customer) if customer else None,
            provider="line",
            provider_event_id=fit(wire.name(self.told, "webhookEventId") or native),
            to=fit(self.ours),
            thread=self.thread,
            **told,
        )

    @property
    def flags(self) -> list[Flag]:
        """Mark a second delivery."""
        again = wire.value(self.told, "deliveryContext", "isRedelivery") is True
        return ["redelivery"] if again else []

    @property
    def native(self) -> str:
        """Give the id of the happening; what has none is known by what it says, apart from its delivery."""
        said = {name: part for name, part in self.told.items() if name != "deliveryContext"}
        return wire.name(self.told, "webhookEventId") or f"h:{wire.digest(said)}"


def read(entry: object, ours: str, source: str) -> list[Event]:
    """Read an event; one of a type that came later is kept as it is. Invalid where it is no event."""
    kind = batch.native(batch.record(entry), "type")
    heard = Heard(wire.table(entry), ours, source)
    if kind in _READERS:
        return _READERS[kind](heard)
    if kind in _NOTES:
        return [heard.event(heard.native, kind="system", author="system", attrs=_note(heard.told, kind))]
    payload = wire.written(entry, _PAYLOAD)
    return [
        heard.event(heard.native, kind="generic", author="system", payload=payload, attrs={"type": fit(kind)})
    ]


def _message(heard: Heard) -> list[Event]:
    """Read a message; while the account stands by, another service answers, and nobody here is called for."""
    told = wire.table(heard.told, "message")
    attachments, location, text = _attachments(told), _location(told), wire.text(told, "text")
    parent = fit(wire.name(told, "quotedMessageId"))
    flags: list[Flag] = ["companion"] if wire.name(heard.told, "mode") == "standby" else []
    if wire.name(told, "type") not in _KNOWN or not (text or attachments or location):
        flags.append("unsupported")
    return [
        heard.event(
            batch.native(told, "id"),
            kind="message",
            text=fit(text, TEXT),
            attachments=attachments,
            location=location,
            parents=[parent] if parent else [],
            flags=flags,
            attrs=_attrs(told),
        )
    ]


def _edited(heard: Heard) -> list[Event]:
    told = wire.table(heard.told, "message")
    target, text = batch.native(told, "id"), fit(wire.text(told, "text"), TEXT)
    return [heard.event(heard.native, kind="edit", target=fit(target), text=text)]


def _unsent(heard: Heard) -> list[Event]:
    target = batch.native(heard.told, "unsend", "messageId")
    return [heard.event(heard.native, kind="delete", target=fit(target))]


def _postback(heard: Heard) -> list[Event]:
    """Read a button pressed, or a date chosen; LINE does not tell what stood on it."""
    told = wire.table(heard.told, "postback")
    params = wire.table(told, "params")
    attrs: dict[str, Attribute] = {
        name[:64]: fit(wire.name(params, name))
        for name in list(params)[:8]
        if name and wire.name(params, name)
    }
    flags: list[Flag] = ["companion"] if wire.name(heard.told, "mode") == "standby" else []
    payload = fit(wire.text(told, "data"), _PAYLOAD)
    return [heard.event(heard.native, kind="message", payload=payload, flags=flags, attrs=attrs)]


def _member(heard: Heard) -> list[Event]:
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


def _attachments(told: Table) -> list[Attachment]:
    """Read media: what LINE holds is fetched by the id of the message with the account's token."""
    kind = _MEDIA.get(wire.name(told, "type"))
    if kind is None:
        return []
    elsewhere = wire.text(told, "contentProvider", "originalContentUrl")
    sticker = kind == "sticker"
    return [
        Attachment(
            kind=kind,
            name=fit(wire.text(told, "fileName")),
            size=max(wire.whole(told, "fileSize") or 0, 0) or None,
            url=fit(elsewhere, 4096),
            content_id=fit(wire.name(told, "stickerId" if sticker else "id")),
            fetch="none" if elsewhere or sticker else "provider",
        )
    ]


def _location(told: Table) -> Location | None:
    if wire.name(told, "type") != "location":
        return None
    label, address = wire.text(told, "title"), wire.text(told, "address")
    return wire.place(told.get("latitude"), told.get("longitude"), label, address)


def _attrs(told: Table) -> dict[str, Attribute]:
    keywords = [one for one in wire.array(told, "keywords") if isinstance(one, str)]
    kept = {
        "sticker": wire.name(told, "stickerId"),
        "package": wire.name(told, "packageId"),
        "keywords": ", ".join(keywords),
        "album": wire.name(told, "imageSet", "id"),
        "duration_ms": wire.name(told, "duration"),
    }
    return {name: fit(text, LINE) for name, text in kept.items() if text}


def _note(told: Table, kind: str) -> dict[str, Attribute]:
    """Keep what a note is about; the nonce of a linked account is a secret and stays out."""
    about = {
        "type": kind,
        "result": wire.name(told, "link", "result"),
        "beacon": wire.name(told, "beacon", "hwid"),
        "state": wire.name(told, "beacon", "type") or wire.name(told, "membership", "type"),
        "video": wire.name(told, "videoPlayComplete", "trackingId"),
    }
    return {name: fit(text, SHORT) for name, text in about.items() if text}


_READERS: Mapping[str, Callable[[Heard], list[Event]]] = {
    "message": _message, "messageEdited": _edited, "unsend": _unsent, "postback": _postback,
    "memberJoined": _members, "memberLeft": _members, "delivery": _delivered,
    **dict.fromkeys(_MEMBERS, _member),
}  # fmt: skip
