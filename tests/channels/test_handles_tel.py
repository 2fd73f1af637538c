"""What stands where a number belongs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import handles_tel


@pytest.mark.parametrize(
    ("written", "handle"),
    [
        ("+14155550100", "tel:+14155550100"),
        (" +44 (20) 7946-0001 ", "tel:+442079460001"),
        ("02079460001", "tel:02079460001"),
        ("384387", "shortcode:384387"),
        ("+60777", "shortcode:60777"),
        ("ACME Post", "alnum:ACME Post"),
        ("ACME-24.7", "alnum:ACME-24.7"),
        ("US.13491208655302741918", "wa-bsuid:US.13491208655302741918"),
    ],
)
def test_an_address_has_a_type(written: str, handle: str) -> None:
    """Numbers, short codes, names and user ids without a number are told apart."""
    assert str(handles_tel.read(written)) == handle


@pytest.mark.parametrize(
    "written",
    [
        None, "", "  ", "anonymous", "Anonymous", "RESTRICTED", "Unknown", "unavailable", "null",
        "+266696687", "266696687", "+1266696687", "+86282452253", "+17378742833", "+2562533", "+8656696",
        "0000000000", "+000", "0", "12", "+", "+1234567890123456",
        "\u0661\u0662\u0663\u0664\u0665\u0666\u0667",
        "+1415555O100X", "a name that is too long", "+1415\x00550100", "sip:ada@example.org",
    ],
)  # fmt: skip
def test_nobody_has_no_handle(written: str | None) -> None:
    """A withheld number, and what is no number at all, belongs to nobody."""
    assert handles_tel.read(written) is None


@given(st.text(max_size=30))
def test_any_text_is_read(written: str) -> None:
    """Whatever stands there gives a short handle that encodes, or none."""
    handle = handles_tel.read(written)
    assert handle is None or len(str(handle).encode()) < 200
