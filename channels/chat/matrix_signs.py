"""What Matrix tells without an event: who is writing, and who has read how far (MSC 2409, ephemeral)."""

from __future__ import annotations

from typing import Any

from channels import batch, carriers, stamps, wire
from channels.fit import fit
from channels.ours import is_ours
from router.model.event import Event, Kind, fit_id
from router.ports import Account

_MOST = 100  # people in a sign; a large room has thousands, who are nobody's customers
_READ = ("m.read", "m.read.private")


def read(account: Account, entry: object) -> list[Event]:
    """Read a sign; those that nobody waits for, like presence, make no event."""
    found = batch.record(entry)
    kind, content, room = wire.text(found, "type"), wire.table(found, "content"), wire.text(found, "room_id")
    if kind == "m.typing":
        told = wire.digest(found)
        return [
            _sign(account, room, who, f"{told}:{who}", kind="typing")
            for who in wire.array(content, "user_ids")[:_MOST]
            if isinstance(who, str) and not is_ours(account, who)
        ]
    if kind != "m.receipt":
        return []
    seen = (
        (message, who, wire.table(readers, who))
        for message, receipts in content.items()
        for sort in _READ
        for readers in [wire.table(receipts, sort)]
        for who in readers
    )
    return [
        _sign(
            account, room, who, f"{message}:read:{who}", kind="read", target=fit(message), status="read",
            occurred_at=stamps.stamp(at, "ts"),
        )
        for message, who, at in list(seen)[:_MOST]
        if not is_ours(account, who)
    ]  # fmt: skip


def _sign(account: Account, room: str | None, who: str, native: str, *, kind: Kind, **fields: Any) -> Event:
    return Event(
        id=fit_id(native),
        source=account.source,
        channel="chat",
        medium="matrix",
        kind=kind,
        direction="in",
        author="customer",
        customer=carriers.party("matrix", who),
        provider="matrix",
        provider_event_id=fit(native),
        thread=fit(room),
        **fields,
    )
