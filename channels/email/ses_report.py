"""What became of a mail that Amazon SES sent for us.

It comes as ``notificationType`` where it was asked for on an identity, as ``eventType`` on a configuration
set. Described at docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from channels import wire
from channels.email import feedback
from channels.email.dates import read_date
from channels.email.feedback import Fate, Told
from router.model.event import Event
from router.ports import Account

_MOST_RECIPIENTS = 100  # of one report; SES sends a mail to fifty at most
_KEPT = {
    "smtpResponse": "reason", "diagnosticCode": "reason", "reason": "reason", "errorMessage": "reason",
    "status": "enhanced_status", "bounceType": "type", "complaintFeedbackType": "type", "delayType": "type",
    "bounceSubType": "subtype", "feedbackId": "feedback", "templateName": "template",
    "link": "link", "userAgent": "user_agent", "contactList": "list",
}  # fmt: skip


class _Report(NamedTuple):
    """The fate a report tells, the object it tells it in, and the recipients there.

    ``recipients`` None: those of the mail. ``one``: a single one of them did it, and SES does not say which.
    """

    fate: Fate
    table: str
    recipients: str | None = None
    one: bool = False


_REPORTS: Mapping[str, _Report] = {
    "Send": _Report(feedback.SENT, "send"),
    "Delivery": _Report(feedback.DELIVERED, "delivery", "recipients"),
    "DeliveryDelay": _Report(feedback.QUEUED, "deliveryDelay", "delayedRecipients"),
    "Bounce": _Report(feedback.FAILED, "bounce", "bouncedRecipients"),
    "Complaint": _Report(feedback.COMPLAINT, "complaint", "complainedRecipients"),
    "Reject": _Report(feedback.FAILED, "reject"),
    "Rendering Failure": _Report(feedback.FAILED, "failure"),
    "Open": _Report(feedback.READ, "open", one=True),
    "Click": _Report(feedback.READ, "click", one=True),
    "Subscription": _Report(feedback.ASIDE, "subscription", one=True),
}


def read(found: object, kind: str, notice: str, account: Account) -> list[Event]:
    """Read a report, an event for each recipient; none where it is none. ``notice``: its envelope's id."""
    report = _REPORTS.get(kind)
    if report is None:
        return []
    people = _people(found, report)
    told = [_told(found, kind, report, person, notice) for person in people]
    events = [
        each.event(account, f"{notice}:{each.recipient}" if len(people) > 1 else notice) for each in told
    ]
    return list({event.id: event for event in events}.values())


def _people(found: object, report: _Report) -> Sequence[object]:
    if report.recipients:
        people = wire.array(found, report.table, report.recipients)
    else:
        people = wire.array(found, "mail", "destination")
    if report.one and len(people) > 1:
        return [None]
    return people[:_MOST_RECIPIENTS] or [None]


def _told(found: object, kind: str, report: _Report, person: object, notice: str) -> Told:
    table, mail = wire.table(found, report.table), wire.table(found, "mail")
    who = person if isinstance(person, str) else wire.text(person, "emailAddress")
    when = wire.text(table, "timestamp") or wire.text(mail, "timestamp")
    target = wire.name(mail, "messageId")
    said = {
        ours: text
        for here in (table, person)
        for name, ours in _KEPT.items()
        if (text := wire.text(here, name))
    }
    # The same report may come through two topics: what it says is its name, not the envelope it came in.
    base = target or notice or wire.digest(found)
    return Told(
        key=":".join((base, kind, when or "", who or "")),
        fate=_consent(table) if kind == "Subscription" else report.fate,
        at=read_date(when),
        recipient=who,
        target=target,
        sender=wire.text(mail, "source"),
        subject=wire.text(mail, "commonHeaders", "subject"),
        attrs=said | {"event": kind, "message_id": _bare(wire.text(mail, "commonHeaders", "messageId"))},
    )


def _bare(name: str | None) -> str | None:
    return name.strip("<> ") if name else None


def _consent(table: wire.Table) -> Fate:
    """Tell whether the recipient left all lists, or came back from having left them."""
    now = wire.value(table, "newTopicPreferences", "unsubscribeAll") is True
    before = wire.value(table, "oldTopicPreferences", "unsubscribeAll") is True
    return feedback.OPT_OUT if now else feedback.OPT_IN if before else feedback.ASIDE
