"""Who is at the other end of a line of Twilio's, and which way it was called."""

from __future__ import annotations

import re

from channels import handles_tel
from channels.fit import SHORT, fit
from channels.twilio_form import Fields
from router.model.event import Direction
from router.model.handle import Handle, Party

_SIP = re.compile(r"sips?:([^@;?\s]{1,128})(@[^;?\s]{1,255})?.*", re.ASCII | re.DOTALL)


def direction(fields: Fields) -> Direction | None:
    """Give the direction as the company sees it: a call from a browser of ours comes in at Twilio."""
    said = fields.get("Direction", "").strip().lower()
    if said.startswith("outbound") or fields.get("From", "").startswith("client:"):
        return "out"
    return "in" if said == "inbound" else None


def end(value: str) -> tuple[Handle | None, str]:
    """Tell whose address it is, and the medium it calls by."""
    written = value.strip()
    if written.startswith("client:"):
        return None, "pstn"
    if written.startswith("whatsapp:"):
        return handles_tel.read(written.removeprefix("whatsapp:")), "whatsapp_call"
    sip = _SIP.fullmatch(written)
    if sip is None:
        return handles_tel.read(written), "pstn"
    phone = handles_tel.read(sip[1])
    if phone is not None and phone.type == "tel":
        return phone, "sip"
    return (Handle("sip-user", sip[1] + sip[2].lower()) if sip[2] else None), "sip"


def party(handle: Handle | None, name: str | None) -> Party | None:
    """Make a customer of a handle and the name that came with it."""
    return Party(handle.type, handle.value, fit(name, SHORT)) if handle else None
