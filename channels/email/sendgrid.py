"""SendGrid: Inbound Parse, which is a form, and the event webhook, which is a JSON array.

Both are signed alike: ECDSA with SHA-256 over X-Twilio-Email-Event-Webhook-Timestamp and the body, line
ends behind it included, in X-Twilio-Email-Event-Webhook-Signature. Published at
docs.sendgrid.com/for-developers/tracking-events/getting-started-event-webhook-security-features.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key

from channels import basic_auth, batch, wire
from channels.email import sendgrid_event, sendgrid_mail
from channels.form import is_form, read_form
from router.errors import Malformed, Unverified
from router.model.cloudevents import decoded
from router.model.event import Event
from router.ports import Account, Reply, Request, Setting

_HEADER = "x-twilio-email-event-webhook-"


class SendGrid:
    """The adapter."""

    unverified_status = 403
    settings = (
        Setting("secret", "verification key of the console (base64 or PEM), or the password"),
        Setting("auth", "`basic`: a password in the address instead of a signature"),
        Setting("user", "user in that address, where one is to be asked for"),
        Setting("authserv_id", "mail server whose DMARC verdict is believed"),
    )

    def verify(self, request: Request, account: Account, now: float) -> None:  # noqa: ARG002 - see docs: no window
        """Check the signature, or the password; raise Unverified."""
        if account.setting("auth") == "basic":
            basic_auth.verify(request, account)
        elif not _is_signed(request, account.secret or ""):
            raise Unverified(f"{_HEADER}signature does not fit the key, the timestamp and the body")

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read a mail, or events; Malformed where it is neither."""
        if is_form(request):
            return sendgrid_mail.read(read_form(request), account)
        found = decoded(request.body)
        entries = found if isinstance(found, list) else [found]
        if not isinstance(found, list) and not wire.text(found, "event"):
            raise Malformed("the JSON is no array of events, and the body no form")
        return batch.each(
            entries, lambda entry: sendgrid_event.read(entry, account), account.source, account.provider
        )

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say 200: kept."""
        return Reply(200)


def _is_signed(request: Request, secret: str) -> bool:
    key = _key(secret)
    stamp = request.headers.get(f"{_HEADER}timestamp", "").strip()
    given = request.headers.get(f"{_HEADER}signature", "").strip()
    if key is None or not (stamp and given):
        return False
    try:
        signature = base64.b64decode(given, validate=True)
        key.verify(signature, stamp.encode() + request.body, ECDSA(SHA256()))
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True


def _key(secret: str) -> EllipticCurvePublicKey | None:
    try:
        if "-----BEGIN" in secret:
            found = load_pem_public_key(secret.encode())
        else:
            found = load_der_public_key(base64.b64decode("".join(secret.split()), validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return None
    return found if isinstance(found, EllipticCurvePublicKey) else None
