"""Intercom: one notification a call, mostly the whole conversation with the part that is new.

Signed by HMAC-SHA1, as described at developers.intercom.com (signed notifications).
"""

from __future__ import annotations

from collections.abc import Sequence

from channels import body_signature, wire
from channels.chat.intercom_notice import Notice
from router.errors import Malformed, Unverified
from router.model.cloudevents import decoded
from router.model.event import Event
from router.ports import Account, Reply, Request, Setting


class Intercom:
    """The adapter."""

    unverified_status = 401
    settings = (Setting("secret", "client secret of the app"),)

    def verify(self, request: Request, account: Account, now: float) -> None:  # noqa: ARG002 - no time is signed
        """Check ``X-Hub-Signature``, HMAC-SHA1; the look of the set-up, GET or HEAD, carries none."""
        if request.method == "POST" or request.body:
            body_signature.verify(request, "X-Hub-Signature", account.secret or "", "sha1")
        elif not account.secret:
            raise Unverified("the secret is empty")

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read a notification; Malformed where it has no topic."""
        if request.method != "POST" and not request.body:
            return []
        found = wire.table(decoded(request.body))
        topic = wire.text(found, "topic")
        if not topic:
            raise Malformed("there is no topic: it is no notification of Intercom's")
        return [] if topic == "ping" else [Notice(found, topic, account.source).event()]

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say 200."""
        return Reply(200)
