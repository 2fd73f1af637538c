"""Telegram: sends as the bot, into the chat and the topic of the conversation.

The token stands in the address of every call. Described at core.telegram.org/bots/api#sendmessage.
"""

from __future__ import annotations

import re
from typing import Any

from channels import provider_api, wire
from router.errors import CannotSend
from router.model.handle import Handle
from router.ports import Account, Opening, Outgoing, Outside, Sent, Setting

_API = "https://api.telegram.org"
_MOST = 4096  # UTF-16 code units, which Telegram counts in
_CHAT = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_THREAD = re.compile(
    r"telegram:(?:(?=[^/]*[^-0-9/])(?P<business>[^/]+)/)?(?P<chat>-?[0-9]{1,19})(?:/(?P<topic>[0-9]{1,19}))?",
    re.ASCII,
)
"""As ``telegram_chat`` names it: a business connection, which is no number; the chat; the topic in it."""


class TelegramSender:
    """Sends by the Bot API."""

    settings = (
        Setting("bot_token", "token of the bot, from @BotFather", required=True),
        provider_api.API_URL,
    )

    def lacks(self, account: Account) -> str | None:
        """Name the token if it is missing."""
        return None if account.setting("bot_token") else "bot_token"

    def opening(self, message: str, to: Handle, sender: str | None, account: Account) -> Opening:  # noqa: ARG002
        """Begin in the person's own chat, which Telegram lets us only if they began with the bot before."""
        return Opening(channel="social", medium="telegram", thread=f"telegram:{_own_chat(to)}")

    async def send(self, outgoing: Outgoing, account: Account, outside: Outside) -> Sent:
        """Send; the chat and the number in it name the message, as reactions and replies do."""
        token = account.setting("bot_token") or ""
        body = _body(outgoing)
        url = provider_api.address(account, _API, f"bot{token}", "sendMessage")
        answer = await outside.call(provider_api.json(url, body, {}))
        told = provider_api.told(answer)
        provider_api.require_taken(
            answer,
            provider_api.saying(wire.name(told, "error_code"), wire.text(told, "description"), token),
        )
        chat, number = wire.name(told, "result", "chat", "id"), wire.name(told, "result", "message_id")
        parts = (body.get("business_connection_id"), chat, number)
        return provider_api.sent(":".join(part for part in parts if part) if chat and number else "")


def _body(outgoing: Outgoing) -> dict[str, Any]:
    """Write the message, into the chat of the conversation or else the person's own."""
    text = provider_api.fitting(outgoing.text, _MOST, provider_api.UTF16)
    found = _THREAD.fullmatch(outgoing.thread or "")
    if found is None:
        return {"chat_id": _own_chat(outgoing.to), "text": text}
    body: dict[str, Any] = {"chat_id": found["chat"], "text": text}
    if found["topic"]:
        body["message_thread_id"] = int(found["topic"])
    if found["business"]:
        body["business_connection_id"] = found["business"]
    return body


def _own_chat(to: Handle) -> str:
    """Give a person's own chat, which has the number of the person."""
    if to.type != "telegram" or not _CHAT.fullmatch(to.value):
        raise CannotSend(f"Telegram has no chat with this {to.type}")
    return to.value
