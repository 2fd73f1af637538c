"""What an activity of the Bot Framework says: a message, a change of one, who came and went.

Activities are described by the Bot Framework schema (github.com/microsoft/botframework-sdk, specs); what
Teams adds by learn.microsoft.com (bots in Teams).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from channels import stamps, wire
from channels.chat import teams_content
from channels.chat.teams_people import is_bot, party
from channels.fit import LINE, PAYLOAD, SHORT, TEXT, TEXT_FULL, fit
from channels.wire import Table
from router.model.event import Event, Kind, fit_id
from router.ports import Account

_WORD = re.compile(r"[a-z][a-z0-9_-]{0,31}", re.ASCII)
_RESTORED = "undeleteMessage"
_MOST = 100


def message(activity: Table, account: Account) -> Event:
    """Read what somebody says; what is neither text nor file nor a card's answer is unsupported."""
    written = wire.text(activity, "text")
    text, files = teams_content.without_us(written, activity), teams_content.files(activity)
    value = activity.get("value")
    payload = value if isinstance(value, str) else wire.written(value, PAYLOAD)
    parent = fit(wire.name(activity, "replyToId"))
    return _event(
        activity,
        account,
        _native(activity),
        "message",
        text=fit(text, TEXT),
        text_full=fit(written, TEXT_FULL) if written != text else None,
        attachments=files,
        payload=fit(payload, PAYLOAD),
        parents=[parent] if parent else [],
        flags=[] if text or files or payload else ["unsupported"],
    )


def changed(activity: Table, account: Account, kind: Kind, word: str) -> Event:
    """Read an edit or a deletion: the id is that of the message, so the time tells one from the next."""
    restored = wire.text(activity, "channelData", "eventType") == _RESTORED
    at = wire.text(activity, "timestamp") or wire.digest(activity)
    text = teams_content.without_us(wire.text(activity, "text"), activity)
    return _event(
        activity,
        account,
        f"{_native(activity)}:{'restored' if restored else word}:{at}",
        "edit" if restored else kind,
        target=fit(wire.name(activity, "id")),
        text=fit(text, TEXT),
    )


def reactions(activity: Table, account: Account) -> list[Event]:
    """Read the reactions that were given or taken back."""
    told: Sequence[tuple[str, Kind]] = (
        ("reactionsAdded", "reaction"),
        ("reactionsRemoved", "reaction_removed"),
    )
    native = _native(activity)
    return [
        _event(
            activity,
            account,
            f"{native}:{kind}:{wire.text(one, 'type')}",
            kind,
            target=fit(wire.name(activity, "replyToId")),
            text=fit(wire.text(one, "type"), SHORT),
        )
        for name, kind in told
        for one in wire.tables(activity, name)[:_MOST]
    ]


def members(activity: Table, account: Account) -> list[Event]:
    """Tell who came and went; the bot itself too, which Teams tells when it is installed."""
    native = _native(activity)
    return [
        _event(
            activity,
            account,
            f"{native}:{way}:{wire.name(one, 'id')}",
            "participant",
            customer=None if is_bot(one, activity, account) else party(one, activity),
            attrs={"change": way, "member": fit(wire.name(one, "id"), LINE)},
        )
        for name, way in (("membersAdded", "added"), ("membersRemoved", "removed"))
        for one in wire.tables(activity, name)[:_MOST]
    ]


def other(activity: Table, account: Account, kind: Kind) -> Event:
    """Read what is no more than noted."""
    told = {name: fit(wire.text(activity, name), SHORT) for name in ("type", "name", "action")}
    value = wire.written(activity.get("value"), PAYLOAD)
    attrs = {name: there for name, there in told.items() if there}
    return _event(activity, account, _native(activity), kind, payload=value, attrs=attrs)


def _event(activity: Table, account: Account, native: str, kind: Kind, **fields: Any) -> Event:
    sender = wire.table(activity, "from")
    bot = is_bot(sender, activity, account)
    medium = (wire.text(activity, "channelId") or "teams").lower().removeprefix("ms")
    base = {
        "direction": "out" if bot else "in",
        "author": "bot" if bot else "customer",
        "customer": party(wire.table(activity, "recipient") if bot else sender, activity),
    }
    return Event(
        id=fit_id(native),
        source=account.source,
        channel="chat",
        medium=medium if _WORD.fullmatch(medium) else "other",
        kind=kind,
        occurred_at=stamps.stamp(activity, "timestamp"),
        provider="teams",
        provider_event_id=fit(native),
        to=fit(wire.name(activity, "from" if bot else "recipient", "id")),
        thread=fit(wire.name(activity, "conversation", "id")),
        **(base | fields),
    )


def _native(activity: Table) -> str:
    return wire.name(activity, "id") or f"h:{wire.digest(activity)}"
