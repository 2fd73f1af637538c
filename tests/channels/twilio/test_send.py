"""Twilio as a sender: the form its own client would post, and what its answers mean."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from provider_peer import Told, asked_by, sent, serving
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from channels.sms.twilio_send import TwilioSender
from channels.twilio import Twilio
from router.errors import CannotSend, Rejected, Unsent
from router.model.handle import Handle
from router.ports import Account, Outgoing, Request

SENDER = TwilioSender()
ACCOUNT = Account(
    "sms", "twilio", "main", secret="5ecret5ecret", settings={"account_sid": "AC0123", "from": "+15550100"}
)
TAKEN = Told(201, {"sid": "SM77", "status": "queued", "error_code": None})
OUT = Outgoing(
    id="evt_1",
    channel="sms",
    medium="sms",
    to=Handle("tel", "+14155550123"),
    sender="+15550199",
    text="Grüße & <mehr>",
)


def changed(**fields: Any) -> Outgoing:
    """Give the message with other fields."""
    told = {name: getattr(OUT, name) for name in OUT.__struct_fields__}
    return Outgoing(**told | fields)


class Redirected(TwilioHttpClient):
    """Twilio's own client, which calls the peer instead of api.twilio.com."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.there = url

    def request(self, method: str, url: str, *rest: Any, **named: Any) -> Any:
        """Call the peer at the same path."""
        return super().request(method, url.replace("https://api.twilio.com", self.there), *rest, **named)


@pytest.mark.parametrize(
    ("fields", "theirs", "ours"),
    [
        ({}, "+14155550123", "+15550199"),
        ({"sender": None}, "+14155550123", "+15550100"),
        ({"channel": "social", "medium": "whatsapp"}, "whatsapp:+14155550123", "whatsapp:+15550199"),
        (
            {"medium": "whatsapp", "to": Handle("wa-bsuid", "US.1349")},
            "whatsapp:US.1349",
            "whatsapp:+15550199",
        ),
        (
            {"medium": "messenger", "to": Handle("psid", "10/77"), "sender": "10"},
            "messenger:77",
            "messenger:10",
        ),
        ({"medium": "rcs", "sender": "agent"}, "rcs:+14155550123", "rcs:agent"),
    ],
)
async def test_it_posts_what_twilios_client_posts(fields: dict[str, Any], theirs: str, ours: str) -> None:
    """The same address, the same proof, the same form."""
    hook = f"https://sms.example.org/v1/hooks/sms/twilio/main?message={OUT.id}"
    account = Account(
        "sms",
        "twilio",
        "main",
        secret=ACCOUNT.secret,
        settings={**ACCOUNT.settings, "public_url": "https://sms.example.org/"},
    )
    async with serving(TAKEN) as peer:
        await sent(SENDER, changed(**fields), account, peer)
        client = Client("AC0123", "5ecret5ecret", http_client=Redirected(peer.url))
        said = {"to": theirs, "from_": ours, "body": OUT.text, "status_callback": hook}
        official = await asked_by(lambda: client.messages.create(**said), peer)
        own = peer.asked[0]
    assert (own.method, own.path, own.form) == (official.method, official.path, official.form)
    assert own.headers["authorization"] == official.headers["authorization"]
    assert own.headers["content-type"] == official.headers["content-type"]


async def test_a_key_proves_in_place_of_the_token() -> None:
    """As Twilio's client does it, under the address of the account."""
    settings = {
        "account_sid": "AC0123",
        "api_key": "SK1",
        "api_key_secret": "k3y",
        "messaging_service_sid": "MG1",
    }
    account = Account("sms", "twilio", "main", secret="token", settings=settings)
    async with serving(TAKEN) as peer:
        await sent(SENDER, changed(sender=None), account, peer)
        client = Client("SK1", "k3y", "AC0123", http_client=Redirected(peer.url))
        said = {"to": "+14155550123", "messaging_service_sid": "MG1", "body": OUT.text}
        official = await asked_by(lambda: client.messages.create(**said), peer)
        own = peer.asked[0]
    assert (own.path, own.form) == (official.path, official.form)
    assert own.headers["authorization"] == official.headers["authorization"]


async def test_reports_name_what_it_gives() -> None:
    """The id is the target of the status callback."""
    async with serving(TAKEN) as peer:
        given = await sent(SENDER, OUT, ACCOUNT, peer)
    form = {"MessageSid": "SM77", "MessageStatus": "delivered", "To": "+14155550123", "From": "+15550199"}
    request = Request("POST", "https://a.example/", {"content-type": "application/x-www-form-urlencoded"},
                      urlencode(form).encode())  # fmt: skip
    [report] = Twilio().parse(request, ACCOUNT, 0)
    assert given.id == report.target == "SM77"


@pytest.mark.parametrize(
    ("told", "meaning", "words"),
    [
        (
            Told(400, {"code": 21610, "message": "Attempt to send to unsubscribed recipient"}),
            Rejected,
            "21610",
        ),
        (Told(400, {"code": 20429, "message": "Too many requests"}), Unsent, "20429"),
        (Told(401, {"code": 20003, "message": "5ecret5ecret is wrong"}), Rejected, "… is wrong"),
        (Told(201, {"sid": "SM1", "status": "failed", "error_code": 30006}), Rejected, "30006"),
    ],
)
async def test_its_codes_mean_what_twilio_says(told: Told, meaning: type[Exception], words: str) -> None:
    """And its words are told, without the credential."""
    async with serving(told) as peer:
        with pytest.raises(meaning, match=words) as refusal:
            await sent(SENDER, OUT, ACCOUNT, peer)
    assert "5ecret5ecret" not in str(refusal.value)


@pytest.mark.parametrize(
    "fields",
    [{"to": Handle("mailto", "a@b.example")}, {"medium": "whatsapp", "to": Handle("psid", "1/2")},
     {"medium": "fax"}, {"sender": None}],
)  # fmt: skip
async def test_it_calls_nobody_it_cannot_reach(fields: dict[str, Any]) -> None:
    """By this carrier, or with no address of ours."""
    account = Account("sms", "twilio", "main", secret="s", settings={"account_sid": "AC1"})
    async with serving(TAKEN) as peer:
        with pytest.raises(CannotSend):
            await sent(SENDER, changed(**fields), account, peer)
    assert peer.asked == []


@pytest.mark.parametrize(
    ("secret", "settings", "lacking"),
    [
        ("s", {}, "account_sid"),
        (None, {"account_sid": "AC1"}, "secret"),
        (None, {"account_sid": "AC1", "api_key": "SK1"}, "api_key_secret"),
        (None, {"account_sid": "AC1", "api_key": "SK1", "api_key_secret": "k"}, None),
        ("s", {"account_sid": "AC1"}, None),
    ],
)
def test_it_names_what_is_missing(secret: str | None, settings: dict[str, str], lacking: str | None) -> None:
    """In the words of the configuration."""
    assert SENDER.lacks(Account("sms", "twilio", "main", secret=secret, settings=settings)) == lacking
