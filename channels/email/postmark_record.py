"""Postmark's records: what became of mail sent, described at postmarkapp.com/developer/webhooks.

``MessageID`` is what the API answered when the mail was sent, so all records of a mail name it alike.
"""

from __future__ import annotations

from collections.abc import Mapping

from channels import wire
from channels.email import feedback
from channels.email.dates import read_date
from channels.email.feedback import Fate, Told
from router.model.event import Event
from router.ports import Account

_FATES: Mapping[str, Fate] = {
    "Delivery": feedback.DELIVERED, "Bounce": feedback.FAILED, "SpamComplaint": feedback.COMPLAINT,
    "Open": feedback.READ, "Click": feedback.READ,
}  # fmt: skip
_SOFT: Mapping[str, Fate] = {
    "Transient": feedback.QUEUED,
    "Subscribe": feedback.OPT_IN, "Unsubscribe": feedback.OPT_OUT, "SpamComplaint": feedback.COMPLAINT,
    "AutoResponder": feedback.ASIDE, "AddressChange": feedback.ASIDE,
    "ChallengeVerification": feedback.ASIDE, "OpenRelayTest": feedback.ASIDE,
}  # fmt: skip
"""What Postmark files under bounces although it is none, or not yet."""

_KEPT = {
    "Type": "type", "TypeCode": "code", "Description": "description", "Details": "reason", "Tag": "tag",
    "MessageStream": "stream", "UserAgent": "user_agent", "OriginalLink": "link", "Origin": "origin",
    "SuppressionReason": "suppression",
}  # fmt: skip
_TIMES = ("DeliveredAt", "BouncedAt", "ReceivedAt", "ChangedAt")


def read(found: object, account: Account) -> list[Event]:
    """Read a record into its event."""
    what = wire.text(found, "RecordType") or ""
    when = next(filter(None, (wire.text(found, name) for name in _TIMES)), "")
    recipient = wire.text(found, "Recipient") or wire.text(found, "Email")
    message = wire.name(found, "MessageID")
    # Bounces have an id of their own; all else is named by what it says.
    own = wire.name(found, "ID") or ":".join(filter(None, (recipient, when)))
    told = Told(
        key=":".join(filter(None, (message, what, own))) if message or own else wire.digest(found),
        fate=_fate(found, what),
        at=read_date(when),
        recipient=recipient,
        target=message,
        sender=wire.text(found, "From"),
        subject=wire.text(found, "Subject"),
        attrs={ours: wire.name(found, theirs) for theirs, ours in _KEPT.items()} | {"event": what},
    )
    return [told.event(account)]


def _fate(found: object, what: str) -> Fate:
    if what == "Bounce":
        return _SOFT.get(wire.text(found, "Type") or "", feedback.FAILED)
    if what == "SubscriptionChange":
        return _consent(found)
    return _FATES.get(what, feedback.UNKNOWN)


def _consent(found: object) -> Fate:
    """Tell what the recipient decided from a suppression after a bounce, and from what we undid ourselves."""
    if wire.value(found, "SuppressSending") is True:
        manual = wire.text(found, "SuppressionReason") == "ManualSuppression"
        return feedback.OPT_OUT if manual else feedback.ASIDE
    return feedback.OPT_IN if wire.text(found, "Origin") == "Recipient" else feedback.ASIDE
