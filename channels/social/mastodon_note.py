"""One notification of Mastodon, or one event of its streams: about a status, or an account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channels import batch, stamps, wire
from channels.fit import SHORT, TEXT, fit, overlong
from channels.ours import is_ours
from channels.social import mastodon_status
from channels.wire import Table
from router.errors import Invalid, Malformed
from router.model.cloudevents import decoded
from router.model.event import Event, Kind, fit_id
from router.model.handle import Party
from router.ports import Account

_REACTIONS: Mapping[str, str] = {"favourite": "★", "reblog": "🔁"}
_IRRELEVANT = frozenset({"status", "poll", "admin.sign_up", "admin.report", "severed_relationships"})


def read(account: Account, entry: object) -> list[Event]:
    """Read a notification or a stream event; Invalid where it has no id."""
    found = batch.record(entry)
    if "event" not in found:
        return _notification(account, found)
    kind = wire.text(found, "event")
    if "object" in found:
        return []  # a webhook for administrators: about accounts and reports, to nobody's inbox
    if kind == "delete":
        gone = wire.name(found, "payload")
        return [_event(account, f"{gone}:deleted", None, kind="delete", target=fit(gone))] if gone else []
    if kind not in {"notification", "status.update", "conversation"}:
        return []
    payload = _payload(found)
    if kind == "notification":
        return _notification(account, payload)
    status = payload if kind == "status.update" else wire.table(payload, "last_status")
    if kind == "conversation" and not _is_theirs(payload, status):
        return []
    return [
        _edited(account, status, status) if kind == "status.update" else _message(account, status, status)
    ]


def _payload(found: Table) -> Table:
    """Give the payload, which streams write as JSON in a text; Invalid where it is none."""
    there = found.get("payload")
    try:
        there = decoded(there.encode("utf-8", "replace")) if isinstance(there, str) else there
    except Malformed as reason:
        raise Invalid(f"the payload: {reason.detail}", field="payload") from None
    return batch.record(there)


def _notification(account: Account, found: Table) -> list[Event]:
    kind, status = wire.text(found, "type") or "", wire.table(found, "status")
    native = batch.native(found, "id")
    if kind in {"mention", "quote"} and status:
        return [_message(account, status, found)]
    if kind in _IRRELEVANT:
        return []
    if kind == "update" and status:
        return [_edited(account, status, found)]
    about: dict[str, Any] = {"kind": "system", "attrs": {"type": fit(kind, SHORT)}}
    if kind in _REACTIONS:
        about = {"kind": "reaction", "target": fit(wire.name(status, "id")), "text": _REACTIONS[kind]}
    at = stamps.stamp(found, "created_at")
    who = mastodon_status.person(wire.table(found, "account"))
    return [_event(account, f"notification:{native}", who, occurred_at=at, told=native, **about)]


def _message(account: Account, status: Table, told: Table) -> Event:
    """Read a status that speaks to us; its own id tells it, since a conversation may tell it again."""
    native, answered = batch.native(status, "id"), wire.name(status, "in_reply_to_id")
    text, files = mastodon_status.text(status), mastodon_status.files(status)
    return _event(
        account,
        native,
        mastodon_status.person(wire.table(status, "account")),
        kind="message",
        occurred_at=stamps.stamp(status, "created_at"),
        told=wire.name(told, "id"),
        thread=fit(answered or native),
        subject=fit(wire.text(status, "spoiler_text")),
        text=fit(text, TEXT),
        text_full=overlong(text),
        attachments=files,
        parents=[parent] if (parent := fit(answered)) else [],
        flags=[] if text or files else ["unsupported"],
        attrs={"visibility": fit(wire.text(status, "visibility"), SHORT)},
    )


def _edited(account: Account, status: Table, told: Table) -> Event:
    """Read an edit of a status, as a notification or a stream tells it."""
    native = batch.native(status, "id")
    at = wire.text(status, "edited_at") or wire.digest(status)
    return _event(
        account,
        f"{native}:edited:{at}",
        mastodon_status.person(wire.table(status, "account")),
        kind="edit",
        occurred_at=stamps.stamp(status, "edited_at") or stamps.stamp(told, "created_at"),
        told=None if told is status else wire.name(told, "id"),
        target=fit(native),
        text=fit(mastodon_status.text(status), TEXT),
        attachments=mastodon_status.files(status),
    )


def _event(
    account: Account, native: str, who: Party | None, *, kind: Kind, told: str | None = None, **fields: Any
) -> Event:
    ours = who is not None and is_ours(account, who.value)
    return Event(
        id=fit_id(native),
        source=account.source,
        channel="social",
        medium="mastodon",
        kind=kind,
        direction="out" if ours else "in",
        author="unknown" if ours else "customer",
        customer=None if ours else who,
        provider="mastodon",
        provider_event_id=fit(told or native),
        **fields,
    )


def _is_theirs(conversation: Table, status: Table) -> bool:
    """Tell whether the last word of a conversation is another's: we are not in its list of accounts."""
    own = wire.name(status, "account", "id")
    return bool(own) and own in {wire.name(one, "id") for one in wire.tables(conversation, "accounts")}
