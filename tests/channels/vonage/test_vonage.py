"""Vonage: parameters signed by each hash, tokens that speak of a body, and long messages in parts."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from urllib.parse import urlencode

import jwt as signer
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sms.vonage import Vonage
from router.errors import Malformed, Unverified
from router.ports import Account, Request

SECRET = "vonage-signature-secret-of-the-account"
HOOK = "https://contact.example.com/v1/hooks/sms/vonage/main"
NOW = 1_772_445_600.0
ADAPTER = Vonage()
ACCOUNT = Account("sms", "vonage", "main", secret=SECRET)
FORM = {"content-type": "application/x-www-form-urlencoded"}
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def sig(params: dict[str, str], method: str) -> str:
    """Sign parameters as Vonage does: sorted, & and = of the values written _."""
    base = "".join(f"&{k}={v.replace('&', '_').replace('=', '_')}" for k, v in sorted(params.items()))
    return hmac.new(SECRET.encode(), base.encode(), method).hexdigest()


def form(params: dict[str, str]) -> Request:
    """Post parameters as a form."""
    return Request("POST", HOOK, FORM, urlencode(params).encode())


def holds(request: Request, **settings: Any) -> bool:
    """Tell whether a request is verified."""
    try:
        ADAPTER.verify(request, Account("sms", "vonage", "main", secret=SECRET, settings=settings), NOW)
    except Unverified:
        return False
    return True


@given(
    params=st.dictionaries(text.filter(lambda name: name != "sig"), text, max_size=6),
    method=st.sampled_from(["md5", "sha1", "sha256", "sha512"]),
)
def test_what_vonage_signs_holds(params: dict[str, str], method: str) -> None:
    """By every hash, by form, by query and by JSON, blank parameters and upper-case codes too."""
    code = sig(params, method)
    signed = params | {"sig": code.upper()}
    assert holds(form(signed))
    assert holds(Request("GET", f"{HOOK}?{urlencode(signed)}", {}, b""))
    assert holds(Request("POST", HOOK, {}, msgspec.json.encode(signed)))
    assert not holds(form(signed | {"more": "1"}))
    assert not holds(form(signed), signature_method="sha1" if method != "sha1" else "sha256")


def test_the_oldest_method_holds_only_where_the_account_says_so() -> None:
    """md5hash hangs the secret on the end, which is no HMAC."""
    params = {"msisdn": "447700900118", "text": "Hi"}
    code = hashlib.md5(f"&msisdn=447700900118&text=Hi{SECRET}".encode()).hexdigest()  # noqa: S324 - theirs
    assert not holds(form(params | {"sig": code}))
    assert holds(form(params | {"sig": code}), signature_method="md5hash")
    assert not holds(form(params | {"sig": sig(params, "md5")}), signature_method="md5hash")


@pytest.mark.parametrize("method", ["sha3_256", "none", "crc32"])
def test_an_unknown_method_verifies_nothing(method: str) -> None:
    """A setting that is misspelt refuses."""
    assert not holds(form({"a": "b", "sig": sig({"a": "b"}, "md5")}), signature_method=method)


@pytest.mark.parametrize("code", ["", "é", "0" * 32, "0" * 33, "\ud800"])
def test_garbage_for_a_code_is_refused(code: str) -> None:
    """In the body, where no header is."""
    body = urlencode({"a": "b", "sig": code}, errors="surrogatepass").encode()
    assert not holds(Request("POST", HOOK, FORM, body))
    assert not holds(Request("POST", HOOK, FORM, b"a=b"))


def test_a_token_speaks_of_its_body() -> None:
    """Issuer, hash, algorithm and secret; without an end, since Vonage sets none."""
    body = b'{"message_uuid":"u","from":"447700900118","to":"1"}'
    good = {"iss": "Vonage", "iat": NOW, "payload_hash": hashlib.sha256(body).hexdigest()}

    def sent(claims: dict[str, Any], algorithm: str = "HS256", secret: str = SECRET * 2) -> Request:
        token = signer.encode(claims, secret, algorithm=algorithm)
        return Request("POST", HOOK, {"authorization": f"Bearer {token}"}, body)

    account = Account("sms", "vonage", "main", secret=SECRET * 2)
    ADAPTER.verify(sent(good), account, NOW)
    for bad in (
        sent(good | {"iss": "Mallory"}),
        sent(good | {"payload_hash": "0" * 64}),
        sent({"iss": "Vonage"}),
        sent(good | {"exp": NOW - 301}),
        sent(good | {"nbf": NOW + 301}),
        sent(good, "HS384"),
        sent(good, secret="another" * 8),
        Request("POST", HOOK, {"authorization": "Basic dTpw"}, body),
    ):
        with pytest.raises(Unverified):
            ADAPTER.verify(bad, account, NOW)


def test_the_parts_of_a_message_are_events_of_their_own() -> None:
    """Even where they share an id, none is taken for a repetition of another."""
    common = {
        "msisdn": "447700900118",
        "to": "1",
        "messageId": "M",
        "concat": "true",
        "concat-ref": "9",
        "concat-total": "2",
    }
    found = [ADAPTER.parse(form(common | {"concat-part": n, "text": n}), ACCOUNT, NOW)[0] for n in "21"]
    assert [(event.id, event.sequence) for event in found] == [("M:2", 2), ("M:1", 1)]


@pytest.mark.parametrize("part", ["0", "-1", "x", "256", "1.5", ""])
def test_a_part_that_is_no_number_is_a_whole_message(part: str) -> None:
    """And nothing breaks."""
    told = {"msisdn": "447700900118", "messageId": "M", "concat": "true", "concat-part": part}
    assert ADAPTER.parse(form(told), ACCOUNT, NOW)[0].id == "M"


def test_what_is_not_vonages_is_refused_without_repeating_it() -> None:
    """No number or text of a customer stands in an error."""
    with pytest.raises(Malformed) as refusal:
        ADAPTER.parse(form({"From": "+447700900118", "Body": "private"}), ACCOUNT, NOW)
    assert "private" not in refusal.value.detail
    assert "447700900118" not in refusal.value.detail
