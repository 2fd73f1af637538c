"""Twilio: one adapter for all it sends, since all of it is signed alike and may come to one address.

A form with ``CallSid`` is voice, one with ``MessageSid`` messaging, a JSON array Event Streams.
"""

from __future__ import annotations

from collections.abc import Sequence

from channels import twilio_form, twilio_signature, twilio_streams
from channels.sms import twilio as messaging
from channels.voice import twilio as voice
from router.errors import Malformed
from router.model.cloudevents import decoded
from router.model.event import Event
from router.ports import Account, Reply, Request, Setting

_XML = {"content-type": "text/xml; charset=utf-8"}


class Twilio:
    """The adapter: reads forms by POST, the query by GET, and Event Streams."""

    unverified_status = 403
    settings = (
        Setting("secret", "auth token of the account"),
        Setting("answer_twiml", "what a caller hears; without it the call is held"),
        Setting("public_url", "the address as Twilio calls it: it is signed"),
    )

    def verify(self, request: Request, account: Account, now: float) -> None:  # noqa: ARG002 - no time is signed
        """Check X-Twilio-Signature; raise Unverified."""
        twilio_signature.verify(request, account.secret or "")

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read the request; what Twilio sends besides messages and calls makes no event."""
        if _is_json(request):
            return self._streamed(request, account)
        fields = twilio_form.fields(request)
        if messaging.sid(fields) and not fields.get("CallStatus"):
            return messaging.read(fields, account.source, ours=twilio_form.message_of_ours(request))
        if "CallSid" in fields:
            return voice.read(fields, account.source)
        if "AccountSid" in fields:
            return []
        raise Malformed("the form names no MessageSid, no CallSid and no AccountSid: it is not Twilio's")

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Answer a call with TwiML, a message with an empty one, all else with 204.

        Plain text would be sent to the customer as a message.
        """
        fields = {} if _is_json(request) else twilio_form.fields(request)
        twiml = None
        if messaging.sid(fields) and not fields.get("CallStatus"):
            twiml = None if messaging.is_report(fields) else voice.DONE
        elif "CallSid" in fields:
            twiml = voice.answer(fields, account.setting("answer_twiml"))
        return Reply(204) if twiml is None else Reply(200, _XML, twiml.encode("utf-8"))

    @staticmethod
    def _streamed(request: Request, account: Account) -> list[Event]:
        """Read JSON; what is signed by its hash is Twilio's, even where it is no CloudEvent."""
        found = decoded(request.body)
        if isinstance(found, list) or (isinstance(found, dict) and "specversion" in found):
            return twilio_streams.read(found, account.source)
        if "bodySHA256=" in request.url:
            return []
        raise Malformed("the JSON is no array of CloudEvents")


def _is_json(request: Request) -> bool:
    return request.method == "POST" and not twilio_form.is_form(request)
