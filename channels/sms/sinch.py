"""Sinch: the SMS API, the Conversation API and the Numbers API may call one address.

Conversation and SMS are signed by base64(HMAC-SHA256(secret, body.nonce.timestamp)), Numbers by the
hexadecimal HMAC-SHA1 of the body. Described at developers.sinch.com (callbacks of each API).
"""

from __future__ import annotations

from collections.abc import Sequence

from channels import batch, stamps, wire
from channels.body_signature import in_base64, in_hex, require, require_fresh
from channels.fit import fit, kept
from channels.sms import sinch_conversation, sinch_sms
from channels.wire import Table
from router.errors import Malformed, Unverified
from router.model.cloudevents import decoded
from router.model.event import Event, fit_id
from router.ports import Account, Reply, Request, Setting

_SIGNATURE = "x-sinch-webhook-signature"
_NUMBERS = "x-sinch-signature"
_KEPT = ("type", "event", "eventType", "resourceType", "status", "failureCode")


class Sinch:
    """The adapter."""

    unverified_status = 401
    settings = (Setting("secret", "secret of the webhook, or the callback secret of Numbers"),)

    def verify(self, request: Request, account: Account, now: float) -> None:
        """Check the signature of whichever API calls; raise Unverified."""
        secret = account.secret or ""
        headers = request.headers
        if _NUMBERS in headers and _SIGNATURE not in headers:
            wanted = in_hex(secret, request.body, "sha1")
            require(_NUMBERS, headers[_NUMBERS].strip().lower(), wanted)
            return
        nonce, stamp = headers.get(f"{_SIGNATURE}-nonce", ""), headers.get(f"{_SIGNATURE}-timestamp", "")
        if headers.get(f"{_SIGNATURE}-algorithm", "HmacSHA256").strip().lower() != "hmacsha256":
            raise Unverified("the signature is of an algorithm that is not taken")
        require_fresh(f"{_SIGNATURE}-timestamp", stamp.strip(), now)
        signed = request.body + f".{nonce}.{stamp}".encode("utf-8", "surrogatepass")
        require(_SIGNATURE, headers.get(_SIGNATURE, "").strip(), in_base64(secret, signed))

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read the callback; Malformed where it is of none of the three."""
        found = decoded(request.body)
        if not isinstance(found, dict):
            raise Malformed("the body is no JSON object")
        kind = wire.text(found, "type") or ""
        if kind.startswith("mo_"):
            return batch.each(
                [found], lambda _: [sinch_sms.message(found, account.source)], account.source, "sinch"
            )
        if "delivery_report" in kind:
            return sinch_sms.reports(found, account.source)
        if "app_id" in found or "project_id" in found:
            return sinch_conversation.read(found, account.source)
        if wire.name(found, "eventId") or kind or wire.text(found, "event"):
            return [_system(found, account.source)]
        raise Malformed("there is no type, app_id or eventId: it is not Sinch's")

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say 200."""
        return Reply(200)


def _system(found: Table, source: str) -> Event:
    """Keep what happened to a number of ours, or what else Sinch will tell one day."""
    native = wire.name(found, "eventId") or f"h:{wire.digest(found)}"
    return Event(
        id=fit_id(native),
        source=source,
        kind="system",
        author="system",
        occurred_at=stamps.stamp(found, "timestamp"),
        provider="sinch",
        provider_event_id=fit(native),
        to=fit(wire.text(found, "resourceId")),
        attrs=kept({name: wire.name(found, name) for name in _KEPT}),
    )
