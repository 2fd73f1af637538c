"""Reading the JSON of strangers: what is of its kind, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import wire
from router.model.event import Location

SOME = {"a": {"b": "text", "n": 7, "s": " 8 ", "t": True, "f": 1.5, "none": None, "list": [{"x": 1}, 2, []]}}
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=9)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=9,
)


def test_what_is_of_its_kind_is_given() -> None:
    """Texts, ids, numbers, objects and arrays, by their path."""
    assert wire.text(SOME, "a", "b") == "text"
    assert (wire.name(SOME, "a", "n"), wire.name(SOME, "a", "s")) == ("7", "8")
    assert wire.whole({"n": "12"}, "n") == 12
    assert wire.table(SOME, "a")["n"] == 7
    assert wire.tables(SOME, "a", "list") == [{"x": 1}]
    assert wire.array(SOME, "a", "n") == [7]


@pytest.mark.parametrize(
    "path", [("a", "t"), ("a", "f"), ("a", "none"), ("a", "list"), ("x",), ("a", "b", "c")]
)
def test_what_is_of_another_kind_is_nothing(path: tuple[str, ...]) -> None:
    """True is no number and half a message is no id."""
    assert wire.text(SOME, *path) is None
    assert wire.name(SOME, *path) == ""
    assert wire.whole(SOME, *path) is None
    assert wire.table(SOME, *path) == {}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (1_772_445_000, datetime(2026, 3, 2, 9, 50, tzinfo=UTC)),
        ("1772445000", datetime(2026, 3, 2, 9, 50, tzinfo=UTC)),
        (1_772_445_000_123, datetime(2026, 3, 2, 9, 50, 0, 123_000, tzinfo=UTC)),
        ("1772445000123", datetime(2026, 3, 2, 9, 50, 0, 123_000, tzinfo=UTC)),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (253_402_300_799_999, datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)),
        (253_402_300_800_000, None), (2**63 - 1, None), (2**63, None), (-1, None), ("-5", None), (1.5, None),
        ("soon", None), ("٣", None), (True, None),
    ],
)  # fmt: skip
def test_a_time_is_seconds_or_milliseconds(written: object, read: datetime | None) -> None:
    """Its size tells which; what is no time is none."""
    assert wire.moment({"t": written}, "t") == read


@pytest.mark.parametrize(
    ("latitude", "longitude", "found"),
    [
        (51.5, -0.12, Location(51.5, -0.12)),
        ("51.5", 0, Location(51.5, 0.0)),
        (90, 180, Location(90, 180)),
        (91, 0, None), (0, 181, None), (True, 0, None), (None, 0, None), ("north", 0, None), ("nan", 0, None),
        (10**400, 0, None),
    ],
)  # fmt: skip
def test_a_place_is_on_earth(latitude: object, longitude: object, found: Location | None) -> None:
    """Degrees as numbers or as text, within bounds."""
    assert wire.place(latitude, longitude, None, None) == found


@given(found=anything, path=st.lists(st.text(max_size=3), max_size=3))
def test_nothing_raises(found: Any, path: list[str]) -> None:
    """Whatever lies there, reading ends well, and what is read can be written."""
    for read in (wire.text, wire.name, wire.whole, wire.table, wire.tables, wire.array, wire.moment):
        msgspec.json.encode(read(found, *path))
    wire.place(found, found, None, None)
    assert len(wire.written(found, 5) or "") <= 5
    assert len(wire.digest(found)) == 64


def test_what_has_no_id_is_named_by_what_it_says() -> None:
    """The same again is the same, in whatever order its writer put the fields."""
    assert wire.digest({"a": 1, "b": 2}) == wire.digest({"b": 2, "a": 1}) != wire.digest({"a": 2, "b": 2})
