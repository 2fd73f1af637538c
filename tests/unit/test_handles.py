"""The normal form of handles: one address, one spelling, and what is nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.handle import Handle, Party
from router.policy.handles import normal_form, normalise

SAME = [
    ("tel", "+44 (0)20 7946 0018", "tel:+442079460018"),
    ("tel", "tel:+1-415-555-0100", "tel:+14155550100"),
    ("tel", " +1 (415) 555 0100 ", "tel:+14155550100"),
    ("tel", "\u202a+14155550100\u202c", "tel:+14155550100"),
    ("tel", "+١٤١٥٥٥٥٠١٠٠", "tel:+14155550100"),
    ("tel", "+14155550100;ext=7", "tel:+14155550100;ext=7"),
    ("tel", "+1 415 555 0100 x7", "tel:+14155550100;ext=7"),
    ("tel", "+1 (234) 567890", "tel:+1234567890"),
    ("tel", "+999 123 4567", "tel:+9991234567"),
    ("tel", "+999", "unverified:tel/+999"),
    ("tel", "+1-800-FLOWERS", "tel:+18003569377"),
    ("tel", "72327", "shortcode:72327"),
    ("tel", "*100#", "shortcode:*100#"),
    ("tel", "MyBank", "alnum:MyBank"),
    ("tel", "4155550100", "unverified:tel/4155550100"),
    ("tel", "(415) 555-0100", "unverified:tel/4155550100"),
    ("tel", "+1", "unverified:tel/+1"),
    ("tel", "+1415555010012345678", "unverified:tel/+1415555010012345678"),
    ("mailto", "Ada+Shop@EXAMPLE.org", "mailto:ada+shop@example.org"),
    ("mailto", "mailto:ada@example.org.", "mailto:ada@example.org"),
    ("mailto", '"ceo@bank.example" <Mallory@evil.example>', "mailto:mallory@evil.example"),
    ("mailto", '"odd@local"@example.org', 'mailto:"odd@local"@example.org'),
    ("mailto", "a@MÜNCHEN.example", "mailto:a@münchen.example"),
    ("mailto", "a@xn--mnchen-3ya.example", "mailto:a@münchen.example"),
    ("mailto", "a@mu\u0308nchen.example", "mailto:a@münchen.example"),
    ("mailto", "a@xn--\u00e9.example", "mailto:a@xn--\u00e9.example"),
    ("mailto", "ada", "unverified:mailto/ada"),
    ("mailto", "@example.org", "unverified:mailto/@example.org"),
    ("mailto", "ada@two words", "unverified:mailto/ada@two words"),
    ("sip-user", "sip:Bob@PBX.example", "sip-user:Bob@pbx.example"),
    ("sip-user", "Bob", "sip-user:Bob"),
    ("psid", "PAGE/123", "psid:PAGE/123"),
    ("psid", "123", "unverified:psid/123"),
    ("slack", "T1/U1", "slack:T1/U1"),
    ("external", "crm/0815", "external:crm/0815"),
    ("external", "/0815", "unverified:external//0815"),
    ("telegram", " 42\n", "telegram:42"),
    ("wa-bsuid", "US.13491208655302741918", "wa-bsuid:US.13491208655302741918"),
    ("acct", "Private", "acct:Private"),
    ("unverified", "tel/4155550100", "unverified:tel/4155550100"),
]
NOBODY = [
    *(("tel", value) for value in ("", " ", "anonymous", "Anonymous", "withheld", "unknown", "null")),
    *(("tel", value) for value in ("Private", "restricted", "+266696687", "266696687", "+7378742833")),
    *(("tel", value) for value in ("0000", "+0000000", "000-0000")),
    *(("mailto", value) for value in ("", "<>", "anonymous", "null", "Nobody <>")),
    *(("sip-user", value) for value in ("sip:anonymous@anonymous.invalid", "anonymous", "anonymous.invalid")),
    *(("external", value) for value in ("crm/", "crm/null", "crm/0", "crm/Undefined")),
    ("web-visitor", "00000000-0000-0000-0000-000000000000"),
    ("telegram", "None"),
    ("unverified", "tel/anonymous"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "expected"), SAME)
def test_one_address_has_one_spelling(kind: str, value: str, expected: str) -> None:
    """However it is written, the normal form is the same; what cannot be verified says so."""
    assert normalise(Party(kind, value)) == Handle.read(expected)


@pytest.mark.parametrize(("kind", "value"), NOBODY)
def test_nobody_is_no_handle(kind: str, value: str) -> None:
    """Two withheld callers must never become one customer."""
    assert normalise(Party(kind, value)) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("tel", "+14155550100"), ("tel", "+14155550100;ext=7")),
        (("tel", "+14155550100"), ("tel", "14155550100")),
        (("mailto", "a@faß.example"), ("mailto", "a@fass.example")),
        (("mailto", "a.b@example.org"), ("mailto", "ab@example.org")),
        (("mailto", "ada@example.org"), ("acct", "ada@example.org")),
        (("psid", "A/1"), ("psid", "B/1")),
        (("telegram", "a"), ("telegram", "A")),
        (("external", "unverified/1"), ("unverified", "external/1")),
    ],
)
def test_two_addresses_stay_two(one: tuple[str, str], other: tuple[str, str]) -> None:
    """What may be two people is never made one."""
    assert normal_form(*one) != normal_form(*other)


def test_a_very_long_value_is_shortened_to_its_hash() -> None:
    """A handle fits into a key whatever is posted."""
    long = normal_form("mailto", "a" * 506 + "@e.org")
    assert long
    assert long.value == "a" * 506 + "@e.org"
    grown = normal_form("unverified", "\u0958" * 512)  # composes to two characters each
    assert grown
    assert grown.value.startswith("h:")
    assert len(grown.value) == 66


kinds = st.sampled_from(["tel", "mailto", "sip-user", "psid", "external", "telegram", "alnum", "unverified"])
odd = st.text("+0123456789 ()-./@<>:;=extsipmaltoANQ\u202e\u00df\u0130xn-", max_size=30)
values = st.one_of(st.text(max_size=60), odd, st.emails())


@given(kinds, values)
def test_the_normal_form_of_a_normal_form_is_itself(kind: str, value: str) -> None:
    """So a handle that was shown can be looked up; nothing a stranger sends raises."""
    once = normal_form(kind, value)
    if once is not None:
        assert normal_form(once.type, once.value) == once
        assert 0 < len(once.value) <= 512
        assert Handle.read(str(once)) == once
