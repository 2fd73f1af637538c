"""Texts of strangers in the bounds of an event."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.fit import TEXT, TEXT_FULL, fit, kept, number, overlong


@given(text=st.text(st.characters(), max_size=50), limit=st.integers(1, 60))
def test_a_fitted_text_encodes_and_is_short(text: str, limit: int) -> None:
    """Nothing that cannot be stored is left, and nothing too long."""
    found = fit(text, limit)
    assert found is None or (found.encode() and len(found) <= limit and "\0" not in found)


def test_sound_text_stays_as_it_is() -> None:
    """Emoji and line ends are text; nothing is None."""
    assert fit("Grüße 😮\r\n") == "Grüße 😮\r\n"
    assert fit("a\udcffb\0") == "a\ufffdb\ufffd"
    assert (fit(""), fit(None)) == (None, None)


@pytest.mark.parametrize(
    ("written", "found"),
    [("12.5", 12.5), ("0", 0), ("90", 90), ("-1", None), ("91", None), ("nan", None), ("inf", None),
     ("", None), ("x", None), (None, None), ("9" * 100_000, None)],
)  # fmt: skip
def test_a_number_lies_within_its_bounds(written: str | None, found: float | None) -> None:
    """What is no number, or outside, is none."""
    assert number(written, 0, 90) == found


def test_only_a_text_that_is_cut_is_kept_in_full() -> None:
    """What the text of an event can hold needs no second copy."""
    assert (overlong(None), overlong("a" * TEXT)) == (None, None)
    assert overlong("a" * (TEXT + 1)) == "a" * (TEXT + 1)
    assert len(overlong("a" * (TEXT_FULL + 1)) or "") == TEXT_FULL


def test_what_is_not_told_is_no_attribute() -> None:
    """The others keep their order, each cut to its limit."""
    found = kept({"type": "text", "code": None, "name": "", "reason": "a\0b" * 99}, 2)
    assert list(found.items()) == [("type", "te"), ("reason", "a\ufffd")]
