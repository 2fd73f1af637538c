"""Events of Matrix rooms: messages, edits, reactions, redactions, who came and went.

The types are those of the Client-Server API (spec.matrix.org, instant messaging, event relations). An event
with ``state_key`` sets the state of a room. Times are milliseconds since 1970.
"""

from __future__ import annotations

from typing import Any

from channels import batch, carriers, stamps, wire
from channels.chat import matrix_content
from channels.fit import LINE, SHORT, TEXT, TEXT_FULL, fit
from channels.ours import is_ours
from channels.wire import Table
from router.model.event import Event, fit_id
from router.ports import Account

_TEXTS = frozenset({"m.text", "m.notice", "m.emote"})
_GONE = frozenset({"leave", "ban"})


def read(account: Account, entry: object) -> list[Event]:
    """Read an event of a room; Invalid where it has no id."""
    found = batch.record(entry)
    native, kind, content = batch.native(found, "event_id"), wire.text(found, "type") or "", _content(found)
    if "state_key" in found:
        return [_state(found, account, native, kind)]
    if kind in {"m.room.message", "m.sticker", "m.room.encrypted"}:
        return [_message(found, account, native, content)]
    if kind == "m.reaction":
        told = wire.table(content, "m.relates_to")
        text, target = fit(wire.text(told, "key"), TEXT), fit(wire.text(told, "event_id"))
        return [_event(found, account, native, kind="reaction", text=text, target=target)]
    if kind == "m.room.redaction":
        gone = wire.text(found, "redacts") or wire.text(content, "redacts")
        return [_event(found, account, native, kind="delete", target=fit(gone))]
    return [_event(found, account, native, kind="system", attrs={"type": fit(kind, SHORT)})]


def _message(found: Table, account: Account, native: str, content: Table) -> Event:
    relation = wire.table(content, "m.relates_to")
    edits = wire.text(relation, "rel_type") == "m.replace"
    body = wire.table(content, "m.new_content") or content if edits else content
    kind = wire.text(body, "msgtype") or wire.text(found, "type") or ""
    written = wire.text(body, "body")
    replied = fit(wire.text(relation, "m.in_reply_to", "event_id"))
    files, place = matrix_content.files(body, kind), matrix_content.location(body)
    text = matrix_content.own_words(written) if replied and written else written
    if files and not wire.text(body, "filename"):
        text = None  # without a file name the body is one, and no caption
    readable = kind in _TEXTS or files or place
    return _event(
        found,
        account,
        native,
        kind="edit" if edits else "message",
        target=fit(wire.text(relation, "event_id")) if edits else None,
        text=fit(text if readable or kind != "m.room.encrypted" else None, TEXT),
        text_full=fit(written, TEXT_FULL) if written and text and written != text else None,
        attachments=files,
        parents=[replied] if replied else [],
        location=place,
        flags=["auto"] * (kind == "m.notice") + ["unsupported"] * (not readable),
        attrs={"type": fit(kind, SHORT)},
    )


def _state(found: Table, account: Account, native: str, kind: str) -> Event:
    """Read a change of a room's state: who is in it is a participant, all else is told as it is."""
    if kind != "m.room.member":
        return _event(
            found, account, native, kind="system", author="system", attrs={"type": fit(kind, SHORT)}
        )
    who, membership = wire.text(found, "state_key") or "", wire.text(found, "content", "membership") or ""
    return _event(
        found,
        account,
        native,
        kind="participant",
        customer=None
        if is_ours(account, who)
        else carriers.party("matrix", who, wire.text(found, "content", "displayname")),
        attrs={
            "change": "removed" if membership in _GONE else "added",
            "membership": fit(membership, SHORT),
            "member": fit(who, LINE),
        },
    )


def _event(found: Table, account: Account, native: str, **fields: Any) -> Event:
    sender, room = wire.text(found, "sender") or "", wire.text(found, "room_id")
    relation = wire.table(_content(found), "m.relates_to")
    root = wire.text(relation, "event_id") if wire.text(relation, "rel_type") == "m.thread" else None
    ours = is_ours(account, sender)
    base = {
        "direction": "out" if ours else "in",
        "author": "unknown" if ours else "customer",
        "customer": None if ours else carriers.party("matrix", sender),
    }
    return Event(
        id=fit_id(native),
        source=account.source,
        channel="chat",
        medium="matrix",
        occurred_at=stamps.stamp(found, "origin_server_ts"),
        provider="matrix",
        provider_event_id=fit(native),
        thread=fit(f"{room}/{root}" if root else room),
        **(base | fields),
    )


def _content(found: Table) -> Table:
    return wire.table(found, "content")
