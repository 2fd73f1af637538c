"""What a server says of its own state becomes one of two refusals: away, or busy."""

from __future__ import annotations

import asyncio

import pytest
from servers import Server

from router.errors import Busy, RouterError, StoreAway
from router.store.link import Link, open_link
from router.store.replies import AWAY, BUSY, ReplyError, meaning

KEY = "{link}"


async def test_a_full_store_is_busy(own_server: Server) -> None:
    """OOM is Busy and nothing is written; reads still work."""
    link = await open_link(own_server.url)
    own_server.admin.config_set("maxmemory", 1)
    with pytest.raises(Busy, match="memory is full") as caught:
        await link.call("SET", KEY, 1, key=KEY)
    assert not isinstance(caught.value, StoreAway)
    assert await link.call("GET", KEY, key=KEY) is None
    await link.close()


async def test_a_primary_that_became_a_replica_is_left(own_server: Server) -> None:
    """READONLY is StoreAway and the connection is dropped, so that a name is looked up anew."""
    link = await open_link(own_server.url)
    await link.call("SET", KEY, 1, key=KEY)
    own_server.admin.execute_command("REPLICAOF", "127.0.0.1", 1)
    with pytest.raises(StoreAway, match="replica"):
        await link.call("SET", KEY, 2, key=KEY)
    own_server.admin.execute_command("REPLICAOF", "NO", "ONE")
    assert await link.call("SET", KEY, 3, key=KEY) == b"OK"
    await link.close()


async def test_a_replica_is_never_met(own_server: Server) -> None:
    """A server that is a replica when we come is refused before the hook or any call reaches it."""
    own_server.admin.execute_command("REPLICAOF", "127.0.0.1", 1)
    met: list[str] = []

    async def meet(run_id: str) -> None:
        """Note who it is."""
        met.append(run_id)

    link = await open_link(own_server.url, on_connect=meet)
    with pytest.raises(StoreAway, match="is a replica"):
        await link.call("GET", KEY, key=KEY, read=True)
    await link.close()
    assert met == []


async def test_too_few_replicas_is_away(own_server: Server) -> None:
    """NOREPLICAS is StoreAway, with words."""
    own_server.admin.config_set("min-replicas-to-write", 1)
    link = await open_link(own_server.url)
    with pytest.raises(StoreAway, match="replicas"):
        await link.call("SET", KEY, 1, key=KEY)
    await link.close()


@pytest.mark.parametrize("code", sorted({*AWAY, *BUSY}))
def test_states_of_the_store_are_503(code: str) -> None:
    """Each code that speaks of the store's state becomes an error with status 503 and its words."""
    error = meaning(ReplyError(f"{code} details"))
    assert error.status == 503
    assert f"{code} details" in error.detail


def test_other_replies_keep_their_words() -> None:
    """An error that is the caller's own matter is given as it came."""
    error: RouterError = ReplyError("WRONGTYPE Operation against a key")
    assert meaning(ReplyError("WRONGTYPE x")).detail == "WRONGTYPE x"
    assert error.status == 500


async def _ping_for_ever(link: Link) -> None:
    while True:
        await link.call("PING", key="{a}", read=True)


async def test_a_long_function_is_busy(own_server: Server) -> None:
    """While a script hogs the server, calls are Busy within their deadline, and work again after it."""
    own_server.admin.config_set("busy-reply-threshold", 1)
    link = await open_link(own_server.url)
    await link.call("PING", key="{a}", read=True)
    hog = asyncio.create_task(link.call("EVAL", "while true do end", 0, key=KEY))
    with pytest.raises(Busy, match="too long"):
        await _ping_for_ever(link)
    await link.call("SCRIPT", "KILL", key="{a}", read=True)
    with pytest.raises(ReplyError, match=r"[Kk]illed"):
        await hog
    assert await link.call("PING", key=KEY) == b"PONG"
    await link.close()
