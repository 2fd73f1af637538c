"""LINE: sends by push; the reply token of what came lasts a minute and an agent takes longer.

A retry key makes a second attempt harmless: LINE takes one message by it in 24 hours, and says 409 with the
ids of the first to every other. Described at developers.line.biz/en/docs/messaging-api/retrying-api-request.
"""

from __future__ import annotations

import uuid

from channels import provider_api, wire
from channels.fit import clean
from router.errors import CannotSend, OutcomeUnknown, Rejected, Unsent
from router.model.handle import Handle
from router.ports import Account, Answer, Call, Opening, Outgoing, Outside, Sent, Setting

_API = "https://api.line.me"
_MOST = 5000  # UTF-16 code units, which LINE counts in
_TAKEN_BEFORE, _FAILED = 409, 500
_QUOTA = "monthly limit"
_KEYS = uuid.UUID("5b0d6e1c-6f0b-5c55-9a53-5c2f0a3a6f0e")
"""The name space of our retry keys."""


class LineSender:
    """Sends by the Messaging API."""

    settings = (
        Setting("access_token", "channel access token, long-lived", required=True),
        Setting("from", "user id of the official account, U…, to begin conversations as"),
        provider_api.API_URL,
    )

    def lacks(self, account: Account) -> str | None:
        """Name the token if it is missing."""
        return None if account.setting("access_token") else "access_token"

    def opening(self, message: str, to: Handle, sender: str | None, account: Account) -> Opening:  # noqa: ARG002
        """Begin with a friend of the account, which is named as in all that comes."""
        ours = sender or account.setting("from")
        if not ours:
            raise CannotSend("name the user id of our account, or set `from`")
        return Opening(channel="social", medium="line", sender=ours, thread=f"line:{_person(to)}")

    async def send(self, outgoing: Outgoing, account: Account, outside: Outside) -> Sent:
        """Push; the id is the one that a quotation of the message names."""
        token = account.setting("access_token") or ""
        text = provider_api.fitting(outgoing.text, _MOST, provider_api.UTF16)
        body = {"to": _where(outgoing), "messages": [{"type": "text", "text": text}]}
        key = str(uuid.uuid5(_KEYS, clean(f"{account.source}/{outgoing.id}")))
        url = provider_api.address(account, _API, "v2", "bot", "message", "push")
        headers = provider_api.bearer(token) | {"x-line-retry-key": key}
        answer = await _called(provider_api.json(url, body, headers), outside)
        told = provider_api.told(answer)
        if answer.status != _TAKEN_BEFORE:
            words = wire.text(told, "message")
            said = provider_api.saying("", words, token)
            if _QUOTA in (words or ""):
                raise Rejected(said)
            provider_api.require_taken(answer, said)
        names = [name for one in wire.tables(told, "sentMessages") if (name := wire.name(one, "id"))]
        if answer.status == _TAKEN_BEFORE and not names:
            return Sent()
        return Sent(provider_api.sent(next(iter(names), "")).id, names[1:])


async def _called(call: Call, outside: Outside) -> Answer:
    """Call, and once more where nobody knows what became of it."""
    try:
        answer = await outside.call(call)
    except OutcomeUnknown:
        return await _again(call, outside)
    return await _again(call, outside) if answer.status >= _FAILED else answer


async def _again(call: Call, outside: Outside) -> Answer:
    """Call again; only what is said of the message itself tells what became of it the first time."""
    try:
        answer = await outside.call(call)
    except Unsent as away:
        raise OutcomeUnknown(away.detail) from None
    if provider_api.passing(answer):
        raise OutcomeUnknown(f"HTTP {answer.status}, twice no word of the message")
    return answer


def _where(outgoing: Outgoing) -> str:
    """Give the group, the room or the person of the conversation."""
    kind, _, end = (outgoing.thread or "").partition(":")
    if kind == "line" and end:
        return clean(end)
    return _person(outgoing.to)


def _person(to: Handle) -> str:
    if to.type != "line":
        raise CannotSend(f"LINE does not know a {to.type}")
    return clean(to.value)
