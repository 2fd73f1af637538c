"""The two ends of a message that a provider of telephony carries, by the name of its own carrier.

The channel follows the handle: a WhatsApp message is social and of a telephone number, whoever sells it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from channels import handles_tel
from channels.fit import HANDLE, SHORT, fit
from router.model.event import Channel
from router.model.handle import Handle, Party

_BARE = re.compile(r"(?:00)?([1-9][0-9]{6,14})", re.ASCII)  # an E.164 number without its plus
_WORD = re.compile(r"[a-z][a-z0-9_-]{0,31}", re.ASCII)
_SUFFIXES = ("_service_msg", "_service", "_message", "_bm", "_bot")

_TEL: Mapping[str, tuple[Channel, str]] = {
    "": ("sms", "sms"), "sms": ("sms", "sms"), "mms": ("sms", "sms"), "rcs": ("sms", "rcs"),
    "whatsapp": ("social", "whatsapp"), "viber": ("social", "viber"),
}  # fmt: skip
_IDS: Mapping[str, tuple[Channel, str, str, bool]] = {
    "messenger": ("social", "messenger", "psid", True), "facebook": ("social", "messenger", "psid", True),
    "instagram": ("social", "instagram", "igsid", True), "line": ("social", "line", "line", False),
    "telegram": ("social", "telegram", "telegram", False), "wechat": ("social", "wechat", "wechat", True),
    "kakaotalk": ("social", "kakaotalk", "kakaotalk", True), "twitter": ("social", "x", "x", False),
    "kakaotalkchat": ("social", "kakaotalk", "kakaotalk", True),
    "applebc": ("social", "applebc", "applebc", True), "email": ("email", "email", "mailto", False),
}  # fmt: skip
"""Carriers without numbers: channel, medium, type of the handle, whether ids count within our page only."""


class Ends(NamedTuple):
    """How a message travels, our address, and whose the other one is."""

    channel: Channel
    medium: str
    ours: str | None
    customer: Party | None

    @property
    def thread(self) -> str | None:
        """Name the conversation: all messages between our address and this customer."""
        return (
            fit(f"{self.medium}:{self.ours}:{self.customer.handle}") if self.ours and self.customer else None
        )


def ends(carrier: str, theirs: str | None, ours: str | None, name: str | None = None) -> Ends:
    """Read both addresses as the carrier writes them; ``name`` is what the customer is called."""
    word = _word(carrier)
    if word in _IDS:
        channel, medium, kind, scoped = _IDS[word]
        our = fit(ours)
        value = f"{our}/{theirs}" if scoped and our and theirs else theirs
        return Ends(channel, medium, our, party(kind, value, name))
    channel, medium = _TEL.get(word, ("chat", word if _WORD.fullmatch(word) else "other"))
    handle = number(theirs)
    return Ends(channel, medium, fit(plus(ours)), party(handle.type, handle.value, name) if handle else None)


def party(kind: str, value: str | None, name: str | None = None) -> Party | None:
    """Make a customer of an id; None where there is none."""
    kept = fit((value or "").strip(), HANDLE)
    return Party(kind, kept, fit(name, SHORT)) if kept else None


def number(written: str | None) -> Handle | None:
    """Tell whose number it is; the providers that come here leave its plus out."""
    return handles_tel.read(plus(written))


def plus(written: str | None) -> str | None:
    """Put the plus before a number that has its country code; all else stays as it is."""
    bare = _BARE.fullmatch((written or "").strip())
    return f"+{bare[1]}" if bare else written


def _word(carrier: str) -> str:
    """Give the name of a carrier without what providers hang on it, ``viber_service_msg`` for Viber."""
    word = carrier.strip().lower()
    for suffix in _SUFFIXES:
        word = word.removesuffix(suffix)
    return word
