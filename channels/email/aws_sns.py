"""Amazon SES, which comes through SNS: mail received, and what became of mail sent."""

from __future__ import annotations

from collections.abc import Sequence

from channels import sns, sns_signature, wire
from channels.email import ses_mail, ses_report
from router.errors import Malformed
from router.model.cloudevents import decoded
from router.model.event import Event
from router.ports import Account, Reply, Request, Setting

_OF_SES = "Successfully validated SNS topic"  # what SES publishes to a topic it was given


class AwsSns:
    """The adapter."""

    unverified_status = 403
    unreadable = Reply(200)
    settings = (
        Setting(
            "secret", "certificate of SNS (PEM), where the router cannot read it from there", unless="topics"
        ),
        Setting("topics", "ARNs of the topics that may send to us, a list"),
        Setting("authserv_id", "mail server whose DMARC verdict is believed"),
    )

    def verify(self, request: Request, account: Account, now: float) -> None:  # noqa: ARG002 - SNS retries for hours
        """Check host, topic and signature; raise Unverified."""
        sns_signature.verify(request, account)

    def needs(self, request: Request, account: Account) -> str | None:
        """Give where the certificate lies, unless the account has it."""
        return sns_signature.needs(request, account)

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read a notification; a confirmation makes no event. Malformed where it is neither."""
        notice = sns.read(request)
        if notice is None:
            return _bare(decoded(request.body), account)
        if notice.kind != sns.NOTIFICATION:
            return []
        try:
            found = decoded(notice.message.encode("utf-8"))
        except Malformed:
            return [] if notice.message.startswith(_OF_SES) else [sns.plain(notice, account)]
        if wire.text(found, "notificationType") == "AmazonSnsSubscriptionSucceeded":
            return []
        return _read(found, notice.id, account) or [sns.plain(notice, account)]

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say 200: kept. To a confirmation too; it is the visit to its address that confirms."""
        return Reply(200)

    def confirmation(self, request: Request, account: Account) -> str | None:
        """Give the address whose visit confirms the subscription of a topic of ours; else None."""
        return sns.confirmation(request, account)


def _bare(found: object, account: Account) -> list[Event]:
    """Read what SNS hands on without its envelope, where the subscription says so."""
    events = _read(found, "", account)
    if not events:
        raise Malformed("the body is neither an envelope of SNS nor a message of SES")
    return events


def _read(found: object, notice: str, account: Account) -> list[Event]:
    """Read a message of SES; ``notice`` is the id of its envelope. Nothing where it is none."""
    kind = wire.text(found, "notificationType") or wire.text(found, "eventType") or ""
    if kind == "Received":
        return [ses_mail.read(found, account)]
    return ses_report.read(found, kind, notice, account)
