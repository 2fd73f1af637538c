"""MessageBird, now Bird: text messages by form or query, Conversations and Bird webhooks by JSON."""

from __future__ import annotations

from collections.abc import Sequence

from channels import parameters
from channels.fit import clean
from channels.parameters import Pairs
from channels.sms import messagebird_json, messagebird_signature, messagebird_sms
from router.model.cloudevents import decoded
from router.model.event import Event
from router.ports import Account, Reply, Request, Setting


class MessageBird:
    """The adapter."""

    unverified_status = 401
    settings = (
        Setting("secret", "signing key"),
        Setting("public_url", "the address as MessageBird calls it: it is signed"),
    )

    def verify(self, request: Request, account: Account, now: float) -> None:
        """Check the token or the signature; raise Unverified."""
        messagebird_signature.verify(request, account.secret or "", now)

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read the request; a call without any field is MessageBird's look whether we are there."""
        if request.body.lstrip()[:1] in {b"{", b"[", b"\xef"}:
            return messagebird_json.read(decoded(request.body), account.source)
        return messagebird_sms.read(_cleaned(request), account.source)

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say OK, as text: MessageBird looks for a 200 with a body."""
        return Reply(200, {"content-type": "text/plain; charset=utf-8"}, b"OK")


def _cleaned(request: Request) -> Pairs:
    return [(name, clean(value)) for name, value in parameters.of(request)]
