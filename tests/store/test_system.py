"""workspace_create, key_put, key_revoke: the system slot."""

from __future__ import annotations

import asyncio
import re
from uuid import uuid4

import pytest

from router.errors import Invalid, NotFound, WrongState
from router.model.apikey import ApiKey, secret_hash
from router.store import keys, keys_system
from router.store.link import Link
from router.store.system import System


def boot(workspace: str) -> ApiKey:
    """Make a key with an id of our own choice."""
    return ApiKey(id=f"boot-{workspace}", role="admin", name="Boot", workspace=workspace, created=1)


async def test_a_workspace_is_created_once(system: System, workspace: str) -> None:
    """The hash key is made at random, once; who opens it again, or at the same time, gets the same."""
    opened = await asyncio.gather(*(system.open(workspace, 1) for _ in range(10)))
    assert len(set(opened)) == 1
    assert (opened[0].name, len(opened[0].hash_key)) == (workspace, 32)
    other = await system.open(f"{workspace}-2", 1)
    assert other.hash_key != opened[0].hash_key
    assert await system.open(workspace, 1) == opened[0]


@pytest.mark.parametrize("name", ["", "A", "a b", "a/r", "a}", "a:b", "-a", "é", "a" * 64, "a\n"])
async def test_a_name_that_would_break_keys_is_refused(system: System, name: str) -> None:
    """A workspace's name is part of every key."""
    with pytest.raises(Invalid):
        await system.open(name, 1)


async def test_another_normal_form_is_refused(system: System, workspace: str) -> None:
    """Handles written under other rules would not be found again."""
    await system.open(workspace, 1)
    with pytest.raises(Invalid, match="migrate"):
        await system.open(workspace, 2)


async def test_a_key_is_found_by_its_secret_alone(link: Link, system: System, workspace: str) -> None:
    """The secret is shown once and not kept; a wrong one finds nothing."""
    key, secret = await system.issue(workspace, "adapter", "Shop", sources=["shop:1"])
    assert await system.find(secret) == key
    assert (key.role, key.name, key.sources, key.agent) == ("adapter", "Shop", ("shop:1",), None)
    assert re.fullmatch(r"rk_[A-Za-z0-9_-]{43}", secret)
    kept = await link.call("HGETALL", keys_system.api_keys(keys.SYSTEM), key=keys.SYSTEM)
    assert secret.encode() not in b" ".join(kept)
    for wrong in ("", secret[:-1], secret_hash(secret), "\udc80"):
        assert await system.find(wrong) is None


async def test_keys_are_listed_by_workspace(system: System, workspace: str) -> None:
    """Another workspace's keys are not seen."""
    made = [(await system.issue(workspace, "agent", f"k{i}", agent="ada"))[0] for i in range(3)]
    await system.issue(f"{workspace}-2", "admin", "Other")
    assert {key.id for key in await system.keys(workspace)} == {key.id for key in made}


async def test_a_new_secret_takes_the_place_of_the_old(system: System, workspace: str) -> None:
    """The same id twice: the same secret changes nothing, another voids the first."""
    first, second = uuid4().hex, uuid4().hex
    assert [await system.put(boot(workspace), first) for _ in range(2)] == [False, True]
    assert await system.keys(workspace) == [boot(workspace)]
    await system.put(boot(workspace), second)
    assert await system.keys(workspace) == [boot(workspace)]
    assert await system.find(first) is None
    assert await system.find(second) == boot(workspace)


async def test_a_secret_is_one_keys_own(system: System, workspace: str) -> None:
    """Under another id the same secret is refused, and the first stands."""
    secret = uuid4().hex
    await system.put(boot(workspace), secret)
    with pytest.raises(WrongState):
        await system.put(boot(f"{workspace}-2"), secret)
    assert await system.find(secret) == boot(workspace)
    assert await system.keys(f"{workspace}-2") == []


async def test_a_revoked_key_is_void(system: System, workspace: str) -> None:
    """At once and for good; the second time there is no such key, also when two do it at once."""
    key, secret = await system.issue(workspace, "supervisor", "Sue")
    done = await asyncio.gather(system.revoke(key.id), system.revoke(key.id), return_exceptions=True)
    assert [type(one) for one in done] == [type(None), NotFound]
    assert await system.find(secret) is None
    assert await system.keys(workspace) == []
    with pytest.raises(NotFound):
        await system.revoke(key.id)
