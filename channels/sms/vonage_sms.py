"""Vonage's SMS API: messages and delivery receipts, each a set of parameters.

Described at developer.vonage.com/en/api/sms (inbound SMS, delivery receipt). A long message comes in parts,
each by itself and in any order; ``attrs`` say which part of what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from channels import carriers, stamps, wire
from channels.carried import Carried
from channels.fit import PAYLOAD, SHORT, fit, kept
from router.errors import Malformed
from router.model.event import Attribute, Event, Status

Params = Mapping[str, str]

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


def read(params: Params, source: str) -> list[Event]:
    """Read the parameters; other calls of Vonage make no event. Malformed where it is not Vonage's."""
    if _THEIRS.isdisjoint(params):
        raise Malformed("there is no msisdn, messageId or sig: it is not Vonage's")
    if not (params.get("messageId") and params.get("msisdn")):
        return []
    # of a receipt too ``msisdn`` is the customer, and ``to`` the sender that we used
    carried = Carried("vonage", source, carriers.ends("sms", params["msisdn"], params.get("to")))
    return [_report(params, carried) if "status" in params else _message(params, carried)]


def _message(params: Params, carried: Carried) -> Event:
    native, part = params["messageId"], _part(params)
    text = params.get("text")
    return carried.message(
        f"{native}:{part}" if part else native,
        text,
        provider_event_id=fit(native),
        occurred_at=_occurred(params),
        sequence=part,
        payload=fit(params.get("data"), PAYLOAD),
        flags=[] if text or params.get("type") in {"text", "unicode"} else ["unsupported"],
        attrs=_attrs(params),
    )


def _report(params: Params, carried: Carried) -> Event:
    native, state, code = params["messageId"], params["status"].strip().lower(), params.get("err-code", "")
    failed: dict[str, Attribute] = {"error_code": fit(code, SHORT)} if code not in {"", "0"} else {}
    return carried.report(
        f"{native}:{state}",
        native,
        occurred_at=_occurred(params),
        status=_STATUS.get(state),
        attrs=_attrs(params) | failed | {"message_status": fit(state, SHORT)},
    )


def _occurred(params: Params) -> datetime | None:
    return stamps.stamp(params, "message-timestamp") or stamps.stamp(params, "timestamp")


def _part(params: Params) -> int:
    """Give the number of the part, from 1; 0 where the message is whole."""
    part = wire.whole(params, "concat-part") or 0
    return part if params.get("concat", "").lower() in {"true", "1"} and 0 < part <= _MOST_PARTS else 0


def _attrs(params: Params) -> dict[str, Attribute]:
    return kept({ours: params.get(theirs) for theirs, ours in _KEPT.items()})
