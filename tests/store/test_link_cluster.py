"""The link on a cluster of three primaries: the same interface, each call on its own server."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator, Sequence

import pytest
from servers import KIND, Server, cluster

from router.errors import StoreAway
from router.store.library import Library, Source
from router.store.link import Link, open_link, slot

pytestmark = pytest.mark.skipif(KIND == "redis", reason="these start their own Valkey cluster")


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sequence[Server]]:
    """Start three primaries."""
    servers = cluster(tmp_path_factory.mktemp("cluster"), 3)
    yield servers
    for server in servers:
        server.stop()


@pytest.fixture
async def wide(three: Sequence[Server]) -> AsyncIterator[Link]:
    """Open a link that knows one of them."""
    link = await open_link(three[0].url)
    yield link
    await link.close()


def owner(three: Sequence[Server], key: str) -> Server:
    """Give the server that holds a key now, as it says itself."""
    me = [server for server in three if _holds(server, slot(key))]
    return me[0]


def _holds(server: Server, number: int) -> bool:
    spans = server.admin.execute_command("CLUSTER", "SLOTS")
    return any(row[0] <= number <= row[1] and int(row[2][1]) == server.port for row in spans)


def move(three: Sequence[Server], key: str) -> None:
    """Give the slot of a key to the next server, without what other tests left in it."""
    number = slot(key)
    old = owner(three, key)
    for left in old.admin.execute_command("CLUSTER", "GETKEYSINSLOT", number, 100):
        old.admin.delete(left)
    new = three[(three.index(old) + 1) % len(three)]
    name = new.admin.execute_command("CLUSTER", "MYID").decode()
    for server in (new, old, *three):
        server.admin.execute_command("CLUSTER", "SETSLOT", number, "NODE", name)


async def test_calls_reach_their_servers(wide: Link, three: Sequence[Server], workspace: str) -> None:
    """Keys of all slots are written and read in one tick, and lie on all three servers."""
    keys = [f"{{{workspace}/{number}}}k" for number in range(300)]
    await asyncio.gather(*(wide.call("SET", key, key, key=key) for key in keys))
    read = await asyncio.gather(*(wide.call("GET", key, key=key, read=True) for key in keys))
    assert read == [key.encode() for key in keys]
    assert {owner(three, key).port for key in keys} == {server.port for server in three}


async def test_a_moved_slot_is_followed(wide: Link, three: Sequence[Server], workspace: str) -> None:
    """MOVED says that nothing ran: the map is read again and the call made once more."""
    key = f"{{{workspace}}}n"
    assert await wide.call("EXISTS", key, key=key) == 0
    move(three, key)
    assert await wide.call("INCR", key, key=key) == 1
    assert owner(three, key).admin.execute_command("GET", key) == b"1"


async def test_many_follow_a_moved_slot(wide: Link, three: Sequence[Server], workspace: str) -> None:
    """Several commands in one write follow together and keep their order."""
    key = f"{{{workspace}}}n"
    assert await wide.call("EXISTS", key, key=key) == 0
    move(three, key)
    assert await wide.many([("INCR", key), ("INCR", key), ("GET", key)], key=key) == [1, 2, b"2"]


async def test_each_follows_a_moved_slot(wide: Link, three: Sequence[Server], workspace: str) -> None:
    """Of commands to all servers only those run again whose slot has moved."""
    keys = [f"{{{workspace}/{number}}}n" for number in range(30)]
    assert await wide.each([(key, ("EXISTS", key)) for key in keys]) == [0] * 30
    move(three, keys[0])
    assert await wide.each([(key, ("INCR", key)) for key in keys]) == [1] * 30


async def test_ask_is_never_followed(wide: Link, three: Sequence[Server], workspace: str) -> None:
    """While a slot is moved key by key its calls are StoreAway: they could run half here, half there."""
    key = f"{{{workspace}}}n"
    await wide.call("EXISTS", key, key=key)
    old = owner(three, key)
    new = three[(three.index(old) + 1) % 3]
    ids = {server: server.admin.execute_command("CLUSTER", "MYID").decode() for server in (old, new)}
    new.admin.execute_command("CLUSTER", "SETSLOT", slot(key), "IMPORTING", ids[old])
    old.admin.execute_command("CLUSTER", "SETSLOT", slot(key), "MIGRATING", ids[new])
    with pytest.raises(StoreAway, match="never followed"):
        await wide.call("INCR", key, key=key)
    for server in (old, new):
        server.admin.execute_command("CLUSTER", "SETSLOT", slot(key), "STABLE")
    assert await wide.call("INCR", key, key=key) == 1


async def test_each_server_is_met_for_its_own_slots(three: Sequence[Server]) -> None:
    """The hook hears of each server once, and which keys it holds."""
    keys = [f"{{{number}}}" for number in range(50)]
    met: dict[str, set[str]] = {}

    async def meet(run_id: str) -> None:
        """Note the server's keys, with a call to one of them."""
        met[run_id] = {key for key in keys if link.holds(run_id, key)}
        await link.call("EXISTS", next(iter(met[run_id])), key=next(iter(met[run_id])))

    link = await open_link(three[1].url, on_connect=meet)
    await asyncio.gather(*(link.call("EXISTS", key, key=key) for key in keys))
    await link.close()
    assert set(met) == {server.admin.info("server")["run_id"] for server in three}
    assert sorted(key for mine in met.values() for key in mine) == sorted(keys)


async def test_the_library_is_loaded_everywhere(wide: Link, three: Sequence[Server], source: Source) -> None:
    """Loading puts the library on every primary."""
    await Library(wide, source).load()
    lists = await wide.everywhere("FUNCTION", "LIST", "LIBRARYNAME", source.name)
    assert [len(found) for found in lists] == [1] * len(three)


async def test_a_lost_server_costs_only_its_own_slots(three: Sequence[Server], wide: Link) -> None:
    """While one server is down its keys are StoreAway; it is found again when it is back."""
    keys = [f"{{{number}}}n" for number in range(20)]
    await asyncio.gather(*(wide.call("SET", key, 1, key=key) for key in keys))
    lost = three[2]
    theirs = {key for key in keys if owner(three, key) is lost}
    os.kill(lost.pid, signal.SIGKILL)
    await lost.engine.ended()
    outcomes = await asyncio.gather(*(wide.call("GET", key, key=key) for key in keys), return_exceptions=True)
    failed = {key for key, outcome in zip(keys, outcomes, strict=True) if isinstance(outcome, StoreAway)}
    assert failed == theirs
    each = await wide.each([(key, ("GET", key)) for key in keys])
    assert {key for key, one in zip(keys, each, strict=True) if isinstance(one, StoreAway)} == theirs
    await lost.engine.start()
    while True:
        try:
            read = await asyncio.gather(*(wide.call("GET", key, key=key) for key in keys))
        except StoreAway:
            continue  # the others may not have seen it come back yet
        break
    assert read == [b"1"] * 20


async def test_a_server_that_is_no_cluster_says_so(own_server: Server) -> None:
    """The cluster URL of a single server is refused in words."""
    link = await open_link(f"{own_server.url}?cluster=true")
    with pytest.raises(StoreAway, match="is no cluster"):
        await link.call("PING", key="{a}")
    await link.close()
