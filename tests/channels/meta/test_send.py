"""Meta as a sender: what WhatsApp, Messenger and Instagram are asked, and what their answers mean."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from provider_peer import Told, sent, serving

from channels.social.meta import Meta
from channels.social.meta_send import MetaSender
from router.errors import CannotSend, OutcomeUnknown, Rejected, Unsent
from router.model.event import Event
from router.model.handle import Handle
from router.ports import Account, Outgoing, Request

SENDER = MetaSender()
ACCOUNT = Account("social", "meta", "main", secret="s", settings={"access_token": "EAAtoken"})
WAMID = "wamid.HBgLMTQxNTU1NTAxMjMVAgARGBI="
PHONE, PAGE = "106540352242922", "1070830"
TAKEN = Told(200, {"messaging_product": "whatsapp", "contacts": [{"input": "1", "wa_id": "1"}],
                   "messages": [{"id": WAMID, "message_status": "accepted"}]})  # fmt: skip
SAID = Told(200, {"recipient_id": "77", "message_id": "m_AG5Hz2U"})
OUT = Outgoing(
    id="evt_1", channel="social", medium="whatsapp", to=Handle("tel", "+14155550123"), sender="+15550100",
    thread=f"whatsapp:{PHONE}:tel:+14155550123", text="On its way.",
)  # fmt: skip
TALK = Outgoing(
    id="evt_1", channel="social", medium="messenger", to=Handle("psid", f"{PAGE}/77"), sender=PAGE,
    thread=f"messenger:{PAGE}:psid:{PAGE}/77", text="On its way.",
)  # fmt: skip


def parsed(body: object) -> list[Event]:
    """Read what Meta would call us with."""
    request = Request("POST", "https://a.example/", {}, msgspec.json.encode(body))
    return list(Meta().parse(request, ACCOUNT, 0))


def whatsapp(**value: object) -> dict[str, object]:
    """Wrap what WhatsApp tells of our number."""
    told = {"metadata": {"display_phone_number": "15550100", "phone_number_id": PHONE}, **value}
    change = {"field": "messages", "value": told}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}


def talk(message: dict[str, object], kind: str = "page") -> dict[str, object]:
    """Wrap an echo of a message of ours."""
    said = {"sender": {"id": PAGE}, "recipient": {"id": "77"}, "timestamp": 1772445600000, "message": message}
    return {"object": kind, "entry": [{"id": PAGE, "messaging": [said]}]}


async def test_whatsapp_is_asked_as_documented() -> None:
    """By the number that was written to, under what was written, with the token."""
    heard = {"from": "14155550123", "id": "wamid.A", "timestamp": "1772445600", "type": "text"}
    [asked_us] = parsed(whatsapp(messages=[heard | {"text": {"body": "where?"}}]))
    answering = msgspec.structs.replace(OUT, thread=asked_us.thread, answers=asked_us)
    async with serving(TAKEN) as peer:
        await sent(SENDER, answering, ACCOUNT, peer)
    [asked] = peer.asked
    assert (asked.method, asked.path) == ("POST", f"/{PHONE}/messages")
    assert asked.headers["authorization"] == "Bearer EAAtoken"
    assert asked.json == {
        "messaging_product": "whatsapp", "recipient_type": "individual", "to": "14155550123",
        "type": "text", "text": {"body": "On its way."}, "context": {"message_id": "wamid.A"},
        "biz_opaque_callback_data": OUT.id,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "receiver"),
    [
        (
            {"to": Handle("wa-bsuid", "US.1349"), "thread": f"whatsapp:{PHONE}:wa-bsuid:US.1349"},
            {"recipient_type": "individual", "recipient": "US.1349"},
        ),
        ({"thread": f"whatsapp:{PHONE}:Y2FwaV9n"}, {"recipient_type": "group", "to": "Y2FwaV9n"}),
        ({"thread": None}, {"recipient_type": "individual", "to": "14155550123"}),
    ],
)
async def test_a_person_without_a_number_and_a_group_are_reached(
    fields: dict[str, Any], receiver: dict[str, str]
) -> None:
    """And a conversation that we begin goes out by the number of the settings."""
    settings = {"access_token": "EAAtoken", "phone_number_id": PHONE}
    account = Account("social", "meta", "main", secret="s", settings=settings)
    async with serving(TAKEN) as peer:
        await sent(SENDER, msgspec.structs.replace(OUT, **fields), account, peer)
    [asked] = peer.asked
    assert asked.path == f"/{PHONE}/messages"
    assert {name: asked.json[name] for name in asked.json if name.startswith(("to", "recipient"))} == receiver


@pytest.mark.parametrize(("medium", "kind"), [("messenger", "psid"), ("instagram", "igsid")])
async def test_a_talk_is_answered_as_documented(medium: str, kind: str) -> None:
    """To the person, without the page that knows them; the token says which page it is."""
    there = msgspec.structs.replace(
        TALK, medium=medium, to=Handle(kind, f"{PAGE}/77"), thread=f"{medium}:{PAGE}:{kind}:{PAGE}/77"
    )
    async with serving(SAID) as peer:
        await sent(SENDER, there, ACCOUNT, peer)
    [asked] = peer.asked
    assert (asked.method, asked.path) == ("POST", "/me/messages")
    assert asked.headers["authorization"] == "Bearer EAAtoken"
    assert asked.json == {
        "recipient": {"id": "77"}, "messaging_type": "RESPONSE", "message": {"text": "On its way."},
    }  # fmt: skip


async def test_each_page_may_have_its_token() -> None:
    """One app serves several."""
    account = Account(
        "social",
        "meta",
        "main",
        secret="s",
        settings={"access_token": "one", "page_token": f"9=x\n{PAGE}=other=="},
    )
    async with serving(SAID) as peer:
        await sent(SENDER, TALK, account, peer)
    assert peer.asked[0].headers["authorization"] == "Bearer other=="


async def test_statuses_name_what_it_gives() -> None:
    """The id is the target of WhatsApp's statuses, and what a customer quotes."""
    async with serving(TAKEN) as peer:
        given = await sent(SENDER, OUT, ACCOUNT, peer)
    state = {"id": WAMID, "status": "delivered", "timestamp": "1772445600", "recipient_id": "14155550123"}
    quoting = {"from": "14155550123", "id": "wamid.B", "timestamp": "1772445601", "type": "text",
               "text": {"body": "thanks"}, "context": {"from": "15550100", "id": WAMID}}  # fmt: skip
    status, answer = parsed(whatsapp(statuses=[state])) + parsed(whatsapp(messages=[quoting]))
    assert given.id == status.target
    assert [given.id] == answer.parents
    assert status.thread == OUT.thread


@pytest.mark.parametrize("kind", ["page", "instagram"])
async def test_echoes_are_what_it_gives(kind: str) -> None:
    """The id is that of the echo, and the target of receipts."""
    async with serving(SAID) as peer:
        given = await sent(SENDER, TALK, ACCOUNT, peer)
    [echo] = parsed(talk({"mid": "m_AG5Hz2U", "is_echo": True, "text": "On its way."}, kind))
    assert (given.id, echo.direction) == (echo.id, "out")


def failed(status: int, code: int, message: str, **more: object) -> Told:
    """Write an error of the Graph API."""
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A", **more}
    return Told(status, {"error": error})


@pytest.mark.parametrize(
    ("told", "meaning", "words"),
    [
        (failed(400, 131047, "x", error_data={"details": "more than 24 hours have passed"}), Rejected,
         "131047: more than 24 hours"),
        (failed(400, 190, "Malformed access token EAAtoken"), Rejected, "190: Malformed access token …"),
        (failed(400, 131056, "(#131056) pair rate limit"), Unsent, "131056"),
        (failed(403, 4, "Application request limit reached"), Unsent, "request limit"),
        (failed(500, 2, "Service temporarily unavailable"), OutcomeUnknown, "temporarily"),
        (failed(400, 1, "An unknown error occurred"), OutcomeUnknown, "unknown"),
        (Told(200, {"messages": []}), OutcomeUnknown, "does not name it"),
    ],
)  # fmt: skip
async def test_its_codes_mean_what_meta_says(told: Told, meaning: type[Exception], words: str) -> None:
    """And its words are told, without the token that it repeats."""
    async with serving(told) as peer:
        with pytest.raises(meaning, match=words) as refusal:
            await sent(SENDER, OUT, ACCOUNT, peer)
    assert "EAAtoken" not in str(refusal.value)


@pytest.mark.parametrize(
    ("medium", "kind", "text", "most"),
    [("messenger", "psid", "ü" * 2001, "2001 characters: shorten it to 2000"),
     ("instagram", "igsid", "ü" * 501, "1002 bytes: shorten it to 1000")],
)  # fmt: skip
async def test_what_is_too_long_is_not_sent(medium: str, kind: str, text: str, most: str) -> None:
    """Each counts in its own way."""
    long = msgspec.structs.replace(TALK, medium=medium, to=Handle(kind, f"{PAGE}/77"), thread=None, text=text)
    async with serving(SAID) as peer:
        with pytest.raises(Rejected, match=most):
            await sent(SENDER, long, ACCOUNT, peer)
        await sent(SENDER, msgspec.structs.replace(long, text=text[1:]), ACCOUNT, peer)
    assert len(peer.asked) == 1


@pytest.mark.parametrize(
    ("base", "fields"),
    [
        (OUT, {"to": Handle("tel", "no number")}),
        (OUT, {"to": Handle("mailto", "a@b.example")}),
        (OUT, {"thread": None}),
        (TALK, {"thread": "facebook:1070830_55", "medium": "facebook"}),
        (TALK, {"thread": "messenger:55"}),
        (TALK, {"to": Handle("psid", "77")}),
        (TALK, {"medium": None}),
    ],
)
async def test_it_calls_nobody_it_cannot_reach(base: Outgoing, fields: dict[str, Any]) -> None:
    """Nor answers a comment in private."""
    async with serving(SAID) as peer:
        with pytest.raises(CannotSend):
            await sent(SENDER, msgspec.structs.replace(base, **fields), ACCOUNT, peer)
    assert peer.asked == []


async def test_a_status_names_the_message_as_we_did() -> None:
    """Even if the answer that tells the ``wamid`` is lost; what others sent keeps Meta's name."""
    ours = "snd_" + "a" * 24
    told = {"id": "wamid.B", "status": "delivered", "timestamp": "1772445600", "recipient_id": "14155550123"}
    [ours_told] = parsed(whatsapp(statuses=[told | {"biz_opaque_callback_data": ours}]))
    [theirs_told] = parsed(whatsapp(statuses=[told | {"biz_opaque_callback_data": "campaign-7"}]))
    assert (ours_told.target, theirs_told.target) == (ours, "wamid.B")


@pytest.mark.parametrize(
    ("to", "heard"),
    [
        (Handle("tel", "+14155550123"), {"from": "14155550123"}),
        (Handle("wa-bsuid", "US.1349"), {"from_user_id": "US.1349"}),
    ],
)
def test_a_conversation_begins_where_the_answer_falls(to: Handle, heard: dict[str, str]) -> None:
    """On WhatsApp, between this person and our number."""
    settings = {"access_token": "t", "phone_number_id": PHONE, "from": "+15550100"}
    account = Account("social", "meta", "main", secret="s", settings=settings)
    begun = SENDER.opening("evt_1", to, None, account)
    said = {"id": "wamid.A", "timestamp": "1772445600", "type": "text", "text": {"body": "yes?"}, **heard}
    [answer] = parsed(whatsapp(messages=[said]))
    told = (answer.channel, answer.medium, answer.to, answer.thread)
    assert told == (begun.channel, begun.medium, begun.sender, begun.thread)


@pytest.mark.parametrize(
    ("to", "settings"),
    [
        (Handle("tel", "+14155550123"), {"from": "+15550100"}),
        (Handle("tel", "+14155550123"), {"phone_number_id": PHONE}),
        (Handle("psid", f"{PAGE}/77"), {"from": "+15550100", "phone_number_id": PHONE}),
    ],
)
def test_who_cannot_be_written_to_first_is_named(to: Handle, settings: dict[str, str]) -> None:
    """On Messenger the customer begins."""
    with pytest.raises(CannotSend):
        SENDER.opening("evt_1", to, None, Account("social", "meta", "main", settings=settings))
