"""X-Twilio-Signature, with Twilio's own library as the signer."""

from __future__ import annotations

import hashlib
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from channels import twilio_signature
from router.errors import Unverified
from router.ports import Request

TOKEN = "0123456789abcdef0123456789abcdef"
HOOK = "https://contact.example.com/v1/hooks/sms/twilio/main"
SIGNER = RequestValidator(TOKEN)
FORM = "application/x-www-form-urlencoded"
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def signed(url: str, params: dict[str, str], *, called: str = "", method: str = "POST") -> Request:
    """Sign ``url`` and the form as Twilio does, and send it to ``called``."""
    headers = {"content-type": FORM, "x-twilio-signature": SIGNER.compute_signature(url, params)}
    return Request(method, called or url, headers, urlencode(params, quote_via=quote).encode())


def holds(request: Request, secret: str = TOKEN) -> bool:
    """Tell whether the signature holds."""
    try:
        twilio_signature.verify(request, secret)
    except Unverified:
        return False
    return True


@given(params=st.dictionaries(text, text, max_size=8))
def test_what_twilio_signs_holds(params: dict[str, str]) -> None:
    """Any names and values hold, blank ones too."""
    assert holds(signed(HOOK, params))


@given(params=st.dictionaries(text, text, min_size=1, max_size=4), name=text, value=text)
def test_another_form_does_not_hold(params: dict[str, str], name: str, value: str) -> None:
    """A field more, or a field with another value, breaks the signature."""
    changed = params | {name: value}
    body = urlencode(changed, quote_via=quote_plus).encode()
    genuine = signed(HOOK, params)
    request = Request("POST", HOOK, genuine.headers, body)
    told_apart = "".join(k + v for k, v in sorted(changed.items())) != "".join(
        k + v for k, v in sorted(params.items())
    )
    assert holds(request) is not told_apart


def test_a_name_that_comes_twice_is_signed_once_per_value() -> None:
    """Values of one name are sorted and without repetition."""

    class Many(dict[str, list[str]]):
        """Parameters with several values, as web frameworks hand them over."""

        def getlist(self, name: str) -> list[str]:
            """Give the values of a name."""
            return self[name]

    code = SIGNER.compute_signature(HOOK, Many({"a": ["2", "1", "2"], "b": [""]}))
    headers = {"content-type": FORM, "x-twilio-signature": code}
    assert holds(Request("POST", HOOK, headers, b"a=2&b=&a=1&a=2"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/x", "https://a.example:443/x"),
        ("http://a.example/x", "http://a.example:80/x"),
        ("https://a.example:8443/x?q=1", "https://a.example/x?q=1"),
        ("https://u:p@a.example:443/x", "https://u:p@a.example/x"),
        ("https://[::1]:443/x", "https://[::1]/x"),
    ],
)
def test_the_port_may_be_signed_or_not(one: str, other: str) -> None:
    """Twilio signs the address with the port or without, whichever of them we see."""
    params = {"Body": "x"}
    bare, ported = sorted((one, other), key=len)
    assert holds(signed(bare, params, called=ported))
    if ":8443" not in ported:
        assert holds(signed(ported, params, called=bare))


@pytest.mark.parametrize(
    "called",
    [
        HOOK.replace("https", "http"),
        HOOK + "/",
        HOOK + "?a=1",
        HOOK.replace("contact", "kontakt"),
        HOOK.replace("main", "Main"),
    ],
)
def test_another_address_does_not_hold(called: str) -> None:
    """The address is signed as the provider called it, to the letter."""
    assert not holds(signed(HOOK, {"Body": "x"}, called=called))


def test_a_bare_question_mark_is_part_of_the_address() -> None:
    """An address that ends in ``?`` was signed with it; the library loses it and refuses its own."""
    assert holds(signed(HOOK + "?", {"Body": "x"}))


def test_the_order_of_the_query_is_kept() -> None:
    """The query is not sorted or encoded anew."""
    assert holds(signed(HOOK + "?b=%20&a=+&b=", {}))


def test_json_is_covered_by_its_hash() -> None:
    """A body that is no form holds by ``bodySHA256`` alone, and not without it."""
    body = b'[{"a": "\xc3\xa9"}]'
    url = f"{HOOK}?x=1&bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = {"content-type": "application/json", "x-twilio-signature": SIGNER.compute_signature(url, {})}
    assert SIGNER.validate(url, body.decode(), headers["x-twilio-signature"])
    assert holds(Request("POST", url, headers, body))
    assert not holds(Request("POST", url, headers, body + b" "))
    bare = headers | {"x-twilio-signature": SIGNER.compute_signature(HOOK, {})}
    assert not holds(Request("POST", HOOK, bare, body))


def test_a_signed_address_does_not_cover_a_form() -> None:
    """The signature of a GET cannot be used to post fields."""
    get = signed(HOOK + "?Body=hi", {}, method="GET")
    assert holds(get)
    assert not holds(Request("POST", get.url, get.headers, b"Body=other"))
    assert not holds(Request("POST", get.url, get.headers | {"content-type": "text/plain"}, b"Body=other"))


def test_a_shared_key_signs_by_sha256() -> None:
    """The algorithm named beside a shared key is used."""
    params = {"Body": "x"}
    settings = {"x-twilio-webhooks-signature-settings": "key=k1,algorithm=HMAC_SHA256"}
    code = SIGNER.compute_signature(HOOK, params, "HMAC_SHA256")
    headers = {"content-type": FORM, "x-twilio-signature": code}
    assert holds(Request("POST", HOOK, headers | settings, b"Body=x"))
    assert not holds(Request("POST", HOOK, headers, b"Body=x"))


@pytest.mark.parametrize(
    "url", ["", "//", "http://[", "https://a.example:99999/", "nonsense", "http://http/"]
)
def test_an_address_that_cannot_be_read_does_not_hold(url: str) -> None:
    """The answer is no, whatever the address."""
    assert not holds(Request("POST", url, {"x-twilio-signature": "x", "content-type": FORM}, b""))


def test_bytes_that_are_no_utf8_are_told_apart() -> None:
    """Two bodies with different broken bytes are not signed alike."""
    code = SIGNER.compute_signature(HOOK, {"Body": "\ufffd"})
    headers = {"content-type": FORM, "x-twilio-signature": code}
    assert holds(Request("POST", HOOK, headers, b"Body=%EF%BF%BD"))
    assert not holds(Request("POST", HOOK, headers, b"Body=%FF"))
    assert not holds(Request("POST", HOOK, headers, b"Body=\xff"))


def test_another_token_does_not_hold() -> None:
    """Who does not know the token cannot sign."""
    assert not holds(signed(HOOK, {"Body": "x"}), secret="f" * 32)
