"""lease_leave: what is left can be taken at once, and only the holder leaves it."""

from __future__ import annotations

from router.store.leases import Leases
from router.store.library import Library
from router.store.workspace import Workspace

SOURCE = "email_raw:main"


async def test_what_was_left_is_free_at_once(library: Library, place: Workspace) -> None:
    """The next one need not wait; leaving twice leaves nothing the second time."""
    one, other = (Leases(library, place, holder, 60) for holder in ("one", "other"))
    await one.take(SOURCE)
    assert [await one.leave(SOURCE), await one.leave(SOURCE)] == [True, False]
    assert await other.take(SOURCE)


async def test_nobody_leaves_the_lease_of_another(library: Library, place: Workspace) -> None:
    """Who comes late with leaving does not end what the next one has."""
    one, other = (Leases(library, place, holder, 60) for holder in ("one", "other"))
    await one.take(SOURCE)
    assert not await other.leave(SOURCE)
    assert not await other.take(SOURCE)
