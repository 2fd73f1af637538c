"""The two ends of a message of Twilio; each address may carry the name of its carrier, ``whatsapp:+1…``."""

from __future__ import annotations

from collections.abc import Mapping

from channels import handles_tel
from channels.carriers import Ends
from channels.fit import HANDLE, SHORT, fit
from channels.twilio_form import Fields
from router.model.event import Channel
from router.model.handle import Handle, Party

_CARRIERS: Mapping[str, tuple[Channel, str]] = {
    "": ("sms", "sms"), "rcs": ("sms", "rcs"),
    "whatsapp": ("social", "whatsapp"), "messenger": ("social", "messenger"),
}  # fmt: skip


def inward(fields: Fields) -> Ends:
    """Read who wrote to us."""
    return _ends(fields, fields.get("From", ""), fields.get("To", ""), fields.get("ProfileName"))


def outward(fields: Fields) -> Ends:
    """Read to whom we wrote."""
    return _ends(fields, fields.get("To", ""), fields.get("From", ""), None)


def also(fields: Fields, customer: Party | None) -> list[Party]:
    """Give the sender's WhatsApp user id where it comes beside the number: the provider vouches for both."""
    for written in (fields.get("ExternalUserId", ""), fields.get("From", "")):
        other = handles_tel.read(written.rpartition(":")[2])
        if other and customer and other.type == "wa-bsuid" and other != customer.handle:
            return [Party(other.type, other.value, trust="attested")]
    return []


def _ends(fields: Fields, theirs: str, ours: str, name: str | None) -> Ends:
    carrier, _, value = theirs.rpartition(":")
    our = ours.rpartition(":")[2].strip() or None
    channel, medium = _CARRIERS.get(carrier.strip().lower(), _CARRIERS[""])
    if medium == "messenger":
        scoped = fit(f"{our}/{value.strip()}", HANDLE)
        handle = Handle("psid", scoped) if our and value and scoped else None
    else:
        handle = handles_tel.read(value)
    if medium == "whatsapp" and (handle is None or handle.type == "wa-bsuid"):
        handle = _whatsapp_number(fields) or handle
    customer = Party(handle.type, handle.value, fit(name, SHORT)) if handle else None
    return Ends(channel, medium, fit(our), customer)


def _whatsapp_number(fields: Fields) -> Handle | None:
    """Give the number of ``WaId``, which comes without ``+``; since 2026 it may be no number."""
    digits = fields.get("WaId", "").strip().removeprefix("+")
    handle = handles_tel.read(f"+{digits}")
    return handle if handle and handle.type == "tel" else None
