"""The link meets each server process before any other call goes to it."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest
from servers import Server

from router.errors import Busy, StoreAway
from router.store.link import Link, open_link

KEY = "{link}"


async def _until_answered(link: Link) -> None:
    """Call until the link has noticed that its connection is gone; that is one call, or none."""
    try:
        await link.call("PING", key=KEY)
    except StoreAway:
        await link.call("PING", key=KEY)


async def test_the_server_is_met_before_other_calls(own_server: Server) -> None:
    """At first contact the hook runs alone, with its own calls passing; later connections skip it."""
    order: list[str] = []

    async def meet(run_id: str) -> None:
        """Note who it is, and that nothing else has run."""
        order.append(run_id)
        assert link.holds(run_id, KEY)
        assert await link.call("INCR", "{a}met", key="{a}") == 1
        assert await link.call("INCR", "{b}met", key="{b}", read=True) == 1
        assert await link.call("EXISTS", "{link}n", key=KEY) == 0

    link = await open_link(own_server.url, on_connect=meet)
    await asyncio.gather(
        *(link.call("INCR", "{link}n", key=tag, read=tag > "{k}") for tag in ("{a}", "{b}", "{link}"))
    )
    await link.close()
    assert order == [own_server.admin.info("server")["run_id"]]


async def test_a_new_process_is_met_again(own_server: Server) -> None:
    """After a restart the hook runs for the new run_id before the next call."""
    met: list[str] = []

    async def meet(run_id: str) -> None:
        """Note who it is."""
        met.append(run_id)

    link = await open_link(own_server.url, on_connect=meet)
    await link.call("PING", key=KEY)
    os.kill(own_server.pid, signal.SIGKILL)
    await own_server.engine.ended()
    await own_server.engine.start()
    await _until_answered(link)
    await link.close()
    assert len(met) == len(set(met)) == 2
    assert met[1] == own_server.admin.info("server")["run_id"]


async def test_a_long_meeting_costs_no_call_more_than_its_deadline(own_server: Server) -> None:
    """Calls that wait for the hook fail in time; the hook goes on, and once it is done calls go out."""
    free = asyncio.Event()
    met: list[str] = []

    async def meet(run_id: str) -> None:
        """Take as long as the test says."""
        met.append(run_id)
        await free.wait()

    link = await open_link(own_server.url, on_connect=meet, deadline_s=0.1)
    for _ in range(2):
        with pytest.raises(StoreAway, match="did not answer"):
            await link.call("INCR", KEY, key=KEY)
    free.set()
    assert await link.call("INCR", KEY, key=KEY) == 1
    await link.close()
    assert len(met) == 1


async def test_an_idle_connection_that_was_closed_costs_nothing(own_server: Server) -> None:
    """When the server drops idle clients the next call simply connects again."""
    link = await open_link(own_server.url)
    async with link.blocking(KEY) as reader:
        await reader.call("PING")
        await link.call("PING", key=KEY)
        await reader.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        assert await reader.call("PING") == b"PONG"  # by now the other connection has heard of its end
        assert await link.call("PING", key=KEY) == b"PONG"
    await link.close()


async def test_a_meeting_that_fails_is_held_again(own_server: Server) -> None:
    """While the hook fails no call goes out; each try hears why; once it succeeds all is well."""
    troubles = [ValueError("bad day"), Busy("not now")]

    async def meet(run_id: str) -> None:  # noqa: ARG001  only whether it works matters here
        """Fail twice."""
        if troubles:
            raise troubles.pop(0)

    link = await open_link(own_server.url, on_connect=meet)
    for words in ("bad day", "not now"):
        with pytest.raises(StoreAway, match=words):
            await link.call("PING", key=KEY)
    assert await link.call("PING", key=KEY) == b"PONG"
    await link.close()
