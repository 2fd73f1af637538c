"""SMPP 3.4: messages and receipts that a centre delivers, as the PDUs it sends.

This reads PDUs and writes their responses; who holds the session posts each PDU here and writes the answer
back. A PDU carries no signature: who posts it signs with ``X-Router-Signature: sha256=<hex HMAC-SHA256>``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from channels import batch, carriers, handles_tel
from channels.body_signature import in_hex, require
from channels.carriers import Ends
from channels.fit import SHORT, TEXT, TEXT_FULL, fit
from channels.sms import smpp_pdu, smpp_text
from channels.sms.smpp_pdu import Address, Delivery, Pdu
from channels.sms.smpp_text import Part
from router.errors import Malformed
from router.model.event import Attribute, Event, Status, fit_id
from router.ports import Account, Reply, Request, Setting

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
_HEX = re.compile(rb"[0-9A-Fa-f\s]+")
_TYPE, _RECEIPTS = 0x3C, frozenset({0x04, 0x20})  # esm_class (§5.2.12): receipt, intermediate notification
_HEADER = 0x40
_INTERNATIONAL, _UNKNOWN, _ALPHANUMERIC = 1, 0, 5


class Smpp:
    """The adapter."""

    unverified_status = 401
    settings = (
        Setting("secret", "secret shared with who posts"),
        Setting("alphabet", "alphabet of data_coding 0: gsm, latin-1, …"),
        Setting("international", "true: numbers of a type that is not told begin with their country code"),
    )

    def verify(self, request: Request, account: Account, now: float) -> None:  # noqa: ARG002 - no time is signed
        """Check ``X-Router-Signature``; raise Unverified."""
        wanted = f"sha256={in_hex(account.secret or '', request.body)}"
        require("X-Router-Signature", request.headers.get("x-router-signature", "").strip().lower(), wanted)

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read the PDUs, as bytes or as a hexadecimal dump; those that bear no message make no event."""
        pdus = [pdu for pdu in _pdus(request.body) if pdu.command in {smpp_pdu.DELIVER_SM, smpp_pdu.DATA_SM}]
        return batch.each([pdu.raw for pdu in pdus], partial(_read, account), account.source, "smpp")

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Give the responses as bytes: without them the centre sends again."""
        found = smpp_pdu.responses(_pdus(request.body))
        return Reply(200, {"content-type": "application/octet-stream"}, found)


class _Short(NamedTuple):
    """A delivery with its text read: bytes without their header, their alphabet, and which part they are."""

    told: Delivery
    data: bytes
    codec: str | None
    part: Part | None

    @property
    def text(self) -> str | None:
        """Give the text; None where it is none."""
        return smpp_text.decode(self.data, self.codec) or None if self.codec else None


def _pdus(body: bytes) -> list[Pdu]:
    if not body:
        raise Malformed("there is no PDU")
    if _HEX.fullmatch(body):
        try:
            body = bytes.fromhex(body.decode("ascii"))
        except ValueError:
            raise Malformed("the body is neither a PDU nor the dump of one") from None
    return smpp_pdu.cut(body)


def _read(account: Account, entry: object) -> list[Event]:
    raw = entry if isinstance(entry, bytes) else b""
    told = smpp_pdu.delivery(smpp_pdu.cut(raw)[0])
    part, data = smpp_text.split_header(told.message) if told.esm_class & _HEADER else (None, told.message)
    short = _Short(
        told, data, smpp_text.alphabet(told.coding, account.setting("alphabet")), part or _sar(told)
    )
    ends = _ends(told, account)
    if told.esm_class & _TYPE in _RECEIPTS or (told.receipted and told.state is not None):
        return [_report(short, ends, raw, account)]
    return [_message(short, ends, raw, account)]


def _message(short: _Short, ends: Ends, raw: bytes, account: Account) -> Event:
    """Read a message. It has no id: the hash of its PDU, with its number, is one."""
    text, part = short.text, short.part
    keep = short.codec is None or smpp_text.cuts_character(short.data, short.codec)
    attrs: dict[str, Attribute] = {"data_coding": short.told.coding}
    if part:
        attrs |= {"concat_ref": part.ref, "concat_part": part.part, "concat_total": part.total}
    return Event(
        id=f"h:{hashlib.sha256(raw).hexdigest()}",
        source=account.source,
        channel=ends.channel,
        medium=ends.medium,
        kind="message",
        direction="in",
        author="customer",
        customer=ends.customer,
        sequence=part.part if part else 0,
        provider="smpp",
        to=ends.ours,
        thread=ends.thread,
        text=fit(text, TEXT),
        text_full=fit(text, TEXT_FULL) if text and len(text) > TEXT else None,
        payload=fit(short.data.hex(), 4096) if keep else None,
        flags=[] if short.codec else ["unsupported"],
        attrs=attrs,
    )


def _report(short: _Short, ends: Ends, raw: bytes, account: Account) -> Event:
    """Read a receipt: it comes from the number that our message went to.

    The id of the message stands in its text in decimal where the parameter has it in hexadecimal; the
    parameter is the one that the centre gave us when we sent. When it was done is told in the centre's own
    time, whose zone nobody tells, so that it is kept as it is written.
    """
    fields = {match[1].lower(): match[2] for match in reversed(list(_FIELDS.finditer(_plain(short))))}
    state, number = fields.get("stat", "").upper(), short.told.state
    if not state and number is not None:
        state = _STATES[number] if number < len(_STATES) else "UNKNOWN"
    sent = short.told.receipted or fields.get("id", "")
    native = f"{sent or hashlib.sha256(raw).hexdigest()}:{state}"
    about = {
        "message_status": state, "receipt_id": fields.get("id"), "done_date": fields.get("done date"),
        "network_error": short.told.network_error,
        "error_code": fields["err"] if fields.get("err", "").strip("0") else None,
    }  # fmt: skip
    return Event(
        id=fit_id(native),
        source=account.source,
        channel=ends.channel,
        medium=ends.medium,
        kind="status",
        direction="out",
        author="system",
        customer=ends.customer,
        provider="smpp",
        provider_event_id=fit(native),
        to=ends.ours,
        thread=ends.thread,
        target=fit(sent),
        status=_STATUS.get(state),
        attrs={name: fit(there, SHORT) for name, there in about.items() if there},
    )


def _plain(short: _Short) -> str:
    """Give the text of a receipt; centres write it in ASCII whatever alphabet they name."""
    head = short.data[:512].decode("latin-1")
    return (
        head
        if "stat:" in head.lower() or not short.codec
        else smpp_text.decode(short.data[:1024], short.codec)
    )


def _sar(told: Delivery) -> Part | None:
    return Part(*told.sar) if told.sar else None


def _ends(told: Delivery, account: Account) -> Ends:
    """Give the customer, who is the source of messages and of receipts, and our address."""
    whose = handles_tel.read(_written(told.source, account))
    customer = carriers.party(whose.type, whose.value) if whose else None
    return Ends("sms", "sms", fit(_written(told.destination, account)), customer)


def _written(address: Address, account: Account) -> str:
    """Write an address so that it says what it is: a plus before what is international, and nothing else."""
    known = address.ton == _INTERNATIONAL or (
        address.ton == _UNKNOWN and account.settings.get("international")
    )
    bare = address.value.removeprefix("+")
    if known and bare.isascii() and bare.isdecimal():
        return f"+{bare.removeprefix('00')}"
    return address.value
