"""Twilio Conversations: what happens in a conversation that may join a chat with SMS and WhatsApp.

The forms are described at twilio.com/docs/conversations/conversations-webhooks, signed as all of Twilio's.
Hooks before an event (``onMessageAdd``) wait for our leave and tell nothing that the one after does not.
"""

from __future__ import annotations

from collections.abc import Sequence

from channels import twilio_form, twilio_signature
from channels.chat import twilio_conversations_events
from router.errors import Malformed
from router.model.event import Event
from router.ports import Account, Reply, Request, Setting

_BEFORE = frozenset({
    "onMessageAdd", "onMessageUpdate", "onMessageRemove", "onConversationAdd", "onConversationUpdate",
    "onConversationRemove", "onParticipantAdd", "onParticipantUpdate", "onParticipantRemove", "onUserUpdate",
})  # fmt: skip


class TwilioConversations:
    """The adapter."""

    unverified_status = 403
    settings = (
        Setting("secret", "auth token of the account"),
        Setting("ours", "identities of our agents, `agent-*`, a list"),
        Setting("public_url", "the address as Twilio calls it: it is signed"),
    )

    def verify(self, request: Request, account: Account, now: float) -> None:  # noqa: ARG002 - no time is signed
        """Check X-Twilio-Signature; raise Unverified."""
        twilio_signature.verify(request, account.secret or "")

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read a hook; Malformed where it names no event."""
        fields = twilio_form.fields(request)
        kind = fields.get("EventType", "")
        if not kind:
            raise Malformed("there is no EventType: it is not Twilio Conversations'")
        if kind in _BEFORE:
            return []
        return [twilio_conversations_events.read(kind, fields, account)]

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Give leave: 200 and an empty object changes nothing about what is asked for."""
        return Reply(200, {"content-type": "application/json"}, b"{}")
