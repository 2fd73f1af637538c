"""Microsoft Teams, and whatever else the Bot Framework connects: one activity a call.

Activities are described by the Bot Framework schema (github.com/microsoft/botframework-sdk, specs); what
Teams adds by learn.microsoft.com (bots in Teams). A thread of a channel is a conversation of its own,
``…;messageid=…``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from channels import carriers, stamps, wire
from channels.chat import teams_content, teams_token
from channels.fit import LINE, SHORT, TEXT, TEXT_FULL, fit
from channels.ours import is_ours
from channels.wire import Table
from router.errors import Malformed
from router.model.cloudevents import decoded
from router.model.event import Event, Kind, fit_id
from router.model.handle import Party
from router.ports import Account, Reply, Request, Setting

_WORD = re.compile(r"[a-z][a-z0-9_-]{0,31}", re.ASCII)
_CHANGES: Mapping[str, tuple[Kind, str]] = {
    "messageUpdate": ("edit", "edit"), "messageDelete": ("delete", "deleted"),
}  # fmt: skip
_RESTORED = "undeleteMessage"
_MOST = 100


class Teams:
    """The adapter."""

    unverified_status = 403
    settings = (
        Setting("secret", "public key (PEM) or key set of the Bot Framework"),
        Setting("app_id", "id of the bot's app"),
        Setting("ours", "our own bots, by id, a list"),
    )

    def verify(self, request: Request, account: Account, now: float) -> None:
        """Check the bearer token against keys, app and activity; raise Unverified."""
        try:
            activity = wire.table(decoded(request.body))
        except Malformed:
            activity = wire.NONE
        authorization = request.headers.get("authorization", "")
        teams_token.verify(authorization, activity, account.secret or "", account.setting("app_id"), now)

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read an activity; Malformed where it has no type."""
        activity = wire.table(decoded(request.body))
        kind = wire.text(activity, "type")
        if not kind:
            raise Malformed("there is no type: it is no activity")
        if kind == "message":
            return [_message(activity, account)]
        if kind in _CHANGES:
            return [_changed(activity, account, *_CHANGES[kind])]
        if kind == "messageReaction":
            return _reactions(activity, account)
        if kind == "conversationUpdate":
            return _members(activity, account) or [_other(activity, account, "system")]
        return [_other(activity, account, "typing" if kind == "typing" else "system")]

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say 200; an invoke waits for a body, an empty object says that all is well."""
        if wire.text(wire.table(decoded(request.body)), "type") == "invoke":
            return Reply(200, {"content-type": "application/json"}, b"{}")
        return Reply(200)


def _message(activity: Table, account: Account) -> Event:
    written = wire.text(activity, "text")
    text, files = teams_content.without_us(written, activity), teams_content.files(activity)
    value = activity.get("value")
    payload = value if isinstance(value, str) else wire.written(value, 4096)
    parent = fit(wire.name(activity, "replyToId"))
    return _event(
        activity,
        account,
        _native(activity),
        "message",
        text=fit(text, TEXT),
        text_full=fit(written, TEXT_FULL) if written != text else None,
        attachments=files,
        payload=fit(payload, 4096),
        parents=[parent] if parent else [],
        flags=[] if text or files or payload else ["unsupported"],
    )


def _changed(activity: Table, account: Account, kind: Kind, word: str) -> Event:
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


def _reactions(activity: Table, account: Account) -> list[Event]:
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


def _members(activity: Table, account: Account) -> list[Event]:
    """Tell who came and went; the bot itself too, which Teams tells when it is installed."""
    native = _native(activity)
    return [
        _event(
            activity,
            account,
            f"{native}:{way}:{wire.name(one, 'id')}",
            "participant",
            customer=None if _is_bot(one, activity, account) else _party(one, activity),
            attrs={"change": way, "member": fit(wire.name(one, "id"), LINE)},
        )
        for name, way in (("membersAdded", "added"), ("membersRemoved", "removed"))
        for one in wire.tables(activity, name)[:_MOST]
    ]


def _other(activity: Table, account: Account, kind: Kind) -> Event:
    told = {name: fit(wire.text(activity, name), SHORT) for name in ("type", "name", "action")}
    value = wire.written(activity.get("value"), 4096)
    attrs = {name: there for name, there in told.items() if there}
    return _event(activity, account, _native(activity), kind, payload=value, attrs=attrs)


def _event(activity: Table, account: Account, native: str, kind: Kind, **fields: Any) -> Event:
    sender = wire.table(activity, "from")
    bot = _is_bot(sender, activity, account)
    medium = (wire.text(activity, "channelId") or "teams").lower().removeprefix("ms")
    base = {
        "direction": "out" if bot else "in",
        "author": "bot" if bot else "customer",
        "customer": _party(wire.table(activity, "recipient") if bot else sender, activity),
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


def _party(who: Table, activity: Table) -> Party | None:
    """Give a person by tenant and directory id, which are the same for every bot; else by channel and id."""
    tenant = wire.text(activity, "channelData", "tenant", "id") or wire.text(
        activity, "conversation", "tenantId"
    )
    directory, name = wire.text(who, "aadObjectId") or wire.text(who, "objectId"), wire.text(who, "name")
    own = directory or wire.name(who, "id")
    if tenant and own:
        return carriers.party("teams", f"{tenant}/{own}", name)
    scope = wire.text(activity, "channelId") or "teams"
    return carriers.party("botframework", f"{scope}/{own}" if own else None, name)


def _is_bot(who: Table, activity: Table, account: Account) -> bool:
    """Tell whether somebody is a bot: in Teams their ids begin with ``28:``."""
    own = wire.name(who, "id")
    in_teams = wire.text(activity, "channelId") == "msteams"
    return wire.text(who, "role") == "bot" or (in_teams and own.startswith("28:")) or is_ours(account, own)
