"""lease_take: one holder at a time, for as long as it is renewed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from router.store import keys, keys_system
from router.store.leases import Leases
from router.store.library import Library
from router.store.link import Link
from router.store.workspace import Workspace

SOURCE = "email_raw:main"
Take = Callable[..., Leases]


@pytest.fixture
def leases(library: Library, place: Workspace) -> Take:
    """Give the leases as another process has them."""
    return lambda lease_s=60.0: Leases(library, place, uuid4().hex, lease_s)


async def left_ms(link: Link, place: Workspace) -> int:
    """Say how long the lease still lasts; -2: there is none."""
    return int(await link.call("PTTL", keys_system.lease(keys.SYSTEM, place.name, SOURCE), key=keys.SYSTEM))


async def test_a_lease_is_one_holders(leases: Take) -> None:
    """Whoever asks first has it, again and again; everybody else waits."""
    one, other = leases(), leases()
    assert [await each.take(SOURCE) for each in (one, other, one, other)] == [True, False, True, False]


async def test_of_many_at_once_one_gets_it(leases: Take, together: Callable[..., Any]) -> None:
    """Twenty ask in the same moment."""
    outcome = await together(*(leases().take(SOURCE) for _ in range(20)))
    assert sorted(outcome) == [False] * 19 + [True]


async def test_taking_it_again_makes_it_last(leases: Take, link: Link, place: Workspace) -> None:
    """A renewal counts from now; a refusal changes nothing."""
    one, longer = leases(1.0), leases(3600.0)
    await one.take(SOURCE)
    assert 0 < await left_ms(link, place) <= 1000
    assert not await longer.take(SOURCE)
    assert await left_ms(link, place) <= 1000
    one.lease_s = 60
    await one.take(SOURCE)
    assert await left_ms(link, place) > 1000


async def test_what_is_not_renewed_ends(leases: Take, link: Link, place: Workspace) -> None:
    """After the lease the next one who asks has it."""
    one, other = leases(0.05), leases()
    await one.take(SOURCE)
    while await left_ms(link, place) != -2:
        pass
    assert await other.take(SOURCE)
    assert not await one.take(SOURCE)


async def test_sources_and_workspaces_are_apart(library: Library, leases: Take, workspace: str) -> None:
    """Another source, and the same one of another workspace, are other leases."""
    await leases().take(SOURCE)
    elsewhere = Leases(library, Workspace(f"{workspace}-2", b"key"), "x", 60)
    assert await leases().take("email_raw:other")
    assert await elsewhere.take(SOURCE)
