"""Mailgun's webhooks: what became of mail sent, described at documentation.mailgun.com under "Events"."""

from __future__ import annotations

from collections.abc import Mapping

from channels import wire
from channels.email import feedback
from channels.email.feedback import Fate, Told
from channels.form import Form
from router.errors import Malformed
from router.model.event import Event
from router.ports import Account

_FATES: Mapping[str, Fate] = {
    "accepted": feedback.QUEUED, "delivered": feedback.DELIVERED,
    "failed": feedback.FAILED, "rejected": feedback.FAILED, "bounced": feedback.FAILED,
    "dropped": feedback.FAILED,
    "opened": feedback.READ, "clicked": feedback.READ,
    "complained": feedback.COMPLAINT, "unsubscribed": feedback.OPT_OUT,
}  # fmt: skip
_MACHINES = frozenset({"apple", "generic"})  # open every mail; Gmail's opens one when its reader does
_KEPT = {
    "severity": ("severity",), "reason": ("reason",), "link": ("url",),
    "code": ("delivery-status", "code"), "enhanced_status": ("delivery-status", "enhanced-code"),
    "response": ("delivery-status", "message"), "description": ("delivery-status", "description"),
    "user_agent": ("client-info", "user-agent"),
}  # fmt: skip
_OF_A_MAIL = frozenset({"sender", "from", "body-mime", "body-plain", "body-html", "stripped-text"})


def read(found: object, account: Account) -> list[Event]:
    """Read what was posted; Malformed where it has no ``event-data``.

    What Mailgun tells about mail that came to us, on its way to us, makes no event.
    """
    data = wire.table(found, "event-data")
    what = wire.text(data, "event")
    if what is None:
        raise Malformed("the JSON has no event-data that names an event")
    if what == "stored" or wire.value(data, "flags", "is-routed") is True:
        return []
    named = {ours: wire.name(data, *path) for ours, path in _KEPT.items() if wire.name(data, *path)}
    message = wire.table(data, "message", "headers")
    told = Told(
        key=wire.name(found, "signature", "token") or wire.digest(data),
        fate=_fate(data, what),
        at=feedback.seconds(wire.value(data, "timestamp")),
        recipient=wire.text(data, "recipient"),
        target=wire.text(message, "message-id"),
        sender=wire.text(message, "from"),
        subject=wire.text(message, "subject"),
        attrs=named | {"event": what},
    )
    return [told.event(account)]


def is_legacy(form: Form) -> bool:
    """Tell an event in the form that Mailgun used until 2018 from a mail whose head has a field ``event``."""
    names = {field.name for field in form.fields}
    return "event" in names and _OF_A_MAIL.isdisjoint(names)


def read_legacy(form: Form, account: Account) -> list[Event]:
    """Read an event that is a form."""
    what = form.last("event").lower()
    key = form.last("token") or wire.digest([[each.name, each.text()] for each in form.fields])
    told = Told(
        key=key,
        fate=_FATES.get(what, feedback.UNKNOWN),
        at=feedback.seconds(form.last("timestamp")),
        recipient=form.last("recipient"),
        target=form.last("Message-Id") or form.last("message-id"),
        attrs={
            "event": what,
            "reason": form.last("reason"),
            "code": form.last("code"),
            "response": form.last("error") or form.last("description"),
            "link": form.last("url"),
        },
    )
    return [told.event(account)]


def _fate(data: wire.Table, what: str) -> Fate:
    if what == "failed" and wire.text(data, "severity") == "temporary":
        return feedback.QUEUED
    if what in {"opened", "clicked"} and wire.text(data, "client-info", "bot") in _MACHINES:
        return feedback.ASIDE
    return _FATES.get(what, feedback.UNKNOWN)
