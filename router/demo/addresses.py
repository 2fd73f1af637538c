"""Where customers of the demo reach us, and by which of their addresses."""

from __future__ import annotations

from msgspec import Struct

from router.demo.people import Person
from router.model.event import Channel
from router.model.handle import Party

LINE = "+18005550100"
"""Our number for calls, texts and WhatsApp."""

BILLING_LINE = "+18005550102"
VIP_LINE = "+18005550199"
SITE = "shop.example"
MAILBOX, BILLING_MAILBOX = "support@shop.example", "billing@shop.example"


class Way(Struct, frozen=True):
    """How a label travels: channel and medium as its adapter says them, the customer's address, ours."""

    channel: Channel
    medium: str | None
    customer: Party
    to: str


def way(who: Person, label: str, topic: str = "") -> Way:
    """Give the way of a label for a person; money matters have addresses of their own."""
    billing = topic == "invoice"
    line = VIP_LINE if who.vip else BILLING_LINE if billing else LINE
    tel = Party("tel", who.tel, who.name)
    ways = {
        "voice": Way("voice", "pstn", tel, line),
        "sms": Way("sms", "sms", tel, VIP_LINE if who.vip else LINE),
        "whatsapp": Way("social", "whatsapp", tel, VIP_LINE if who.vip else LINE),
        "social_dm": Way(
            "social", "social_dm", Party("acct", f"{who.visitor}@social.example", who.name), SITE
        ),
        "chat": Way("chat", None, Party("web-visitor", who.visitor, who.name), SITE),
        "email": Way(
            "email", "email", Party("mailto", who.mail, who.name), BILLING_MAILBOX if billing else MAILBOX
        ),
    }
    return ways[label]


def all_of(who: Person) -> list[Party]:
    """Give every address of a person, the mailbox first: what the shop knows once they sign in."""
    return [
        Party(party.type, party.value, who.name, "attested")
        for party in (way(who, label).customer for label in ("email", "sms", "chat", "social_dm"))
    ]
