"""Raw mail (RFC 5322): the one way from the bytes of a mail to its event, and its webhook.

``POST /v1/hooks/email/email_raw/{account}`` takes a mail as ``message/rfc822``, signed with
``X-Router-Signature: sha256=<hex HMAC-SHA256(secret, body)>``. The listener of ``smtp`` and the
adapters of mail providers that hand the raw mail on come the same way.
"""

from __future__ import annotations

from collections.abc import Sequence

from channels import body_signature
from channels.email.events import by_head, flagged, with_body
from channels.email.imap_login import Login
from channels.email.mail import UNKNOWN, Envelope, cut_mail
from router.errors import Malformed
from router.model.event import Event
from router.ports import Account, Reply, Request, Setting


class RawMail:
    """The adapter for mails posted as they are."""

    unverified_status = 401
    settings = (
        Setting("secret", "secret shared with who posts the mail"),
        Setting("authserv_id", "mail server whose DMARC verdict is believed"),
    )

    def check(self, account: Account) -> None:
        """See that the mailbox to poll, if there is one, is told of whole; ConfigInvalid."""
        Login.of(account)

    def verify(self, request: Request, account: Account, now: float) -> None:  # noqa: ARG002 - no time is signed
        """Check ``X-Router-Signature``; raise Unverified."""
        body_signature.verify(request, body_signature.OURS, account.secret or "")

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:
        """Read the mail; Malformed where there is no header field that mails have."""
        if not cut_mail(request.body, account, now).head.fields:
            raise Malformed("no mail: the body has no header fields")
        return read_mail(request.body, account, now)

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say 204: kept."""
        return Reply(204)


def read_mail(raw: bytes, account: Account, now: float, envelope: Envelope = UNKNOWN) -> list[Event]:
    """Read a mail into its one event; ``now`` in unix seconds. Never raises.

    What cannot be read in bounded time keeps what its head tells, without text and with the flag
    ``unparsed``. The setting ``authserv_id`` of the account names the mail server whose DMARC
    verdict is believed.
    """
    mail = cut_mail(raw, account, now, envelope)
    event = by_head(mail)
    try:
        return [with_body(event, mail)]
    except Exception:  # noqa: BLE001 - whatever a stranger's mail breaks, it is kept and the next one read
        return [flagged(event, "unparsed")]


def unparsed(raw: bytes, account: Account, now: float, envelope: Envelope = UNKNOWN) -> list[Event]:
    """Give the event of a mail whose body nobody dares to read: what its head tells."""
    return [flagged(by_head(cut_mail(raw, account, now, envelope)), "unparsed")]
