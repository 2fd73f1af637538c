"""Telegram as a sender: the message another client of the Bot API would send, and what its answers mean."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from provider_peer import Asked, Peer, Told, sent, serving

from channels.social.telegram import Telegram
from channels.social.telegram_send import TelegramSender
from router.errors import CannotSend, Rejected, Unsent
from router.model.handle import Handle
from router.ports import Account, Outgoing, Request

SENDER = TelegramSender()
TOKEN = "42:AAtoken"
ACCOUNT = Account("social", "telegram", "main", secret="s", settings={"bot_token": TOKEN})
CHAT = {"id": -1009, "type": "supergroup"}
TAKEN = Told(200, {"ok": True, "result": {"message_id": 77, "date": 1772445600, "chat": CHAT, "text": "…"}})
OUT = Outgoing(
    id="evt_1", channel="social", medium="telegram", to=Handle("telegram", "501"), thread="telegram:-1009/5",
    text="fine *as it is* <b>",
)  # fmt: skip


def fields(asked: Asked) -> dict[str, str]:
    """Read a call's fields, which may come as JSON or as a form."""
    if asked.headers["content-type"].startswith("application/json"):
        return {name: str(value) for name, value in asked.json.items()}
    return {name: values[0] for name, values in asked.form.items()}


async def official(peer: Peer, **said: Any) -> Asked:
    """Send with aiogram."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(peer.url))
    async with Bot(TOKEN, session=session) as bot:
        await bot.send_message(**said)
    return peer.asked[-1]


@pytest.mark.parametrize(
    ("thread", "said"),
    [
        ("telegram:-1009/5", {"chat_id": -1009, "message_thread_id": 5}),
        ("telegram:501", {"chat_id": 501}),
        ("telegram:H9x/501", {"chat_id": 501, "business_connection_id": "H9x"}),
        ("telegram:H9x/501/3", {"chat_id": 501, "business_connection_id": "H9x", "message_thread_id": 3}),
        (None, {"chat_id": 501}),
    ],
)
async def test_it_sends_what_another_client_sends(thread: str | None, said: dict[str, Any]) -> None:
    """Into the chat and topic of the conversation, as plain text."""
    async with serving(TAKEN) as peer:
        await sent(SENDER, msgspec.structs.replace(OUT, thread=thread), ACCOUNT, peer)
        other = await official(peer, text=OUT.text, **said)
        own = peer.asked[0]
    assert (own.method, own.path) == (other.method, other.path)
    assert fields(own) == fields(other)


@pytest.mark.parametrize(("thread", "business"), [("telegram:-1009/5", None), ("telegram:H9x/-1009", "H9x")])
async def test_replies_and_reactions_name_what_it_gives(thread: str, business: str | None) -> None:
    """The id is a parent of the answer."""
    async with serving(TAKEN) as peer:
        given = await sent(SENDER, msgspec.structs.replace(OUT, thread=thread), ACCOUNT, peer)
    said = {"message_id": 78, "date": 1772445601, "chat": CHAT, "from": {"id": 501}, "text": "thanks",
            "reply_to_message": {"message_id": 77}}  # fmt: skip
    kind = "message"
    if business:
        kind, said = "business_message", said | {"business_connection_id": business}
    request = Request("POST", "https://a.example/", {}, msgspec.json.encode({"update_id": 1, kind: said}))
    [answer] = Telegram().parse(request, ACCOUNT, 0)
    assert [given.id] == answer.parents


@pytest.mark.parametrize(
    ("told", "meaning", "words"),
    [
        (
            Told(
                403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}
            ),
            Rejected,
            "403: Forbidden: bot was blocked",
        ),
        (
            Told(429, {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 5"}),
            Unsent,
            "429: Too Many",
        ),
    ],
)
async def test_its_answers_mean_what_telegram_says(told: Told, meaning: type[Exception], words: str) -> None:
    """In its own words."""
    async with serving(told) as peer:
        with pytest.raises(meaning, match=words):
            await sent(SENDER, OUT, ACCOUNT, peer)


async def test_an_emoji_is_two() -> None:
    """Telegram counts UTF-16."""
    async with serving(TAKEN) as peer:
        await sent(SENDER, msgspec.structs.replace(OUT, text="👍" * 2048), ACCOUNT, peer)
        with pytest.raises(Rejected, match="4098 UTF-16 units: shorten it to 4096"):
            await sent(SENDER, msgspec.structs.replace(OUT, text="👍" * 2049), ACCOUNT, peer)
    assert len(peer.asked) == 1


@pytest.mark.parametrize(
    "to", [Handle("tel", "+14155550123"), Handle("telegram", "ada"), Handle("telegram", "5\n6")]
)
async def test_it_calls_nobody_it_cannot_reach(to: Handle) -> None:
    """Who has no chat with the bot."""
    async with serving(TAKEN) as peer:
        with pytest.raises(CannotSend):
            await sent(SENDER, msgspec.structs.replace(OUT, thread=None, to=to), ACCOUNT, peer)
    assert peer.asked == []


def test_a_conversation_begins_where_the_answer_falls() -> None:
    """In the person's own chat with the bot."""
    begun = SENDER.opening("evt_1", Handle("telegram", "501"), None, ACCOUNT)
    said = {"message_id": 1, "date": 1772445601, "chat": {"id": 501, "type": "private"}, "from": {"id": 501}}
    body = msgspec.json.encode({"update_id": 1, "message": said | {"text": "yes?"}})
    [answer] = Telegram().parse(Request("POST", "https://a.example/", {}, body), ACCOUNT, 0)
    told = (answer.channel, answer.medium, answer.to, answer.thread)
    assert told == (begun.channel, begun.medium, begun.sender, begun.thread)
    with pytest.raises(CannotSend):
        SENDER.opening("evt_1", Handle("tel", "+1"), None, ACCOUNT)
