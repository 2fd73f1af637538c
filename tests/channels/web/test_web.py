"""Web chat: whom a token lets in, for how long, from where, and what becomes of what they say."""

from __future__ import annotations

from typing import Any

import jwt as signer
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from channels import jwt
from channels.chat import web_token
from channels.chat.web import WebChat
from channels.chat.web_event import party
from channels.chat.web_token import LEEWAY_S, RENEW_S, TOKEN_S
from router.errors import ConfigInvalid, Invalid, Unverified
from router.model.chat import Hello, Msg, Visitor, read_frame
from router.ports import Account

NOW = 1_772_445_600
SECRET = "a-secret-that-the-shop-and-the-router-share-and-nobody-else-ever-has"
ACCOUNT = Account(
    "chat",
    "web",
    "main",
    secret=SECRET,
    settings={"origins": ["https://Shop.example/"], "anyone": True},
)
CHAT = WebChat()
ADA = Visitor(id="v1", workspace="main", until=0, name="Ada", anonymous=True)


def token(secret: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    """Sign a token as the company's site does; None for a claim leaves it out."""
    base = {"sub": "v1", "workspace": "main", "exp": NOW + 600}
    return signer.encode(
        {name: value for name, value in (base | claims).items() if value is not None}, secret, algorithm
    )


def test_a_token_of_the_site_names_its_visitor() -> None:
    """With name and address, for which the site vouches."""
    found = CHAT.visitor(token(name="Ada", email="ada@example.org"), ACCOUNT, NOW)
    assert found == Visitor(id="v1", workspace="main", until=NOW + 600, name="Ada", email="ada@example.org")
    assert party(found, ACCOUNT).trust == "attested"


@pytest.mark.parametrize(
    "bad",
    [
        token(secret="another-secret-that-is-long-enough-for-it"),
        token(algorithm="HS512"),
        signer.encode({"sub": "v1", "exp": NOW + 600}, None, "none"),
        token(exp=NOW - LEEWAY_S),
        token(exp=NOW + TOKEN_S + LEEWAY_S + 1),
        token(exp=None),
        token(exp="tomorrow"),
        token(exp=True),
        token(exp=10**400),
        token(nbf=NOW + LEEWAY_S + 1),
        token(sub=None),
        token(sub=""),
        token(sub=["v1"]),
        token(use="renew"),
        "",
        "a.b.c",
        "..",
        "é.é.é",
    ],
)
def test_another_token_lets_nobody_in(bad: str) -> None:
    """Another secret or algorithm, another time, no visitor, or no token at all."""
    with pytest.raises(Unverified):
        CHAT.visitor(bad, ACCOUNT, NOW)


def test_without_a_secret_nobody_comes_in() -> None:
    """A token that is signed with nothing proves nothing."""
    with pytest.raises(Unverified):
        CHAT.visitor(jwt.hs256({"sub": "v1", "exp": NOW + 60}, ""), replace(ACCOUNT, secret=None), NOW)


@given(st.text(max_size=60))
def test_no_text_breaks_the_door(text: str) -> None:
    """Whatever comes as a token is refused in one way."""
    with pytest.raises(Unverified):
        CHAT.visitor(text, ACCOUNT, NOW)


def test_the_clock_of_the_site_may_be_off() -> None:
    """A little, both ways."""
    for exp in (NOW - LEEWAY_S + 1, NOW + TOKEN_S + LEEWAY_S):
        assert CHAT.visitor(token(exp=exp), ACCOUNT, NOW).until == exp


def test_what_the_router_issues_lets_in_and_is_renewed() -> None:
    """The same visitor after a token ran out, for a month; the token for that opens no chat."""
    given_out = CHAT.issue(ADA, ACCOUNT, NOW)
    assert given_out.visitor == "v1"
    assert CHAT.visitor(given_out.token, ACCOUNT, NOW) == replace(ADA, until=NOW + TOKEN_S)
    later = NOW + RENEW_S
    assert CHAT.renewing(given_out.renew, ACCOUNT, later).id == "v1"
    assert CHAT.renewing(given_out.token, ACCOUNT, NOW).id == "v1"
    for gone, when in ((given_out.renew, later + LEEWAY_S), (given_out.token, NOW + TOKEN_S + LEEWAY_S)):
        with pytest.raises(Unverified):
            CHAT.renewing(gone, ACCOUNT, when)
    with pytest.raises(Unverified):
        CHAT.visitor(given_out.renew, ACCOUNT, NOW)


def test_a_token_of_the_site_is_not_renewed_by_the_router() -> None:
    """Who logged out at the site stays out."""
    with pytest.raises(Unverified):
        CHAT.renewing(token(), ACCOUNT, NOW)


@pytest.mark.parametrize("exp", [10**400, -1, "soon", True, None])
def test_an_end_that_is_none_is_no_end(exp: Any) -> None:
    """A claim is read whatever stands there; nobody is let in by that alone."""
    assert web_token.claimed({"sub": "v1", "exp": exp}).until == 0


def test_nobody_vouches_for_an_anonymous_visitor() -> None:
    """Their name is a claim; an address they might have got into a token is none."""
    found = CHAT.visitor(token(anyone=True, name="Ada", email="ada@example.org"), ACCOUNT, NOW)
    assert (found.email, party(found, ACCOUNT).trust) == (None, "claimed")


def test_two_accounts_have_two_visitors_of_one_id() -> None:
    """A handle carries its account; no id can climb out of it."""
    climbing = web_token.claimed({"sub": "b/v1"})
    assert "/" not in climbing.id
    one = party(climbing, replace(ACCOUNT, name="a"))
    other = party(replace(climbing, id="v1"), replace(ACCOUNT, name="a/b"))
    assert one.handle != other.handle


@pytest.mark.parametrize(
    ("origin", "admitted"),
    [
        (None, True),
        ("https://shop.example", True),
        ("HTTPS://SHOP.example", True),
        ("https://chat.router.example", True),
        ("https://shop.example.evil.example", False),
        ("http://shop.example", False),
        ("https://shop.example:8443", False),
        ("null", False),
        ("", False),
    ],
)
def test_only_listed_sites_show_the_chat(origin: str | None, admitted: bool) -> None:
    """Those of the account and the router's own, compared whole."""
    assert CHAT.admits(origin, ACCOUNT, "Chat.router.example", "") is admitted


def test_without_a_list_only_the_routers_own_page_does() -> None:
    """Nobody is let in because nobody was named."""
    bare = replace(ACCOUNT, settings={})
    assert not CHAT.admits("https://shop.example", bare, "router.example")
    assert CHAT.admits("https://router.example", bare, "router.example")
    assert not CHAT.open(bare)


@pytest.mark.parametrize(
    "settings",
    [
        {"origins": ["shop.example"]},
        {"origins": "https://shop.example/chat"},
        {"origins": ["https://*.shop.example"]},
        {"origins": ["https://shop.example; script-src *"]},
        {"origins": ["https://shop.example\r\nX: y"]},
        {"origins": [7]},
        {"anyone": "yes"},
    ],
)
def test_settings_that_cannot_stand_are_named(settings: dict[str, Any]) -> None:
    """Origins go into a header of the page: nothing but an origin is one."""
    with pytest.raises(ConfigInvalid) as wrong:
        CHAT.check(replace(ACCOUNT, settings=settings))
    assert wrong.value.field == f"channels.chat.web.main.{next(iter(settings))}"
    assert wrong.value.field in wrong.value.detail


@pytest.mark.parametrize(
    "origin", ["https://shop.example", "http://localhost:8000/", "https://[::1]:8443", "https://Shop.Example"]
)
def test_settings_that_can_stand(origin: str) -> None:
    """An origin, with a port or without; none at all."""
    CHAT.check(replace(ACCOUNT, settings={"origins": [origin], "anyone": False}))
    CHAT.check(replace(ACCOUNT, settings={}))


def test_a_receipt_speaks_of_the_message_it_is_of() -> None:
    """And no client's cid can be taken for it."""
    read, delivered = (CHAT.receipt("out-1", status, ADA, ACCOUNT) for status in ("read", "delivered"))
    assert (read.kind, read.target, read.id) == ("read", "out-1", "v1/out-1/read")
    assert (delivered.kind, delivered.status, delivered.target) == ("status", "delivered", "out-1")
    with pytest.raises(msgspec.ValidationError):
        read_frame(b'{"type":"msg","cid":"out-1/read","text":"x"}')


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_a_message_without_a_word_is_none(text: str) -> None:
    """It is refused, with the field."""
    with pytest.raises(Invalid):
        CHAT.said(Msg("c1", text), ADA, ACCOUNT)


def test_what_cannot_be_kept_is_replaced() -> None:
    """A NUL in a text."""
    assert CHAT.said(Msg("c1", "a\0b"), ADA, ACCOUNT).text == "a\ufffdb"


@pytest.mark.parametrize(
    "frame",
    [
        b'{"type":"hello"}',
        b'{"type":"hello","token":"t","resume_from":-1}',
        b'{"type":"hello","token":"t","resume_from":1e400}',
        b'{"type":"msg","text":"x"}',
        b'{"type":"msg","cid":"","text":"x"}',
        b'{"type":"msg","cid":"a\\n","text":"x"}',
        b'{"type":"msg","cid":"a","text":7}',
        b'{"type":"msg","cid":"a","text":"\\ud800"}',
        b'{"type":"read","upto":"1"}',
        b'{"type":"ack"}',
        b"{}",
        b"[]",
        b"",
        b"\xff",
        b"[" * 16_000,
    ],
)
def test_a_frame_that_is_none_is_refused(frame: bytes) -> None:
    """By one of the decoder's errors, which the WebSocket answers."""
    with pytest.raises((msgspec.MsgspecError, UnicodeDecodeError, RecursionError)):
        read_frame(frame)


def test_a_frame_may_leave_out_what_has_a_default() -> None:
    """A hello without a seq begins at the beginning."""
    assert read_frame(b'{"type":"hello","token":"t"}') == Hello("t", 0)
