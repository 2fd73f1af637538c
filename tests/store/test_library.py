"""The library mechanism: it is built from files, loads itself, speaks in types, blames the right line."""

from __future__ import annotations

from router.store.library import Library


async def test_loading_twice_changes_nothing(library: Library) -> None:
    """A library that is there already is left as it is."""
    await library.load()
