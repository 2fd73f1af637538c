"""Twilio: sends text messages, and what goes by WhatsApp, Messenger and RCS through it.

Described at twilio.com/docs/messaging/api/message-resource.
"""

from __future__ import annotations

from collections.abc import Mapping

from channels import provider_api, wire
from channels.sms import twilio_ends
from router.errors import CannotSend, Rejected
from router.model.handle import Handle
from router.ports import Account, Opening, Outgoing, Outside, Sent, Setting

_API = "https://api.twilio.com"
_MOST = 1600  # characters; Twilio refuses longer ones (21617)
_LATER = frozenset({"14107", "20429"})  # too many at once, for a number or for the account
_DEAD = frozenset({"failed", "undelivered", "canceled"})
_NUMBERS = frozenset({"tel", "shortcode"})
_CARRIERS: Mapping[str, frozenset[str]] = {
    "sms": _NUMBERS, "rcs": _NUMBERS,
    "whatsapp": frozenset({"tel", "wa-bsuid"}), "messenger": frozenset({"psid"}),
}  # fmt: skip
"""Whom each carrier reaches, by the type of the handle."""


class TwilioSender:
    """Sends by the REST API, as the account or by a key of it."""

    settings = (
        Setting("account_sid", "account SID, AC…", required=True),
        Setting("api_key", "SID of an API key, SK…, to send by in place of the auth token"),
        Setting("api_key_secret", "secret of that key"),
        Setting("from", "our number where a conversation has none"),
        Setting("messaging_service_sid", "messaging service, MG…, where there is no number either"),
        provider_api.API_URL,
    )

    def lacks(self, account: Account) -> str | None:
        """Name the missing credential."""
        if not account.setting("account_sid"):
            return "account_sid"
        if account.setting("api_key"):
            return None if account.setting("api_key_secret") else "api_key_secret"
        return None if account.secret else "secret"

    def opening(self, message: str, to: Handle, sender: str | None, account: Account) -> Opening:  # noqa: ARG002
        """Begin as the address of ours that is named, or set as ``from``: ``whatsapp:+1…`` is WhatsApp's."""
        ours = sender or account.setting("from")
        if not ours:
            raise CannotSend("name the address of ours to write from, or set `from`")
        carrier, mark, _ = ours.rpartition(":")
        theirs = _theirs(carrier or "sms", to)
        ends = twilio_ends.outward({"From": ours, "To": f"{carrier}{mark}{theirs}"})
        return Opening(channel=ends.channel, medium=ends.medium, sender=ends.ours, thread=ends.thread)

    async def send(self, outgoing: Outgoing, account: Account, outside: Outside) -> Sent:
        """Create the message; its ``sid`` is what reports name."""
        sid = account.setting("account_sid") or ""
        url = provider_api.address(account, _API, "2010-04-01", "Accounts", sid, "Messages.json")
        user = account.setting("api_key") or sid
        password = account.setting("api_key_secret") if account.setting("api_key") else account.secret
        proof = provider_api.basic(user, password or "")
        answer = await outside.call(provider_api.form(url, _fields(outgoing, account), proof))
        told = provider_api.told(answer)
        code = wire.name(told, "code")
        said = provider_api.saying(code, wire.text(told, "message"), password or "")
        provider_api.require_taken(answer, said, later=code in _LATER)
        if wire.name(told, "status") in _DEAD:
            reason = wire.name(told, "error_code"), wire.text(told, "error_message"), password or ""
            raise Rejected(provider_api.saying(*reason) or "it failed at once")
        return provider_api.sent(wire.name(told, "sid"))


def _fields(outgoing: Outgoing, account: Account) -> dict[str, str]:
    carrier = outgoing.medium or "sms"
    fields = {
        "To": _named(carrier, _theirs(carrier, outgoing.to)),
        "Body": provider_api.fitting(outgoing.text, _MOST, provider_api.CHARACTERS),
    }
    if ours := outgoing.sender or account.setting("from"):
        fields["From"] = _named(carrier, ours)
    elif service := account.setting("messaging_service_sid"):
        fields["MessagingServiceSid"] = service
    else:
        raise CannotSend("no address of ours to send from: set `from` or `messaging_service_sid`")
    if public := account.setting("public_url"):
        # Reports then name the message as we do, even if the answer that tells its sid is lost.
        fields["StatusCallback"] = f"{account.hook_at(public)}?message={outgoing.id}"
    return fields


def _theirs(carrier: str, to: Handle) -> str:
    """Give the customer's address as Twilio has it; a Messenger user without the page that knows them."""
    if to.type not in _CARRIERS.get(carrier, ()):
        raise CannotSend(f"Twilio reaches no {to.type} by {carrier}")
    return to.value.rpartition("/")[2] if to.type == "psid" else to.value


def _named(carrier: str, value: str) -> str:
    """Name the carrier before an address, as ``whatsapp:+14155550100``; a text message has none."""
    return value if carrier == "sms" or ":" in value else f"{carrier}:{value}"
