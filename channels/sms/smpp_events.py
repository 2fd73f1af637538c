"""What the centre delivers, as events: messages of customers, and receipts of ours."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from channels.carried import Carried
from channels.fit import PAYLOAD, SHORT, fit, kept
from channels.sms.smpp_short import Short, ends
from router.model.event import Attribute, Event, Status
from router.ports import Account

_STATUS: Mapping[str, Status] = {
    "SCHEDULED": "queued", "ENROUTE": "sent", "ACCEPTD": "sent", "DELIVRD": "delivered",
    "EXPIRED": "failed", "DELETED": "failed", "UNDELIV": "failed", "REJECTD": "failed", "SKIPPED": "failed",
}  # fmt: skip
_STATES = (
    "SCHEDULED", "ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD",
    "SKIPPED",
)  # fmt: skip
_FIELDS = re.compile(
    r"\b(id|sub|dlvrd|submit date|done date|stat|err):[ \t]?([^\s:]*)", re.IGNORECASE | re.ASCII
)
_TYPE, _RECEIPTS = 0x3C, frozenset({0x04, 0x20})  # esm_class (§5.2.12): receipt, intermediate notification


def read(short: Short, raw: bytes, account: Account) -> Event:
    """Read a delivery; ``raw`` is all of its PDU, by whose hash it is known where nothing else tells."""
    carried = Carried("smpp", account.source, ends(short.told, account))
    receipt = short.told.esm_class & _TYPE in _RECEIPTS or (
        short.told.receipted and short.told.state is not None
    )
    name = hashlib.sha256(raw).hexdigest()
    return _report(short, carried, name) if receipt else _message(short, carried, name)


def _message(short: Short, carried: Carried, name: str) -> Event:
    """Read a message. It has no id: the hash of its PDU, with its number, is one."""
    part = short.part
    attrs: dict[str, Attribute] = {"data_coding": short.told.coding}
    if part:
        attrs |= {"concat_ref": part.ref, "concat_part": part.part, "concat_total": part.total}
    return carried.message(
        f"h:{name}",
        short.text,
        provider_event_id=None,
        sequence=part.part if part else 0,
        payload=fit(short.data.hex(), PAYLOAD) if short.cut else None,
        flags=[] if short.codec else ["unsupported"],
        attrs=attrs,
    )


def _report(short: Short, carried: Carried, name: str) -> Event:
    """Read a receipt: it comes from the number that our message went to.

    The id of the message stands in its text in decimal where the parameter has it in hexadecimal; the
    parameter is the one that the centre gave us when we sent. When it was done is told in the centre's own
    time, whose zone nobody tells, so that it is kept as it is written.
    """
    fields = {match[1].lower(): match[2] for match in reversed(list(_FIELDS.finditer(short.plain)))}
    state, number = fields.get("stat", "").upper(), short.told.state
    if not state and number is not None:
        state = _STATES[number] if number < len(_STATES) else "UNKNOWN"
    sent = short.told.receipted or fields.get("id", "")
    about = {
        "message_status": state, "receipt_id": fields.get("id"), "done_date": fields.get("done date"),
        "network_error": short.told.network_error,
        "error_code": fields["err"] if fields.get("err", "").strip("0") else None,
    }  # fmt: skip
    return carried.report(
        f"{sent or name}:{state}", sent, status=_STATUS.get(state), attrs=kept(about, SHORT)
    )
