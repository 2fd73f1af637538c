"""Slack: what people write in channels and direct messages, by the Events API.

Every request is signed with its time, and must be answered within 3 seconds. Described at
docs.slack.dev/apis/events-api.
"""

from __future__ import annotations

from collections.abc import Sequence

from channels import body_signature, parameters, wire
from channels.chat import slack_events
from router.errors import Malformed
from router.model.cloudevents import decoded
from router.model.event import Event
from router.ports import Account, Reply, Request, Setting

_PLAIN = {"content-type": "text/plain; charset=utf-8"}
_FORM = "application/x-www-form-urlencoded"
_FORMS = frozenset({"payload", "command", "ssl_check"})  # buttons and dialogs, slash commands, a probe


class Slack:
    """The adapter."""

    unverified_status = 401
    unreadable = Reply(400, {"X-Slack-No-Retry": "1"})
    settings = (Setting("secret", "signing secret of the app"),)

    def verify(self, request: Request, account: Account, now: float) -> None:
        """Check X-Slack-Signature and that its time is within 300 s of now; raise Unverified."""
        stamp = request.headers.get("x-slack-request-timestamp", "")
        body_signature.require_fresh("X-Slack-Request-Timestamp", stamp, now)
        signed = b"v0:" + stamp.encode("ascii") + b":" + request.body
        wanted = "v0=" + body_signature.in_hex(account.secret or "", signed)
        body_signature.require("X-Slack-Signature", request.headers.get("x-slack-signature"), wanted)

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read the event; challenges, probes and what is no conversation make none."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM:
            return _form(request)
        found = decoded(request.body)
        kind = wire.text(found, "type")
        if kind == "event_callback":
            again = "x-slack-retry-num" in request.headers
            return slack_events.read(wire.table(found), account.source, again=again)
        if kind == "url_verification" or wire.text(found, "api_app_id"):
            return []
        raise Malformed("the body is no event of Slack")

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Answer a challenge with itself, all else with an empty 200."""
        found = None if events else _challenge(request)
        return Reply(200) if found is None else Reply(200, _PLAIN, found.encode("utf-8"))


def _challenge(request: Request) -> str | None:
    try:
        found = decoded(request.body)
    except Malformed:  # a form
        return None
    return wire.text(found, "challenge") if wire.text(found, "type") == "url_verification" else None


def _form(request: Request) -> list[Event]:
    """Take a form of Slack, none of which is a message; Malformed where it is not Slack's."""
    if _FORMS.isdisjoint(name for name, _ in parameters.of_body(request)):
        raise Malformed("the form is not Slack's")
    return []
