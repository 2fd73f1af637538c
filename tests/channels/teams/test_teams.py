"""Teams: the token of the connector, whom an activity is from, and the bot's name in what is said to it."""

from __future__ import annotations

from typing import Any

import jwt as signer
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

from channels.chat.teams import Teams
from router.errors import Unverified
from router.model.event import Event
from router.ports import Account, Request

NOW = 1_772_445_600
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
HOOK = "https://contact.example.com/v1/hooks/chat/teams/main"
ADAPTER = Teams()
ACTIVITY = {
    "type": "message",
    "id": "1",
    "channelId": "msteams",
    "serviceUrl": "https://smba.example/emea/",
    "text": "Hi",
    "from": {"id": "29:a", "aadObjectId": "ada", "name": "Ada"},
    "recipient": {"id": "28:bot", "name": "Help Desk"},
    "conversation": {"id": "19:x", "tenantId": "ten"},
}
CLAIMS = {
    "iss": "https://api.botframework.com",
    "aud": "app",
    "serviceurl": "https://smba.example/emea/",
    "nbf": NOW,
    "exp": NOW + 3600,
}


def verify(
    claims: dict[str, Any], activity: dict[str, Any] = ACTIVITY, now: float = NOW, **settings: str
) -> None:
    """Verify an activity that comes with these claims."""
    token = signer.encode(claims, KEY, algorithm="RS256", headers={"kid": "one"})
    told = {"app_id": "app", "secret": PEM} | settings
    account = Account("chat", "teams", "main", secret=told.pop("secret"), settings=told)
    headers = {"authorization": f"Bearer {token}"}
    ADAPTER.verify(Request("POST", HOOK, headers, msgspec.json.encode(activity)), account, now)


def read(**more: Any) -> Event:
    """Read the one event of an activity, some of its fields changed."""
    account = Account("chat", "teams", "main", settings={"ours": ["28:other"]})
    body = msgspec.json.encode(ACTIVITY | more)
    (event,) = ADAPTER.parse(Request("POST", HOOK, {}, body), account, NOW)
    return event


def test_a_token_of_the_connector_holds() -> None:
    """For five minutes before and after its time; for several apps, if we are one."""
    verify(CLAIMS)
    verify(CLAIMS, now=NOW - 300)
    verify(CLAIMS, now=NOW + 3600 + 299)
    verify(CLAIMS | {"aud": ["other", "app"]})


@pytest.mark.parametrize(
    ("claims", "now"),
    [
        ({"iss": "https://sts.windows.net/x/"}, NOW),
        ({"aud": "other"}, NOW),
        ({"aud": ""}, NOW),
        ({"serviceurl": "https://evil.example/"}, NOW),
        ({"serviceurl": ""}, NOW),
        ({}, NOW - 301),
        ({}, NOW + 3900),
    ],
)
def test_another_token_does_not_hold(claims: dict[str, Any], now: float) -> None:
    """Of another issuer, for another app, from another service, at another time."""
    with pytest.raises(Unverified):
        verify(CLAIMS | claims, now=now)


def test_without_our_name_nobody_is_meant() -> None:
    """An account without app_id verifies nothing, for a token for any bot would do."""
    with pytest.raises(Unverified):
        verify(CLAIMS, app_id="")


def test_a_key_speaks_for_the_channels_it_endorses() -> None:
    """A key set names them; a PEM key cannot."""

    def keys(*endorsed: str) -> str:
        entry = RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {
            "kid": "one",
            "endorsements": list(endorsed),
        }
        return msgspec.json.encode({"keys": [entry]}).decode()

    verify(CLAIMS, secret=keys("webchat", "msteams"))
    verify(CLAIMS, secret=keys())
    with pytest.raises(Unverified):
        verify(CLAIMS, secret=keys("webchat"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<at>Help Desk</at> my screen", "my screen"),
        ("<at>help desk</at>", None),
        ("<at>Somebody Else</at> hi", "hi"),
        ("ask <at>Ben</at> or <at>Help Desk</at> today", "ask Ben or today"),
        ('<at id="0">Help Desk</at>\nline', "line"),
        ("a < b and <at> c", "a < b and <at> c"),
        ("", None),
    ],
)
def test_the_name_of_the_bot_is_not_what_was_said(text: str, told: str | None) -> None:
    """It is taken out; other names stay, without their marks."""
    assert read(text=text).text == told


def test_a_mention_counts_by_whom_it_means() -> None:
    """The text of a mention may be a nickname of ours."""
    mention = {"type": "mention", "text": "<at>HD</at>", "mentioned": {"id": "28:bot", "name": "Help Desk"}}
    assert read(text="see <at>HD</at> please", entities=[mention]).text == "see please"


@pytest.mark.parametrize("sender", [{"id": "28:x"}, {"id": "29:x", "role": "bot"}, {"id": "28:other"}])
def test_what_a_bot_says_is_no_customer(sender: dict[str, str]) -> None:
    """In Teams, by role, or by the setting."""
    event = read(**{"from": sender})
    assert (event.direction, event.author) == ("out", "bot")


def test_a_person_is_one_in_every_conversation() -> None:
    """By tenant and directory id, not by the id that differs from bot to bot; else by channel and id."""
    assert str(read().customer.handle) == "teams:ten/ada"  # type: ignore[union-attr]
    assert str(read(**{"from": {"id": "29:a"}}).customer.handle) == "teams:ten/29:a"  # type: ignore[union-attr]
    alone = read(conversation={"id": "c"}, channelId="directline", **{"from": {"id": "u"}})
    assert str(alone.customer.handle) == "botframework:directline/u"  # type: ignore[union-attr]


def test_each_edit_is_an_event_of_its_own() -> None:
    """The activity repeats the id of the message; the time tells the edits apart."""
    found = [read(type="messageUpdate", timestamp=f"2026-03-02T09:58:0{n}Z") for n in (1, 2)]
    assert len({event.id for event in found}) == 2
    assert {event.target for event in found} == {"1"}
