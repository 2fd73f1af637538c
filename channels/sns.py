"""Amazon SNS: the envelope in which SES and Amazon Connect reach us. ``sns_signature`` checks it."""

from __future__ import annotations

import re
from datetime import datetime

from msgspec import Struct

from channels import wire
from channels.email.dates import read_date
from channels.fit import fit
from router.errors import Malformed
from router.model.cloudevents import decoded
from router.model.event import Event, fit_id
from router.ports import Account, Request

NOTIFICATION = "Notification"
_CONFIRMATIONS = frozenset({"SubscriptionConfirmation", "UnsubscribeConfirmation"})
_HOST = r"https://sns\.[a-z0-9-]{3,}\.amazonaws\.com(?:\.cn)?/"
_MOST_BYTES = 2_097_152  # a message of 256 KiB, with every character escaped
# Of what may stand in an address all but its own marks, in bounds: strangers write it, and it is remembered.
_CERTIFICATE = re.compile(_HOST + r'[!"$->@-\[\]-~]{1,500}\.pem', re.ASCII)
_SUBSCRIBE = re.compile(_HOST + r'\?Action=ConfirmSubscription&[!"$-\[\]-~]{1,2000}', re.ASCII)


class Notice(Struct, frozen=True):
    """One message of SNS; ``fields`` as they came, with the spelling of addresses that Lambda uses undone."""

    kind: str
    id: str
    topic: str
    message: str
    fields: wire.Table

    @property
    def subject(self) -> str | None:
        """The subject of a notification, if it has one."""
        return wire.text(self.fields, "Subject")

    @property
    def at(self) -> datetime | None:
        """When it was published."""
        return read_date(wire.text(self.fields, "Timestamp"))

    @property
    def certificate_url(self) -> str:
        """Where the certificate lies: on a host of SNS. Malformed elsewhere, so that nobody goes there."""
        url = wire.text(self.fields, "SigningCertURL") or ""
        if not _CERTIFICATE.fullmatch(url):
            raise Malformed("SigningCertURL does not lie on a host of SNS")
        return url


def read(request: Request) -> Notice | None:
    """Read an envelope; None where the body is JSON but none. Malformed where it is not JSON, or forged."""
    if len(request.body) > _MOST_BYTES:
        raise Malformed("no message of SNS is so large")
    found = decoded(request.body)
    kind = wire.text(found, "Type")
    if not isinstance(found, dict) or kind is None or "TopicArn" not in found:
        return None
    if kind != NOTIFICATION and kind not in _CONFIRMATIONS:
        raise Malformed(f"SNS sends no messages of the type {kind[:40]!r}")
    spelled = {
        name.removesuffix("Url") + "URL" if name.endswith("Url") else name: found[name] for name in found
    }
    topic, message = wire.text(found, "TopicArn") or "", wire.text(found, "Message") or ""
    notice = Notice(kind, wire.name(found, "MessageId"), topic, message, spelled)
    if "SigningCertURL" in spelled:
        _ = notice.certificate_url
    return notice


def topics(account: Account) -> frozenset[str]:
    """Give the topics of the account: a list, or one text with commas."""
    named = account.settings.get("topics")
    listed = named if isinstance(named, list | tuple) else str(named or "").split(",")
    return frozenset(str(each).strip() for each in listed) - {""}


def confirmation(request: Request, account: Account) -> str | None:
    """Give the address to visit so that a topic of ours begins to send; None where nothing is to be visited.

    Only topics that the setting ``topics`` names, and only an address of SNS that confirms a subscription.
    """
    notice = read(request)
    if notice is None or notice.kind != "SubscriptionConfirmation" or notice.topic not in topics(account):
        return None
    url = wire.text(notice.fields, "SubscribeURL") or ""
    return url if _SUBSCRIBE.fullmatch(url) else None


def plain(notice: Notice, account: Account) -> Event:
    """Make an event of a notification that nobody here can read: what it says stands in ``payload``."""
    return Event(
        id=fit_id(notice.id or notice.message),
        source=account.source,
        kind="generic",
        author="system",
        occurred_at=notice.at,
        provider=account.provider,
        provider_event_id=fit(notice.id),
        subject=fit(notice.subject),
        payload=fit(notice.message, 4096),
        attrs={"topic": fit(notice.topic)},
    )
