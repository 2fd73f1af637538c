"""Meta: sends on WhatsApp as the number of ours, on Messenger and Instagram as the page.

Described at developers.facebook.com/documentation/business-messaging/whatsapp/messages and
developers.facebook.com/documentation/business-messaging/messenger-platform/reference/send-api.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from channels import provider_api, wire
from channels.fit import clean
from router.errors import CannotSend, OutcomeUnknown
from router.model.handle import Handle
from router.ports import Account, Opening, Outgoing, Outside, Sent, Setting

_API = "https://graph.facebook.com/v24.0"
_LATER = frozenset({"4", "17", "32", "613", "80007", "130429", "131048", "131056"})
"""Too many messages: of the app, the page, the account, the number, to this person."""
_UNSURE = frozenset({"1", "2"})  # Meta's own failure, whatever the status
_WHATSAPP = 4096  # characters
_TALKS: Mapping[str, tuple[str, int, provider_api.Measure]] = {
    "messenger": ("psid", 2000, provider_api.CHARACTERS),
    "instagram": ("igsid", 1000, provider_api.UTF8),
}
"""The type of the handle, and how much text is taken, counted in what."""
_LINE = re.compile(r"whatsapp:(?P<phone>[0-9]{1,32}):(?P<end>.+)", re.ASCII)
_DIGITS = re.compile(r"\+?([0-9]{5,15})", re.ASCII)


class _Letter(NamedTuple):
    """What is posted: by which page or number of ours, where, what, and where the answer names it."""

    ours: str
    path: tuple[str, ...]
    body: dict[str, Any]


class MetaSender:
    """Sends by the Graph API."""

    settings = (
        Setting("access_token", "token of the system user, or of the page", required=True),
        Setting(
            "page_token",
            "where there are several pages or numbers: <id>=<token> of each, with blanks between",
        ),
        Setting("phone_number_id", "id of the WhatsApp number that begins conversations"),
        Setting("from", "that number, +1555…"),
        provider_api.API_URL,
    )

    def lacks(self, account: Account) -> str | None:
        """Name the token if it is missing."""
        return None if account.setting("access_token") else "access_token"

    def opening(self, message: str, to: Handle, sender: str | None, account: Account) -> Opening:  # noqa: ARG002
        """Begin on WhatsApp, as a number of ours; on Messenger and Instagram only the customer begins."""
        phone, ours = account.setting("phone_number_id"), sender or account.setting("from")
        if not (phone and ours):
            raise CannotSend("no number of ours to begin with: set `phone_number_id` and `from`")
        _person(to)
        return Opening(channel="social", medium="whatsapp", sender=ours, thread=f"whatsapp:{phone}:{to}")

    async def send(self, outgoing: Outgoing, account: Account, outside: Outside) -> Sent:
        """Send; the id is the ``wamid`` that statuses name, or the ``mid`` of echoes."""
        write = _to_whatsapp if outgoing.medium == "whatsapp" else _to_talk
        letter = write(outgoing, account)
        token = _token(letter.ours, account)
        url = provider_api.address(account, _API, *letter.path)
        answer = await outside.call(provider_api.json(url, letter.body, provider_api.bearer(token)))
        told = provider_api.told(answer)
        error = wire.table(told, "error")
        code = wire.name(error, "code")
        words = wire.text(error, "error_data", "details") or wire.text(error, "message")
        said = provider_api.saying(code, words, token)
        if code in _UNSURE:
            raise OutcomeUnknown(said)
        provider_api.require_taken(answer, said, later=code in _LATER)
        named = next(iter(wire.tables(told, "messages")), wire.NONE)
        return provider_api.sent(wire.name(named, "id") or wire.name(told, "message_id"))


def _token(ours: str, account: Account) -> str:
    """Give the token of one page or number of ours, else the one for all."""
    pairs = (pair.partition("=") for pair in (account.setting("page_token") or "").split())
    own = {name: token for name, _, token in pairs}
    return own.get(ours) or account.setting("access_token") or ""


def _to_whatsapp(outgoing: Outgoing, account: Account) -> _Letter:
    """Write to a person, by number or business-scoped id, or to a group; under what they wrote."""
    text = provider_api.fitting(outgoing.text, _WHATSAPP, provider_api.CHARACTERS)
    found = _LINE.fullmatch(outgoing.thread or "")
    phone = found["phone"] if found else account.setting("phone_number_id")
    if not phone:
        raise CannotSend("no number of ours to send from: set `phone_number_id`")
    body: dict[str, Any] = {"messaging_product": "whatsapp", "type": "text", "text": {"body": text}}
    body["biz_opaque_callback_data"] = outgoing.id  # statuses say it again, even if this answer is lost
    body |= _receiver(outgoing, found["end"] if found else "")
    answers = outgoing.answers
    if answers and answers.kind == "message" and answers.provider_event_id:
        body["context"] = {"message_id": clean(answers.provider_event_id)}
    return _Letter(phone, (phone, "messages"), body)


def _receiver(outgoing: Outgoing, end: str) -> dict[str, str]:
    if end and ":" not in end:
        return {"recipient_type": "group", "to": clean(end)}
    return {"recipient_type": "individual", **_person(outgoing.to)}


def _person(to: Handle) -> dict[str, str]:
    """Name a person by business-scoped id or by number, as WhatsApp does."""
    if to.type == "wa-bsuid":
        return {"recipient": clean(to.value)}
    number = _DIGITS.fullmatch(to.value) if to.type == "tel" else None
    if number is None:
        raise CannotSend(f"WhatsApp does not know this {to.type}")
    return {"to": number[1]}


def _to_talk(outgoing: Outgoing, account: Account) -> _Letter:  # noqa: ARG001 - its token says which page sends
    """Write to a person whom a page of ours, or an account, knows."""
    medium = outgoing.medium or ""
    page, _, user = outgoing.to.value.partition("/")
    kind, most, measure = _TALKS.get(medium, ("", 0, provider_api.CHARACTERS))
    if outgoing.to.type != kind or not (page and user):
        raise CannotSend(f"Meta reaches no {outgoing.to.type} by {medium or 'a medium without a name'}")
    if outgoing.thread and not outgoing.thread.startswith(f"{medium}:{page}:"):
        raise CannotSend(
            "a comment is answered in public, at Meta's own page: a message would be another talk"
        )
    text = provider_api.fitting(outgoing.text, most, measure)
    body = {"recipient": {"id": clean(user)}, "messaging_type": "RESPONSE", "message": {"text": text}}
    return _Letter(page, ("me", "messages"), body)
