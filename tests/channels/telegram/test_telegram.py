"""Telegram: its secret, and how its updates are told apart."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from channels.social.telegram import Telegram
from router.errors import Malformed, Unverified
from router.model.event import Event
from router.ports import Account, Request

HOOK = "https://contact.example.com/v1/hooks/social/telegram/main"
SECRET = "Zm9v_-secret"
ADAPTER = Telegram()
ACCOUNT = Account("social", "telegram", "main", secret=SECRET)
ADA = {"id": 7_000_000_001, "first_name": "Ada"}
MESSAGE = {
    "message_id": 5,
    "date": 1_772_445_000,
    "from": ADA,
    "chat": {"id": 7_000_000_001, "type": "private"},
}


def read(**update: Any) -> list[Event]:
    """Read an update."""
    body = msgspec.json.encode({"update_id": 10} | update)
    return list(ADAPTER.parse(Request("POST", HOOK, {}, body), ACCOUNT, 0))


def shown(secret: str) -> Request:
    """Make a request that shows a secret."""
    return Request("POST", HOOK, {"x-telegram-bot-api-secret-token": secret}, b"{}")


def test_who_shows_our_secret_is_telegram() -> None:
    """The secret is compared as it is."""
    ADAPTER.verify(shown(SECRET), ACCOUNT, 0)


@pytest.mark.parametrize(
    "secret", ["", " ", SECRET[:-1], SECRET + "x", SECRET.upper(), f" {SECRET}", "é", "\ud800"]
)
def test_who_shows_another_secret_is_not(secret: str) -> None:
    """Also not with a part of it."""
    with pytest.raises(Unverified):
        ADAPTER.verify(shown(secret), ACCOUNT, 0)
    with pytest.raises(Unverified):
        ADAPTER.verify(Request("POST", HOOK, {}, b"{}"), ACCOUNT, 0)


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"update_id":"x"}', b"null", b'{"message":{}}', b"x"])
def test_what_has_no_update_id_is_not_telegrams(body: bytes) -> None:
    """JSON of somebody else is refused."""
    with pytest.raises(Malformed):
        ADAPTER.parse(Request("POST", HOOK, {}, body), ACCOUNT, 0)


def test_an_edit_names_the_message_it_changes() -> None:
    """A message and its two edits are three events, and the edits have the first for their target."""
    (first,) = read(message=MESSAGE | {"text": "a"})
    (second,) = read(update_id=11, edited_message=MESSAGE | {"text": "b"})
    (third,) = read(update_id=12, edited_message=MESSAGE | {"text": "c"})
    assert len({first.id, second.id, third.id}) == 3
    assert second.target == third.target == first.id


def test_the_same_number_in_two_chats_is_two_messages() -> None:
    """A message's number counts within its chat."""
    group = {"id": -1001, "type": "supergroup"}
    (one,) = read(message=MESSAGE | {"text": "a"})
    (other,) = read(message=MESSAGE | {"text": "a", "chat": group})
    assert one.id != other.id
    assert one.customer == other.customer


def test_an_anonymous_administrator_is_nobodys_customer() -> None:
    """Who writes in the name of the group is not a person, and calls for nobody."""
    stand_in = {"id": 1_087_968_824, "is_bot": True, "first_name": "Group"}
    group = {"id": -1001, "type": "supergroup"}
    told = MESSAGE | {"text": "a", "from": stand_in, "sender_chat": group, "chat": group}
    (event,) = read(message=told)
    assert (event.customer, event.direction) == (None, None)


def test_no_file_address_is_kept() -> None:
    """It would hold the token of the bot; the id of the file is enough to ask for it."""
    (event,) = read(message=MESSAGE | {"voice": {"file_id": "V", "file_path": "voice/file_1.oga"}})
    assert (event.attachments[0].url, event.attachments[0].content_id) == (None, "V")


@pytest.mark.parametrize(
    ("old", "new", "kind", "text"),
    [
        ([], ["👍"], "reaction", "👍"),
        (["👍"], ["👍", "🔥"], "reaction", "🔥"),
        (["👍"], ["🔥"], "reaction", "🔥"),
        (["👍", "🔥"], ["👍"], "reaction_removed", None),
    ],
)
def test_a_change_of_reactions_is_what_came_or_what_went(
    old: list[str], new: list[str], kind: str, text: str | None
) -> None:
    """Telegram tells all reactions of a person before and after."""
    said = {
        name: [{"type": "emoji", "emoji": emoji} for emoji in emojis]
        for name, emojis in (("old_reaction", old), ("new_reaction", new))
    }
    chat = {"id": 7_000_000_001, "type": "private"}
    (event,) = read(message_reaction={"chat": chat, "message_id": 5, "user": ADA, "date": 1} | said)
    assert (event.kind, event.text, event.target) == (kind, text, "7000000001:5")


def test_reactions_that_did_not_change_are_no_event() -> None:
    """Nothing came and nothing went."""
    chat = {"id": 7_000_000_001, "type": "private"}
    told = {"chat": chat, "message_id": 5, "user": ADA, "date": 1, "old_reaction": [], "new_reaction": []}
    assert read(message_reaction=told) == []
