"""Postmark: mail received, and what became of mail sent, as JSON that ``RecordType`` tells apart.

Nothing is signed. The password stands in the address that Postmark calls (``https://user:password@host/…``)
and comes as basic authentication.
"""

from __future__ import annotations

from collections.abc import Sequence

from channels import basic_auth, wire
from channels.email import postmark_mail, postmark_record
from router.errors import Malformed
from router.model.cloudevents import decoded
from router.model.event import Event
from router.ports import Account, Reply, Request, Setting


class Postmark:
    """The adapter."""

    unverified_status = 401  # 403 would make Postmark drop the mail, where only our password may be wrong
    unreadable = Reply(403)
    settings = (
        Setting("secret", "password in the address that Postmark calls"),
        Setting("user", "user in that address, where one is to be asked for"),
        Setting("authserv_id", "mail server whose DMARC verdict is believed"),
    )

    def verify(self, request: Request, account: Account, now: float) -> None:  # noqa: ARG002 - no time is sent
        """Check the password; raise Unverified."""
        basic_auth.verify(request, account)

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read a mail or a record; Malformed where it is neither."""
        found = decoded(request.body)
        if wire.text(found, "RecordType") not in {None, "Inbound"}:
            return postmark_record.read(found, account)
        if not isinstance(found, dict) or {"FromFull", "From", "RawEmail"}.isdisjoint(found):
            raise Malformed("the JSON is neither a mail nor a record of Postmark")
        return postmark_mail.read(found, account)

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say 200: kept. Anything else but 403 brings it again, for ten hours."""
        return Reply(200)
