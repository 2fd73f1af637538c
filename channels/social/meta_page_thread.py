"""What becomes of a talk beside what is said in it: where it came from, leave to write, and who holds it."""

from __future__ import annotations

from collections.abc import Callable

from channels import wire
from channels.fit import PAYLOAD, fit, kept
from channels.social.meta_page_talk import Talk
from channels.wire import Table
from router.model.event import Attribute, Event

_STOPPED = frozenset({"STOP NOTIFICATIONS", "STOP_NOTIFICATIONS"})


def optin(told: Table, talk: Talk) -> list[Event]:
    """Read leave to write, or its withdrawal; a guest is known by ``user_ref`` alone, and by no handle."""
    stopped = wire.name(told, "notification_messages_status").upper() in _STOPPED
    return [
        talk.event(
            talk.named("optin", wire.name(told, "type"), wire.name(told, "user_ref")),
            kind="opt_out" if stopped else "opt_in",
            payload=fit(wire.text(told, "payload"), PAYLOAD),
            attrs=kept({name: wire.name(told, name) for name in ("type", "ref", "title", "user_ref")}),
        )
    ]


def referral(told: Table, talk: Talk) -> list[Event]:
    """Read by which link or advertisement a person came into a talk that is already there."""
    return [talk.event(talk.named("referral"), kind="system", attrs=came(told))]


def passed(told: Table, talk: Talk) -> list[Event]:
    """Read that another app hands the thread over to us: now a person is needed."""
    attrs = kept({"from_app": wire.name(told, "previous_owner_app_id")})
    payload = fit(wire.text(told, "metadata"), PAYLOAD)
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


def note(name: str) -> Callable[[Table, Talk], list[Event]]:
    """Read what is worth a line in the timeline and no more; codes and tokens in it are left out."""

    def read(told: Table, talk: Talk) -> list[Event]:
        attrs = kept(
            {"type": name} | {each: wire.name(told, each) for each in ("status", "action", "reason")}
        )
        return [
            talk.event(talk.named(name), kind="system", direction="internal", author="system", attrs=attrs)
        ]

    return read


def came(referral: Table) -> dict[str, Attribute]:
    """Keep where the customer came from: a link, an advertisement, a shop."""
    return kept({
        "referral": wire.name(referral, "ref"),
        "referral_source": wire.name(referral, "source"),
        "referral_type": wire.name(referral, "type"),
        "ad": wire.name(referral, "ad_id"),
    })  # fmt: skip
