"""Where listeners are: kept for each source of each workspace."""

from __future__ import annotations

from router.store.link import Link
from router.store.places import Places
from router.store.workspace import Workspace


async def test_each_source_has_its_own_last_place(link: Link, workspace: str) -> None:
    """The last one kept counts; one workspace does not see another's."""
    places, elsewhere = (Places(link, Workspace(name, b"key")) for name in (workspace, f"{workspace}-2"))
    assert await places.get("email_raw:main") is None
    await places.put("email_raw:main", "7 12")
    await places.put("email_raw:main", "7 13")
    await places.put("email_raw:other", "1 1")
    assert await places.get("email_raw:main") == "7 13"
    assert await elsewhere.get("email_raw:main") is None
