"""LINE: what people write to an official account, several events a request, in no certain order.

The raw body is signed with the channel secret. Described at
developers.line.biz/en/reference/messaging-api/#webhooks.
"""

from __future__ import annotations

from collections.abc import Sequence

from channels import batch, body_signature, wire
from channels.social import line_events
from router.errors import Malformed
from router.model.cloudevents import decoded
from router.model.event import Event
from router.ports import Account, Reply, Request, Setting

PROVIDER = "line"


class Line:
    """The adapter."""

    unverified_status = 401
    unreadable = Reply(200)
    settings = (Setting("secret", "channel secret"),)

    def verify(self, request: Request, account: Account, now: float) -> None:  # noqa: ARG002 - no time is signed
        """Check X-Line-Signature over the raw body; raise Unverified."""
        wanted = body_signature.in_base64(account.secret or "", request.body)
        body_signature.require("X-Line-Signature", request.headers.get("x-line-signature"), wanted)

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read the events, each for itself; the console's test has none. Malformed where it is not LINE's."""
        found = decoded(request.body)
        if not isinstance(wire.value(found, "events"), list):
            raise Malformed("the body has no events: it is not LINE's")
        ours = wire.name(found, "destination")
        return batch.each(
            wire.array(found, "events"),
            lambda event: line_events.read(event, ours, account.source),
            account.source,
            PROVIDER,
        )

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say that it is kept."""
        return Reply(200)
