"""SMPP 3.4: messages and receipts that a centre delivers, as the PDUs it sends.

This reads PDUs and writes their responses; who holds the session posts each PDU here and writes the answer
back. A PDU carries no signature: who posts it signs with ``X-Router-Signature: sha256=<hex HMAC-SHA256>``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from channels import batch, body_signature
from channels.sms import smpp_delivery, smpp_events, smpp_pdu
from channels.sms.smpp_pdu import Pdu
from channels.sms.smpp_short import Short
from router.errors import Malformed
from router.model.event import Event
from router.ports import Account, Reply, Request, Setting

_HEX = re.compile(rb"[0-9A-Fa-f\s]+")


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
        body_signature.verify(request, body_signature.OURS, account.secret or "")

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read the PDUs, as bytes or as a hexadecimal dump; those that bear no message make no event."""
        pdus = [pdu for pdu in _pdus(request.body) if pdu.command in {smpp_pdu.DELIVER_SM, smpp_pdu.DATA_SM}]
        return batch.each([pdu.raw for pdu in pdus], partial(_read, account), account.source, "smpp")

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Give the responses as bytes: without them the centre sends again."""
        found = smpp_pdu.responses(_pdus(request.body))
        return Reply(200, {"content-type": "application/octet-stream"}, found)


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
    told = smpp_delivery.delivery(smpp_pdu.cut(raw)[0])
    return [smpp_events.read(Short.of(told, account.setting("alphabet")), raw, account)]
