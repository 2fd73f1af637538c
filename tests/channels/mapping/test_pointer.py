"""JSON pointers: the examples of RFC 6901, and every place of any JSON."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mapping.pointer import Document, Pointer

WHOLE = {
    "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5,
    'k"l': 6, " ": 7, "m~n": 8,
}  # fmt: skip
_json = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/c%d", 2), ("/e^f", 3),
        ("/g|h", 4), ("/i\\j", 5), ('/k"l', 6), ("/ ", 7), ("/m~0n", 8),
        ("/foo/2", None), ("/foo/-", None), ("/foo/01", None), ("/foo/bar", None), ("/foo/0/0", None),
        ("/foo/\u0661", None), ("/foo/" + "9" * 5000, None), ("/foo/-1", None), ("/bar", None),
    ],
)  # fmt: skip
def test_a_pointer_leads_to_a_value_or_to_nothing(text: str, found: object) -> None:
    """Section 5 of the RFC; an index is a plain number within the array."""
    assert Pointer.read(text).find(WHOLE) == found


@pytest.mark.parametrize("text", ["", "foo", "#/foo", "/a~", "/a~2b", "/a~~0"])
def test_what_is_no_pointer_is_refused(text: str) -> None:
    """Section 3: a slash first, and only ~0 and ~1."""
    with pytest.raises(ValueError, match="is no JSON pointer"):
        Pointer.read(text)


def places(found: Any, path: str = "") -> list[tuple[str, Any]]:
    """Name every place of decoded JSON by its pointer."""
    inside = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    parts = [(path + "/" + str(step).replace("~", "~0").replace("/", "~1"), part) for step, part in inside]
    return [*parts, *(place for name, part in parts for place in places(part, name))]


@given(whole=_json)
def test_every_place_is_found(whole: object) -> None:
    """Whatever the names are."""
    for text, part in places(whole):
        assert Pointer.read(text).find(whole) == part


def test_a_pointer_into_an_array_of_which_one_entry_is_read_needs_no_number() -> None:
    """What lies outside of it is found as ever, also a name that only begins alike."""
    whole = Document({"a": {"b": [{"c": 1}, {"c": 2}, 3]}, "ab": 4})
    entries = whole.each(Pointer.read("/a/b"))
    assert [entry.at(Pointer.read("/a/b/c")) for entry in entries] == [1, 2, None]
    assert [entry.at(Pointer.read("/ab")) for entry in entries] == [4, 4, 4]
    assert [entry.entry for entry in entries] == [{"c": 1}, {"c": 2}, 3]
    assert whole.each(Pointer.read("/ab"))[0].entry == 4
    assert whole.each(Pointer.read("/no")) == []
