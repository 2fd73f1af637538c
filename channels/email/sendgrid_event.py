"""SendGrid's event webhook: what became of mail sent, as twilio.com/docs/sendgrid describes it.

The id of a mail there is ``sg_message_id`` up to ``.filter`` or ``.recv``: what the API answered when the
mail was sent. ``smtp-id`` is the Message-ID; where the sender chose that itself it is the mail's name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from channels import wire
from channels.email import feedback
from channels.email.feedback import Fate, Told
from router.errors import Invalid
from router.model.event import Event
from router.ports import Account

_FATES: Mapping[str, Fate] = {
    "processed": feedback.QUEUED, "deferred": feedback.QUEUED, "delivered": feedback.DELIVERED,
    "bounce": feedback.FAILED, "blocked": feedback.FAILED, "dropped": feedback.FAILED,
    "open": feedback.READ, "click": feedback.READ, "spamreport": feedback.COMPLAINT,
    "unsubscribe": feedback.OPT_OUT, "group_unsubscribe": feedback.OPT_OUT,
    "group_resubscribe": feedback.OPT_IN,
}  # fmt: skip
_KEPT = {
    "reason": "reason", "response": "reason", "status": "enhanced_status", "type": "type",
    "bounce_classification": "classification", "attempt": "attempt", "url": "link", "useragent": "user_agent",
    "asm_group_id": "group", "sg_message_id": "sg_message_id",
}  # fmt: skip
_INTERNAL = re.compile(r"\.(?:filter|recv).*", re.DOTALL)


def read(entry: object, account: Account) -> list[Event]:
    """Read one event; Invalid where it is none."""
    what = wire.text(entry, "event")
    if what is None:
        raise Invalid("an event names what happened", field="event")
    at = feedback.seconds(wire.value(entry, "timestamp"))
    named = {ours: wire.name(entry, theirs) for theirs, ours in _KEPT.items() if wire.name(entry, theirs)}
    told = Told(
        key=wire.name(entry, "sg_event_id") or wire.digest(entry),
        fate=_fate(entry, what),
        at=at,
        recipient=wire.text(entry, "email"),
        target=_target(entry),
        attrs=named | {"event": what, "message_id": _message_id(entry)},
    )
    return [told.event(account)]


def _fate(entry: object, what: str) -> Fate:
    """Tell the fate; a mail that a mail program opened on its own account nobody has read."""
    if what == "open" and wire.value(entry, "sg_machine_open") is True:
        return feedback.ASIDE
    return _FATES.get(what, feedback.UNKNOWN)


def _message_id(entry: object) -> str:
    return (wire.text(entry, "smtp-id") or "").strip("<> ")


def _target(entry: object) -> str:
    own = _INTERNAL.sub("", wire.name(entry, "sg_message_id"))
    chosen = _message_id(entry)
    return chosen if chosen and not (own and chosen.startswith(own)) else own
