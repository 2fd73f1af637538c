"""Messenger and Instagram: what passes between a page, or an account, and a person; comments lie beside it.

Times are milliseconds, unlike WhatsApp's. An unsent message comes with the id it was sent with. Described at
developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from channels import batch, wire
from channels.fit import LINE, SHORT, TEXT, fit
from channels.social import meta_page_comments
from channels.social.meta_page_message import message
from channels.social.meta_page_talk import PROVIDER, Surface, Talk
from channels.wire import Table
from router.model.event import Attribute, Event

_PAYLOAD = 4096  # characters, the bound of router.model.event
_STOPPED = frozenset({"STOP NOTIFICATIONS", "STOP_NOTIFICATIONS"})
_MOST_READ = 1000


def read(entry: object, surface: Surface, source: str) -> list[Event]:
    """Read an entry, one page or account; what cannot be read in it is kept unread."""
    account = wire.name(batch.record(entry), "id")

    def each(name: str, one: Callable[[object], list[Event]]) -> list[Event]:
        return batch.each(wire.array(entry, name), one, source, PROVIDER)

    def said(item: object) -> list[Event]:
        return _item(batch.record(item), Talk.of(batch.record(item), account, surface, source))

    def standby(item: object) -> list[Event]:
        return [_aside(event) for event in said(item)]

    def change(item: object) -> list[Event]:
        value, field = wire.value(batch.record(item), "value"), wire.name(item, "field")
        if wire.value(value, "sender") or wire.value(value, "recipient"):  # a talk, as the console tests it
            return standby(value) if field == "standby" else said(value)
        return meta_page_comments.read(value, field, account, surface, source)

    return [*each("messaging", said), *each("standby", standby), *each("changes", change)]


def _aside(event: Event) -> Event:
    """Mark what was said while another app holds the thread: it is kept, and calls for nobody."""
    heard = event.kind == "message" and event.direction == "in"
    return replace(event, flags=[*event.flags, "companion"]) if heard else event


def _item(item: Table, talk: Talk) -> list[Event]:
    """Read an entry of a talk by what it carries; what came after this was written is kept as it is."""
    for field, reader in _READERS.items():
        if isinstance(item.get(field), dict):
            return reader(item[field], talk)
    payload = wire.written(item, _PAYLOAD)
    return [talk.event(f"h:{wire.digest(item)}", kind="generic", author="system", payload=payload)]


def _edit(told: Table, talk: Talk) -> list[Event]:
    mid = batch.native(told, "mid")
    variant = wire.name(told, "num_edit") or talk.stamp
    return [
        talk.event(
            f"{mid}:edit:{variant}", kind="edit", target=fit(mid), text=fit(wire.text(told, "text"), TEXT)
        )
    ]


def _postback(told: Table, talk: Talk) -> list[Event]:
    """Read a button pressed; where it has no id, who pressed what when is one."""
    title, payload = wire.text(told, "title"), wire.text(told, "payload")
    pressed = (talk.page, talk.user, talk.stamp, payload)
    return [
        talk.event(
            wire.name(told, "mid") or f"h:{wire.digest(pressed)}",
            kind="message",
            text=fit(title, TEXT),
            payload=fit(payload, _PAYLOAD),
            attrs=_came(wire.table(told, "referral")),
        )
    ]


def _reaction(told: Table, talk: Talk) -> list[Event]:
    mid, action = batch.native(told, "mid"), wire.name(told, "action")
    removed = action == "unreact"
    emoji = wire.text(told, "emoji") or wire.text(told, "reaction")
    return [
        talk.event(
            talk.named(mid, action or "react"),
            kind="reaction_removed" if removed else "reaction",
            target=fit(mid),
            text=None if removed else fit(emoji),
        )
    ]


def _read(told: Table, talk: Talk) -> list[Event]:
    """Read that our messages were seen: Instagram names one, Messenger a time up to which."""
    mid = wire.name(told, "mid")
    attrs = _kept({"watermark": wire.name(told, "watermark")})
    return [talk.event(talk.named("read", mid), kind="read", target=fit(mid), attrs=attrs)]


def _delivery(told: Table, talk: Talk) -> list[Event]:
    """Read that our messages arrived: each that is named, else all up to a time."""
    watermark = wire.name(told, "watermark")
    mids = [mid for mid in wire.array(told, "mids") if isinstance(mid, str) and mid][:_MOST_READ]
    natives = {f"{mid}:delivered": mid for mid in mids} or {talk.named("delivered", watermark): ""}
    return [
        talk.event(
            native,
            kind="status",
            direction="out",
            author="system",
            status="delivered",
            target=fit(mid),
            attrs=_kept({"watermark": watermark}),
        )
        for native, mid in natives.items()
    ]


def _optin(told: Table, talk: Talk) -> list[Event]:
    """Read leave to write, or its withdrawal; a guest is known by ``user_ref`` alone, and by no handle."""
    stopped = wire.name(told, "notification_messages_status").upper() in _STOPPED
    return [
        talk.event(
            talk.named("optin", wire.name(told, "type"), wire.name(told, "user_ref")),
            kind="opt_out" if stopped else "opt_in",
            payload=fit(wire.text(told, "payload"), _PAYLOAD),
            attrs=_kept({name: wire.name(told, name) for name in ("type", "ref", "title", "user_ref")}),
        )
    ]


def _referral(told: Table, talk: Talk) -> list[Event]:
    return [talk.event(talk.named("referral"), kind="system", attrs=_came(told))]


def _passed(told: Table, talk: Talk) -> list[Event]:
    """Read that another app hands the thread over to us: now a person is needed."""
    attrs = _kept({"from_app": wire.name(told, "previous_owner_app_id")})
    payload = fit(wire.text(told, "metadata"), _PAYLOAD)
    return [
        talk.event(
            talk.named("passed"),
            kind="handoff",
            direction="internal",
            author="bot",
            payload=payload,
            attrs=attrs,
        )
    ]


def _note(name: str) -> Callable[[Table, Talk], list[Event]]:
    """Read what is worth a line in the timeline and no more; codes and tokens in it are left out."""

    def note(told: Table, talk: Talk) -> list[Event]:
        attrs = _kept(
            {"type": name} | {each: wire.name(told, each) for each in ("status", "action", "reason")}
        )
        return [
            talk.event(talk.named(name), kind="system", direction="internal", author="system", attrs=attrs)
        ]

    return note


def _came(referral: Table) -> dict[str, Attribute]:
    """Keep where the customer came from: a link, an advertisement, a shop."""
    return _kept({
        "referral": wire.name(referral, "ref"),
        "referral_source": wire.name(referral, "source"),
        "referral_type": wire.name(referral, "type"),
        "ad": wire.name(referral, "ad_id"),
    })  # fmt: skip


def _kept(found: Mapping[str, str]) -> dict[str, Attribute]:
    return {name: fit(text, SHORT if name == "type" else LINE) for name, text in found.items() if text}


_READERS: Mapping[str, Callable[[Table, Talk], list[Event]]] = {
    "message": message, "message_edit": _edit, "postback": _postback, "reaction": _reaction,
    "read": _read, "delivery": _delivery, "optin": _optin, "pass_thread_control": _passed,
    "take_thread_control": _note("take_thread_control"),
    "request_thread_control": _note("request_thread_control"),
    "account_linking": _note("account_linking"), "policy_enforcement": _note("policy_enforcement"),
    "policy-enforcement": _note("policy_enforcement"), "app_roles": _note("app_roles"),
    "game_play": _note("game_play"), "referral": _referral,
}  # fmt: skip
