"""A message from the centre to us, taken out of its PDU: deliver_sm, or data_sm.

Fields and numbers are those of SMPP 3.4: deliver_sm §4.6, data_sm §4.7, optional parameters §5.3.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import NamedTuple

from channels.sms.smpp_pdu import DATA_SM, HEADER, Pdu
from router.errors import Invalid

_PAYLOAD, _SAR_REF, _SAR_TOTAL, _SAR_PART = 0x0424, 0x020C, 0x020E, 0x020F
_RECEIPTED, _STATE, _NETWORK_ERROR = 0x001E, 0x0427, 0x0423


class Address(NamedTuple):
    """An address: its type of number (§5.2.5; 1 international, 5 alphanumeric) and its text."""

    ton: int
    value: str


class Delivery(NamedTuple):
    """Who wrote to whom, what, and what the parameters add."""

    source: Address
    destination: Address
    esm_class: int
    coding: int
    message: bytes
    extra: Mapping[int, bytes]

    @property
    def receipted(self) -> str:
        """Give the id of the message that a receipt is about, if a parameter tells it."""
        return self.extra.get(_RECEIPTED, b"").rstrip(b"\0").decode("latin-1").strip()

    @property
    def state(self) -> int | None:
        """Give the state of that message, by its number (§5.2.28)."""
        return self._number(_STATE)

    @property
    def network_error(self) -> str | None:
        """Give network and error code of a message that failed, in hexadecimal."""
        return self.extra[_NETWORK_ERROR].hex() if _NETWORK_ERROR in self.extra else None

    @property
    def sar(self) -> tuple[int, int, int] | None:
        """Give the reference, the number and the count of parts, where parameters tell them."""
        found = self._number(_SAR_REF), self._number(_SAR_PART), self._number(_SAR_TOTAL)
        ref, part, total = found
        return (ref, part, total) if ref is not None and part and total else None

    def _number(self, tag: int) -> int | None:
        return int.from_bytes(self.extra[tag][:4], "big") if tag in self.extra else None


def delivery(pdu: Pdu) -> Delivery:
    """Take a deliver_sm or data_sm apart; Invalid where it ends too early."""
    fields = _Fields(pdu.raw[HEADER.size :])
    fields.text()  # service_type
    source, destination = fields.address(), fields.address()
    esm_class = fields.byte()
    if pdu.command == DATA_SM:
        fields.byte()  # registered_delivery
        coding, message = fields.byte(), b""
    else:
        fields.byte(), fields.byte()  # protocol_id, priority_flag
        fields.text(), fields.text()  # schedule_delivery_time, validity_period
        fields.byte(), fields.byte()  # registered_delivery, replace_if_present_flag
        coding, _ = fields.byte(), fields.byte()  # … sm_default_msg_id
        message = fields.take(fields.byte())
    extra = fields.parameters()
    return Delivery(source, destination, esm_class, coding, message or extra.get(_PAYLOAD, b""), extra)


class _Fields:
    """Reads the fields of a body in their order; Invalid where it ends too early."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def take(self, size: int) -> bytes:
        """Read some bytes."""
        found = self._body[self._at : self._at + size]
        if len(found) < size:
            raise Invalid("the PDU ends too early")
        self._at += size
        return found

    def byte(self) -> int:
        """Read a number of one byte."""
        return self.take(1)[0]

    def text(self) -> str:
        """Read a text that ends with a zero byte."""
        end = self._body.find(b"\0", self._at)
        if end < 0:
            raise Invalid("a text of the PDU does not end")
        return self.take(end + 1 - self._at)[:-1].decode("latin-1")

    def address(self) -> Address:
        """Read an address: type of number, numbering plan, text."""
        ton, _ = self.byte(), self.byte()
        return Address(ton, self.text().strip())

    def parameters(self) -> dict[int, bytes]:
        """Read the optional parameters; what is left when one is cut is given up."""
        found: dict[int, bytes] = {}
        while len(self._body) - self._at >= 4:  # noqa: PLR2004 - a tag and a length of two bytes each
            tag, size = struct.unpack(">HH", self.take(4))
            if size > len(self._body) - self._at:
                break
            found.setdefault(tag, self.take(size))
        return found
