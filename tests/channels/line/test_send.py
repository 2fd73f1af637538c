"""LINE as a sender: the message its own client would push, and what its answers mean."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import pytest
from linebot.v3.messaging import ApiClient, Configuration, MessagingApi, PushMessageRequest, TextMessage
from provider_peer import Told, asked_by, sent, serving

from channels.social.line import Line
from channels.social.line_send import LineSender
from router.errors import CannotSend, OutcomeUnknown, Rejected, Unsent
from router.model.handle import Handle
from router.ports import Account, Outgoing, Request

SENDER = LineSender()
ACCOUNT = Account("social", "line", "main", secret="s", settings={"access_token": "l1ne"})
TAKEN = Told(200, {"sentMessages": [{"id": "461230966842064897", "quoteToken": "q"}]})
BEFORE = Told(409, {"message": "The retry key is already accepted", "sentMessages": [{"id": "4612"}]})
AWAY = Told(500, {"message": "Internal Server Error"})
OUT = Outgoing(
    id="evt_1",
    channel="social",
    medium="line",
    to=Handle("line", "U01"),
    thread="line:C77",
    text="こんにちは",
)


async def test_it_pushes_what_lines_client_pushes() -> None:
    """To the group where it was asked, with the same proof and the same retry key."""
    async with serving(TAKEN) as peer:
        await sent(SENDER, OUT, ACCOUNT, peer)
        own = peer.asked[0]
        key = own.headers["x-line-retry-key"]
        pushed = PushMessageRequest(to="C77", messages=[TextMessage(text=OUT.text)])

        def push() -> None:
            with ApiClient(Configuration(host=peer.url, access_token="l1ne")) as client:
                MessagingApi(client).push_message(pushed, x_line_retry_key=key)

        official = await asked_by(push, peer)
    assert (own.method, own.path, str(UUID(key))) == (official.method, official.path, key)
    assert own.json == {name: official.json[name] for name in ("to", "messages")}
    assert own.headers["authorization"] == official.headers["authorization"]
    assert own.headers["x-line-retry-key"] == official.headers["x-line-retry-key"]


async def test_a_person_is_written_to_where_there_is_no_thread() -> None:
    """By the id that LINE gave them for us."""
    async with serving(TAKEN) as peer:
        await sent(SENDER, msgspec.structs.replace(OUT, thread=None), ACCOUNT, peer)
    assert peer.asked[0].json["to"] == "U01"


async def test_quotations_name_what_it_gives() -> None:
    """The id is a parent of the customer's answer that quotes it."""
    async with serving(TAKEN) as peer:
        given = await sent(SENDER, OUT, ACCOUNT, peer)
    message = {"type": "text", "id": "2", "text": "thanks", "quotedMessageId": "461230966842064897"}
    event = {"type": "message", "source": {"type": "user", "userId": "U01"}, "timestamp": 1772445600000,
             "webhookEventId": "01", "message": message}  # fmt: skip
    body = msgspec.json.encode({"destination": "Uours", "events": [event]})
    [answer] = Line().parse(Request("POST", "https://a.example/", {}, body), ACCOUNT, 0)
    assert [given.id] == answer.parents


@pytest.mark.parametrize("first", [AWAY, Told(cut=True)])
@pytest.mark.parametrize(("second", "name"), [(TAKEN, "461230966842064897"), (BEFORE, "4612")])
async def test_a_second_attempt_is_harmless(first: Told, second: Told, name: str) -> None:
    """Both have the same key, so that LINE takes one."""
    async with serving(first, second) as peer:
        given = await sent(SENDER, OUT, ACCOUNT, peer)
    assert given.id == name
    assert len({asked.headers["x-line-retry-key"] for asked in peer.asked}) == 1
    assert len(peer.asked) == 2


async def test_every_message_has_its_key() -> None:
    """Another message is another one, however alike."""
    async with serving(TAKEN) as peer:
        for id_ in ("evt_1", "evt_2", "evt_1"):
            await sent(SENDER, msgspec.structs.replace(OUT, id=id_), ACCOUNT, peer)
    keys = [asked.headers["x-line-retry-key"] for asked in peer.asked]
    assert keys[0] == keys[2] != keys[1]


async def test_what_was_taken_before_may_have_no_name() -> None:
    """It was taken all the same."""
    async with serving(Told(409, {"message": "already accepted"})) as peer:
        assert (await sent(SENDER, OUT, ACCOUNT, peer)).id is None


@pytest.mark.parametrize(
    ("answers", "meaning", "words"),
    [
        ([AWAY], OutcomeUnknown, "HTTP 500"),
        ([AWAY, Told(429, {"message": "slow down"})], OutcomeUnknown, "HTTP 429"),
        ([Told(cut=True)], OutcomeUnknown, "broke off"),
        ([Told(429, {"message": "The API rate limit has been exceeded."})], Unsent, "rate limit"),
        ([Told(429, {"message": "You have reached your monthly limit."})], Rejected, "monthly limit"),
        ([Told(400, {"message": "Failed to send messages"})], Rejected, "Failed to send"),
        ([Told(401, {"message": "bad token l1ne"})], Rejected, "bad token …"),
    ],
)
async def test_its_answers_mean_what_line_says(
    answers: list[Told], meaning: type[Exception], words: str
) -> None:
    """What the second attempt does not settle stays open."""
    async with serving(*answers) as peer:
        with pytest.raises(meaning, match=words):
            await sent(SENDER, OUT, ACCOUNT, peer)


@pytest.mark.parametrize("fields", [{"to": Handle("tel", "+14155550123"), "thread": None}])
async def test_it_calls_nobody_it_cannot_reach(fields: dict[str, Any]) -> None:
    """Who is not on LINE."""
    async with serving(TAKEN) as peer:
        with pytest.raises(CannotSend):
            await sent(SENDER, msgspec.structs.replace(OUT, **fields), ACCOUNT, peer)
    assert peer.asked == []


def test_a_conversation_begins_where_the_answer_falls() -> None:
    """With the person, as the account that hears it."""
    begun = SENDER.opening("evt_1", Handle("line", "U01"), "Uours", ACCOUNT)
    event = {"type": "message", "source": {"type": "user", "userId": "U01"}, "timestamp": 1772445600000,
             "webhookEventId": "01", "message": {"type": "text", "id": "2", "text": "yes?"}}  # fmt: skip
    body = msgspec.json.encode({"destination": "Uours", "events": [event]})
    [answer] = Line().parse(Request("POST", "https://a.example/", {}, body), ACCOUNT, 0)
    told = (answer.channel, answer.medium, answer.to, answer.thread)
    assert told == (begun.channel, begun.medium, begun.sender, begun.thread)
    for to, ours in ((Handle("line", "U01"), None), (Handle("tel", "+1"), "Uours")):
        with pytest.raises(CannotSend):
            SENDER.opening("evt_1", to, ours, ACCOUNT)
