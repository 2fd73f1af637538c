"""Amazon Connect: contact events from EventBridge, and the messages of its chats through SNS.

A contact event comes to an API destination, which sends a key with it, or through SNS, which signs; the
messages of chats come through SNS only.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from channels import basic_auth, sns, sns_signature, wire
from channels.chat import amazon_connect as chat
from channels.voice import amazon_connect as contact
from router.errors import Malformed, Unverified
from router.model.cloudevents import decoded
from router.model.event import Event
from router.ports import Account, Reply, Request, Setting

_KEY = "x-api-key"


class AmazonConnect:
    """The adapter: an account without a ``secret`` takes what SNS signs, from its ``topics``."""

    unverified_status = 403
    unreadable = Reply(200)
    settings = (
        Setting("secret", "key of the API destination, or certificate of SNS (PEM)", unless="topics"),
        Setting("topics", "ARNs of the topics that may send to us, a list"),
        Setting("key_header", "header that brings the key; `x-api-key`"),
        Setting("auth", "`basic`: the key comes as a password"),
        Setting("user", "user of that password, where one is to be asked for"),
    )

    def verify(self, request: Request, account: Account, now: float) -> None:  # noqa: ARG002 - retries last a day
        """Check the signature of SNS, or the key; raise Unverified."""
        secret = account.secret or ""
        if not secret or "-----BEGIN" in secret:
            sns_signature.verify(request, account)
        elif account.setting("auth") == "basic":
            basic_auth.verify(request, account)
        else:
            name = (account.setting("key_header") or _KEY).lower()
            given = request.headers.get(name, "").strip().encode("utf-8", "replace")
            if not hmac.compare_digest(given, secret.encode()):
                raise Unverified(f"{name} does not bring the key of the API destination")

    def needs(self, request: Request, account: Account) -> str | None:
        """Give where the certificate of SNS lies, unless the account has it, or a key."""
        return sns_signature.needs(request, account)

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read a contact event or a message of a chat; Malformed where it is neither."""
        notice = sns.read(request)
        if notice is None:
            events = _read(decoded(request.body), None, account)
            if events is None:
                raise Malformed("the JSON is neither an event of aws.connect nor a message of a chat")
            return events
        if notice.kind != sns.NOTIFICATION:
            return []
        try:
            events = _read(decoded(notice.message.encode("utf-8")), notice, account)
        except Malformed:
            events = None
        return [sns.plain(notice, account)] if events is None else events

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say 200: kept."""
        return Reply(200)

    def confirmation(self, request: Request, account: Account) -> str | None:
        """Give the address whose visit confirms the subscription of a topic of ours; else None."""
        return sns.confirmation(request, account)


def _read(found: object, notice: sns.Notice | None, account: Account) -> list[Event] | None:
    """Read what Connect says, None where it is not Connect's."""
    if wire.text(found, "source") == "aws.connect":
        return contact.read(found, account)
    if chat.is_chat(found):
        visibility = wire.text(
            notice.fields if notice else None, "MessageAttributes", "MessageVisibility", "Value"
        )
        return chat.read(found, visibility, account)
    return None
