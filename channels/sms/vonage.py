"""Vonage: the SMS API, by POST as a form or JSON, or by GET; and the Messages API, by JSON."""

from __future__ import annotations

from collections.abc import Sequence

from channels import parameters, wire
from channels.fit import LINE, clean
from channels.sms import vonage_messages, vonage_signature, vonage_sms
from router.errors import Malformed, Unverified
from router.model.cloudevents import decoded
from router.model.event import Event
from router.ports import Account, Reply, Request, Setting


class Vonage:
    """The adapter."""

    unverified_status = 401
    unreadable = Reply(200)
    settings = (
        Setting("secret", "signature secret"),
        Setting("signature_method", "how the SMS API signs: md5hash, md5, sha1, sha256, sha512"),
    )

    def verify(self, request: Request, account: Account, now: float) -> None:
        """Check the bearer token where there is one, else ``sig``; raise Unverified."""
        secret = account.secret or ""
        if authorization := request.headers.get("authorization"):
            vonage_signature.verify_token(authorization, request.body, secret, now)
            return
        try:
            params = _params(request)
        except Malformed as reason:
            raise Unverified(f"sig cannot be checked: {reason.detail}") from None
        vonage_signature.verify_params(params, secret, account.setting("signature_method"))

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read the request; what is Vonage's but neither message nor report makes no event."""
        if _is_json(request):
            found = wire.table(decoded(request.body))
            if "msisdn" not in found:
                return vonage_messages.read(found, account.source)
        params = {name: clean(value) for name, value in _params(request).items()}
        return vonage_sms.read(params, account.source)

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say 200; anything else is sent again for 24 hours."""
        return Reply(200)


def _params(request: Request) -> dict[str, str]:
    """Give the parameters by name, the last where one comes twice; Malformed where they cannot be read."""
    if _is_json(request):
        return {
            key: there if isinstance(there, str) else wire.name(there) or wire.written(there, LINE) or ""
            for key, there in wire.table(decoded(request.body)).items()
        }
    return dict(parameters.of(request))


def _is_json(request: Request) -> bool:
    return request.method == "POST" and request.body.lstrip()[:1] in {b"{", b"[", b"\xef"}
