"""Vonage: the SMS API, by POST as a form or JSON, or by GET; and the Messages API, by JSON.

The SMS API is described at developer.vonage.com/en/api/sms (inbound SMS, delivery receipt). A long message
comes in parts, each by itself and in any order; ``attrs`` say which part of what it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from channels import carriers, stamps, twilio_signature, wire
from channels.carriers import Ends
from channels.fit import LINE, SHORT, TEXT, TEXT_FULL, clean, fit
from channels.sms import vonage_messages, vonage_signature
from router.errors import Malformed, Unverified
from router.model.cloudevents import decoded
from router.model.event import Attribute, Event, Status, fit_id
from router.ports import Account, Reply, Request, Setting

_STATUS: Mapping[str, Status] = {
    "accepted": "sent", "buffered": "sent", "delivered": "delivered",
    "expired": "failed", "failed": "failed", "rejected": "failed",
}  # fmt: skip
_KEPT = {
    "keyword": "keyword", "type": "type", "udh": "udh", "network-code": "network", "client-ref": "reference",
    "concat-ref": "concat_ref", "concat-part": "concat_part", "concat-total": "concat_total",
}  # fmt: skip
_THEIRS = frozenset({"msisdn", "messageId", "sig", "api-key"})
_MOST_PARTS = 255


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
        if _THEIRS.isdisjoint(params):
            raise Malformed("there is no msisdn, messageId or sig: it is not Vonage's")
        if not (params.get("messageId") and params.get("msisdn")):
            return []
        return [_report(params, account.source) if "status" in params else _message(params, account.source)]

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say 200; anything else is sent again for 24 hours."""
        return Reply(200)


def _message(params: Mapping[str, str], source: str) -> Event:
    native, part = params["messageId"], _part(params)
    ends = carriers.ends("sms", params["msisdn"], params.get("to"))
    text = params.get("text")
    return Event(
        id=fit_id(f"{native}:{part}" if part else native),
        source=source,
        channel=ends.channel,
        medium=ends.medium,
        kind="message",
        direction="in",
        author="customer",
        occurred_at=_occurred(params),
        customer=ends.customer,
        sequence=part,
        provider="vonage",
        provider_event_id=fit(native),
        to=ends.ours,
        thread=ends.thread,
        text=fit(text, TEXT),
        text_full=fit(text, TEXT_FULL) if text and len(text) > TEXT else None,
        payload=fit(params.get("data"), 4096),
        flags=[] if text or params.get("type") in {"text", "unicode"} else ["unsupported"],
        attrs=_attrs(params),
    )


def _report(params: Mapping[str, str], source: str) -> Event:
    """Read a delivery receipt: here ``msisdn`` is the customer too, ``to`` the sender that we used."""
    state = params["status"].strip().lower()
    ends: Ends = carriers.ends("sms", params["msisdn"], params.get("to"))
    code = params.get("err-code", "")
    failed: dict[str, Attribute] = {"error_code": fit(code, SHORT)} if code not in {"", "0"} else {}
    return Event(
        id=fit_id(f"{params['messageId']}:{state}"),
        source=source,
        channel=ends.channel,
        medium=ends.medium,
        kind="status",
        direction="out",
        author="system",
        occurred_at=_occurred(params),
        customer=ends.customer,
        provider="vonage",
        provider_event_id=fit(f"{params['messageId']}:{state}"),
        to=ends.ours,
        thread=ends.thread,
        target=fit(params["messageId"]),
        status=_STATUS.get(state),
        attrs=_attrs(params) | failed | {"message_status": fit(state, SHORT)},
    )


def _params(request: Request) -> dict[str, str]:
    """Give the parameters by name, the last where one comes twice; Malformed where they cannot be read."""
    if _is_json(request):
        return {
            key: there if isinstance(there, str) else wire.name(there) or wire.written(there, LINE) or ""
            for key, there in wire.table(decoded(request.body)).items()
        }
    try:
        if request.method == "POST" and request.body:
            return dict(twilio_signature.body_pairs(request))
        return dict(twilio_signature.pairs(twilio_signature.query(request)))
    except ValueError as error:
        raise Malformed(f"the parameters cannot be read: {error}") from None


def _is_json(request: Request) -> bool:
    return request.method == "POST" and request.body.lstrip()[:1] in {b"{", b"[", b"\xef"}


def _occurred(params: Mapping[str, str]) -> datetime | None:
    return stamps.stamp(params, "message-timestamp") or stamps.stamp(params, "timestamp")


def _part(params: Mapping[str, str]) -> int:
    """Give the number of the part, from 1; 0 where the message is whole."""
    part = wire.whole(params, "concat-part") or 0
    return part if params.get("concat", "").lower() in {"true", "1"} and 0 < part <= _MOST_PARTS else 0


def _attrs(params: Mapping[str, str]) -> dict[str, Attribute]:
    return {ours: fit(params[theirs]) for theirs, ours in _KEPT.items() if params.get(theirs)}
