"""Telegram: what a bot is told, one update a request, unordered.

Nothing is signed; a secret that we gave with the address comes back in a header. Described at
core.telegram.org/bots/api.
"""

from __future__ import annotations

from collections.abc import Sequence

from channels import batch, body_signature, wire
from channels.social import telegram_updates
from channels.social.telegram_chat import PROVIDER
from router.errors import Malformed
from router.model.cloudevents import decoded
from router.model.event import Event
from router.ports import Account, Reply, Request, Setting

_TOKEN = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header


class Telegram:
    """The adapter."""

    unverified_status = 401
    unreadable = Reply(200)  # else it comes for a day, before all that is newer
    settings = (Setting("secret", "the `secret_token` of setWebhook"),)

    def verify(self, request: Request, account: Account, now: float) -> None:  # noqa: ARG002 - no time is signed
        """Check X-Telegram-Bot-Api-Secret-Token; raise Unverified."""
        body_signature.require(_TOKEN, request.headers.get(_TOKEN.lower()), account.secret or "")

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read the update; Malformed where it has no ``update_id``."""
        found = decoded(request.body)
        if wire.whole(found, "update_id") is None:
            raise Malformed("the body names no update_id: it is no update of Telegram")
        return batch.each(
            [found],
            lambda update: telegram_updates.read(wire.table(update), account.source),
            account.source,
            PROVIDER,
        )

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say that it is kept; a body would be taken for a call of a method."""
        return Reply(200)
