"""A short message with its text read, and whose it is."""

from __future__ import annotations

from typing import NamedTuple

from channels import carriers, handles_tel
from channels.carriers import Ends
from channels.fit import fit
from channels.sms import smpp_text
from channels.sms.smpp_delivery import Address, Delivery
from channels.sms.smpp_text import Part
from router.ports import Account

_HEADER = 0x40  # of esm_class (§5.2.12): the text has a header
_INTERNATIONAL, _UNKNOWN = 1, 0


class Short(NamedTuple):
    """A delivery with its text read: bytes without their header, their alphabet, and which part they are."""

    told: Delivery
    data: bytes
    codec: str | None
    part: Part | None

    @classmethod
    def of(cls, told: Delivery, alphabet: str | None) -> Short:
        """Read a delivery; ``alphabet`` is what the centre means by data_coding 0."""
        part, data = (
            smpp_text.split_header(told.message) if told.esm_class & _HEADER else (None, told.message)
        )
        sar = Part(*told.sar) if told.sar else None
        return cls(told, data, smpp_text.alphabet(told.coding, alphabet), part or sar)

    @property
    def text(self) -> str | None:
        """Give the text; None where it is none."""
        return smpp_text.decode(self.data, self.codec) or None if self.codec else None

    @property
    def cut(self) -> bool:
        """Tell whether the text alone would lose something: it is none, or a character was cut in two."""
        return self.codec is None or smpp_text.cuts_character(self.data, self.codec)

    @property
    def plain(self) -> str:
        """Give the text of a receipt; centres write it in ASCII whatever alphabet they name."""
        head = self.data[:512].decode("latin-1")
        if "stat:" in head.lower() or not self.codec:
            return head
        return smpp_text.decode(self.data[:1024], self.codec)


def ends(told: Delivery, account: Account) -> Ends:
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
