"""Meta: its subscription, its signature, and what samples do not show."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.social.meta import Meta
from router.errors import Forbidden, Malformed, RouterError, Unverified
from router.model.event import Event
from router.ports import Account, Request

SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
HOOK = "https://contact.example.com/v1/hooks/social/meta/main"
ADAPTER = Meta()
KNOWING = Account("social", "meta", "main", secret=SECRET, settings={"verify_token": "our word"})
UNSIGNED = Account("social", "meta", "main", unsigned=True, settings={"verify_token": "our word"})
FORGETFUL = Account("social", "meta", "main", secret=SECRET)


def asks(query: str) -> Request:
    """Ask as Meta does when it is told the address of the hook."""
    return Request("GET", f"{HOOK}?{query}", {}, b"")


def signed(body: bytes) -> Request:
    """Sign a body as Meta does: HMAC-SHA256 of the bytes as they are, in hexadecimal."""
    code = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return Request("POST", HOOK, {"x-hub-signature-256": f"sha256={code}"}, body)


def read(body: Any) -> list[Event]:
    """Read a body that nobody signed."""
    return list(ADAPTER.parse(Request("POST", HOOK, {}, msgspec.json.encode(body)), UNSIGNED, 0))


RIGHT = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=our%20word"


def test_a_subscription_with_our_token_gets_its_challenge() -> None:
    """The challenge comes back as plain text, and no event comes of it."""
    ADAPTER.verify(asks(RIGHT), KNOWING, 0)
    for account in (KNOWING, UNSIGNED):
        assert ADAPTER.parse(asks(RIGHT), account, 0) == []
        answer = ADAPTER.answer(asks(RIGHT), account, [])
        assert (answer.status, answer.body) == (200, b"1158201444")
        assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "query",
    [
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=guess",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=",
        "hub.mode=subscribe&hub.challenge=1",
        "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=our%20word",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=%FF%FE",
        "&".join(f"a{n}=1" for n in range(2000)) + "&" + RIGHT,
    ],
)
def test_another_subscription_is_forbidden(query: str) -> None:
    """Whoever does not know our token hears 403, whether the account has a secret or not."""
    with pytest.raises(Unverified):
        ADAPTER.verify(asks(query), KNOWING, 0)
    assert ADAPTER.unverified_status == 403
    with pytest.raises((Forbidden, Malformed)):
        ADAPTER.parse(asks(query), UNSIGNED, 0)


def test_without_a_token_of_ours_no_subscription_holds() -> None:
    """An account that names no verify_token cannot be subscribed, not even with an empty one."""
    for query in (RIGHT, "hub.mode=subscribe&hub.verify_token=&hub.challenge=1"):
        with pytest.raises(Unverified):
            ADAPTER.verify(asks(query), FORGETFUL, 0)


def test_a_get_that_subscribes_to_nothing_is_not_metas() -> None:
    """Somebody who only looks hears 400."""
    with pytest.raises(Malformed):
        ADAPTER.parse(asks(""), UNSIGNED, 0)


@given(body=st.binary(max_size=200), at=st.integers(0, 199))
def test_the_signature_speaks_of_every_byte(body: bytes, at: int) -> None:
    """What Meta signs holds, and with one bit changed it does not."""
    genuine = signed(body)
    ADAPTER.verify(genuine, KNOWING, 0)
    changed = bytearray(body or b"x")
    changed[at % len(changed)] ^= 1
    with pytest.raises(Unverified):
        ADAPTER.verify(Request("POST", HOOK, genuine.headers, bytes(changed)), KNOWING, 0)


@pytest.mark.parametrize(
    "header", ["", "sha256=", "{code}", "sha1={code}", "sha256={code}0", "sha256={CODE}", "sha256={code} é"]
)
def test_what_only_resembles_the_signature_does_not_hold(header: str) -> None:
    """Without its prefix, in capitals, longer: refused."""
    code = signed(b"{}").headers["x-hub-signature-256"].removeprefix("sha256=")
    given_ = header.replace("{code}", code).replace("{CODE}", code.upper())
    with pytest.raises(Unverified):
        ADAPTER.verify(Request("POST", HOOK, {"x-hub-signature-256": given_}, b"{}"), KNOWING, 0)


def test_the_old_signature_proves_nothing() -> None:
    """X-Hub-Signature is SHA-1 and not looked at."""
    code = hmac.new(SECRET.encode(), b"{}", hashlib.sha1).hexdigest()
    with pytest.raises(Unverified):
        ADAPTER.verify(Request("POST", HOOK, {"x-hub-signature": f"sha1={code}"}, b"{}"), KNOWING, 0)


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"object":"page"}', b'{"object":1,"entry":[]}', b"null"])
def test_what_has_no_object_is_not_metas(body: bytes) -> None:
    """JSON of somebody else is refused."""
    with pytest.raises(Malformed):
        ADAPTER.parse(Request("POST", HOOK, {}, body), UNSIGNED, 0)


def test_one_message_in_two_entries_is_one_event() -> None:
    """Meta repeats itself within one request."""
    value = {"metadata": {"phone_number_id": "1"}, "messages": [{"id": "wamid.1", "from": "447700900123"}]}
    entry = {"id": "9", "changes": [{"field": "messages", "value": value}]}
    assert len(read({"object": "whatsapp_business_account", "entry": [entry, entry]})) == 1


@pytest.mark.parametrize(
    ("sender", "customer"),
    [
        ("447700900123", "tel:+447700900123"),
        ("+447700900123", "tel:+447700900123"),
        ("GB.84012345678901234567", "wa-bsuid:GB.84012345678901234567"),
        ("GB.ENT.84012345678901234567", "wa-bsuid:GB.ENT.84012345678901234567"),
        ("", None),
        ("anonymous", None),
    ],
)
def test_a_sender_is_a_number_an_id_or_nobody(sender: str, customer: str | None) -> None:
    """Whatever stands for the sender, the message is kept."""
    value = {"metadata": {"phone_number_id": "1"}, "messages": [{"id": "wamid.1", "from": sender}]}
    changes = [{"field": "messages", "value": value}]
    (event,) = read({"object": "whatsapp_business_account", "entry": [{"id": "9", "changes": changes}]})
    assert (str(event.customer.handle) if event.customer else None) == customer
    assert event.kind == "message"


def test_a_contact_that_is_not_the_sender_is_not_linked() -> None:
    """Only a contact with the sender's own number or id says who they are besides."""
    value = {
        "metadata": {"phone_number_id": "1"},
        "contacts": [{"wa_id": "447700900999", "user_id": "GB.999", "profile": {"name": "Bob"}}],
        "messages": [{"id": "wamid.1", "from": "447700900123", "type": "text", "text": {"body": "Hi"}}],
    }
    changes = [{"field": "messages", "value": value}]
    (event,) = read({"object": "whatsapp_business_account", "entry": [{"id": "9", "changes": changes}]})
    assert event.also == []
    assert event.customer is not None
    assert event.customer.name is None


def test_the_same_person_writes_to_two_pages_under_two_handles() -> None:
    """An id of Messenger means a person to one page alone."""
    item = {"sender": {"id": "6"}, "recipient": {"id": "1"}, "message": {"mid": "m_1", "text": "Hi"}}
    other = item | {"recipient": {"id": "2"}, "message": {"mid": "m_2", "text": "Hi"}}
    entries = [{"id": "1", "messaging": [item]}, {"id": "2", "messaging": [other]}]
    found = [
        str(event.customer.handle) for event in read({"object": "page", "entry": entries}) if event.customer
    ]
    assert found == ["psid:1/6", "psid:2/6"]


def test_postbacks_without_an_id_are_told_apart() -> None:
    """The same button at another moment, or by another person, is another event; the same one is not."""

    def press(user: str, at: int) -> str:
        item = {
            "sender": {"id": user},
            "recipient": {"id": "1"},
            "timestamp": at,
            "postback": {"payload": "A"},
        }
        (event,) = read({"object": "page", "entry": [{"id": "1", "messaging": [item]}]})
        return event.id

    assert press("6", 1_772_445_000_123) == press("6", 1_772_445_000_123)
    assert (
        len({press("6", 1_772_445_000_123), press("6", 1_772_445_000_124), press("7", 1_772_445_000_123)})
        == 3
    )


@pytest.mark.parametrize("kind", ["user", "permissions", "ad_account", "object_of_tomorrow"])
def test_objects_that_are_no_conversation_are_answered_and_make_no_event(kind: str) -> None:
    """What the app was subscribed to besides does no harm."""
    body = {"object": kind, "entry": [{"id": "1", "changes": [{"field": "x", "value": {}}]}]}
    assert read(body) == []
    assert ADAPTER.answer(signed(msgspec.json.encode(body)), KNOWING, []).status == 200


def test_a_body_that_is_no_json_is_refused() -> None:
    """A form, say."""
    with pytest.raises(RouterError) as refusal:
        ADAPTER.parse(Request("POST", HOOK, {}, b"object=page"), UNSIGNED, 0)
    assert refusal.value.status == 400
