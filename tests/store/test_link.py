"""The link: one write per tick, replies to their callers, no call twice, no call that hangs."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis.asyncio
from proxy import Proxy
from servers import Server, single

from router.errors import Busy, StoreAway
from router.store.link import Link, open_link, slot
from router.store.replies import ReplyError

HANGS_S = 10
"""A call that takes so long, on however busy a machine, has no deadline."""

KEY = "{link}"


@pytest.fixture
async def proxy(own_server: Server, tmp_path: Path) -> AsyncIterator[Proxy]:
    """Stand between this test's link and its own server."""
    async with Proxy(own_server.engine.socket, tmp_path) as proxy:
        yield proxy


@pytest.fixture
async def far(proxy: Proxy) -> AsyncIterator[Link]:
    """Open a link through the proxy, connected, with a deadline of 0.3 s."""
    link = await open_link(proxy.url, deadline_s=0.3)
    await link.call("PING", key=KEY)
    yield link
    await link.close()


async def _until_answered(link: Link) -> None:
    """Call until the link has noticed that its connection is gone; that is one call, or none."""
    try:
        await link.call("PING", key=KEY)
    except StoreAway:
        await link.call("PING", key=KEY)


async def test_replies_come_as_resp2_gives_them(link: Link, workspace: str) -> None:
    """Bytes, numbers, None and lists arrive as they are; arguments may be text, bytes and numbers."""
    key = f"{{{workspace}}}k"
    assert await link.call("GET", key, key=key) is None
    assert await link.call("RPUSH", key, b"\x00\xff", "é", 7, key=key) == 3
    assert await link.call("LRANGE", key, 0, -1, key=key, read=True) == [b"\x00\xff", "é".encode(), b"7"]


async def test_many_answers_in_order(link: Link, workspace: str) -> None:
    """Several commands of one slot give their replies in order; none gives none."""
    key = f"{{{workspace}}}k"
    assert await link.many([("INCR", key), ("INCR", key), ("GET", key)], key=key) == [1, 2, b"2"]
    assert await link.many([], key=key) == []


async def test_many_raises_the_first_error_after_all_have_run(link: Link, workspace: str) -> None:
    """An error in the middle does not keep the rest from running."""
    key = f"{{{workspace}}}k"
    with pytest.raises(ReplyError, match="WRONGTYPE") as caught:
        await link.many([("SET", key, 1), ("LPUSH", key, 1), ("INCR", key)], key=key)
    assert caught.value.reason == "WRONGTYPE"
    assert await link.call("GET", key, key=key) == b"2"


async def test_calls_of_a_tick_leave_in_one_write(own_server: Server) -> None:
    """A hundred calls that tasks make in one loop tick cost the server one read."""
    link = await open_link(own_server.url)
    await link.call("PING", key=KEY)
    before = own_server.admin.info("stats")["total_reads_processed"]
    await asyncio.gather(*(link.call("INCR", KEY, key=KEY) for _ in range(100)))
    after = own_server.admin.info("stats")["total_reads_processed"]
    await link.close()
    assert after - before == 2  # the hundred, and this INFO


async def test_calls_of_one_tag_keep_their_order(link: Link, workspace: str) -> None:
    """What is called first is done first, on whichever key of the tag."""
    key = f"{{{workspace}}}list"
    await asyncio.gather(*(link.call("RPUSH", key, n, key=f"{{{workspace}}}{n}") for n in range(500)))
    assert await link.call("LRANGE", key, 0, -1, key=key) == [str(n).encode() for n in range(500)]


async def test_a_cut_reply_runs_once(far: Link, proxy: Proxy, own_server: Server) -> None:
    """When the reply is lost after execution, the caller hears StoreAway and nothing is sent again."""
    proxy.cut = True
    with pytest.raises(StoreAway):
        await far.call("INCR", "{link}n", key=KEY)
    assert await far.call("GET", "{link}n", key=KEY) == b"1"
    assert own_server.admin.get("{link}n") == b"1"


async def test_a_late_reply_reaches_nobody(far: Link, proxy: Proxy) -> None:
    """After a deadline the connection is given up, so its late reply cannot answer another call."""
    await far.call("MSET", "{link}a", "old", "{link}b", "new", key=KEY)
    proxy.hold()
    begun = time.monotonic()
    with pytest.raises(StoreAway, match=r"did not answer within 0\.3 s"):
        await far.call("GET", "{link}a", key=KEY)
    assert time.monotonic() - begun < HANGS_S
    proxy.release()
    assert await far.call("GET", "{link}b", key=KEY) == b"new"


async def test_a_call_that_waits_for_the_connection_keeps_its_deadline(proxy: Proxy) -> None:
    """A server that accepts but does not speak costs no more than the deadline."""
    link = await open_link(proxy.url, deadline_s=0.2)
    proxy.hold()
    begun = time.monotonic()
    with pytest.raises(StoreAway):
        await link.call("PING", key=KEY)
    assert time.monotonic() - begun < HANGS_S
    proxy.release()
    await _until_answered(link)
    await link.close()


async def test_cancelled_callers_do_not_disturb_others(link: Link, workspace: str) -> None:
    """Of a thousand calls cancelled at random moments, none makes another read a wrong reply."""
    dice = random.Random(7)  # noqa: S311  dice, no secret
    key = f"{{{workspace}}}"

    async def echo(number: int) -> bool:
        """Whether the answer is the one asked for."""
        return bool(await link.call("ECHO", f"{number}", key=key) == str(number).encode())

    for _ in range(20):
        calls = [asyncio.create_task(echo(number)) for number in range(100)]
        for call in dice.sample(calls, 50):
            for _ in range(dice.randrange(3)):
                await asyncio.sleep(0)  # lets the loop turn, waits for nothing
            call.cancel()
        done = await asyncio.gather(*calls, return_exceptions=True)
        assert all(answer is True or isinstance(answer, asyncio.CancelledError) for answer in done)
        assert any(answer is True for answer in done)


async def test_a_killed_server_fails_calls_and_comes_back(own_server: Server) -> None:
    """Kill -9 fails what is in flight at once; after the restart the same link works again."""
    link = await open_link(own_server.url)
    await link.call("SET", "{link}k", "kept", key=KEY)
    calls = [asyncio.create_task(link.call("INCR", "{link}n", key=KEY)) for _ in range(100)]
    os.kill(own_server.pid, signal.SIGKILL)
    await own_server.engine.ended()
    begun = time.monotonic()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    with pytest.raises(StoreAway, match="cannot connect"):
        await link.call("PING", key=KEY)
    assert time.monotonic() - begun < HANGS_S
    assert all(isinstance(outcome, int | StoreAway) for outcome in outcomes)
    await own_server.engine.start()
    assert await link.call("GET", "{link}k", key=KEY) == b"kept"
    await link.close()


async def test_closing_fails_what_is_in_flight(own_server: Server) -> None:
    """A call that is under way when the link closes ends with StoreAway, and does not hang."""
    link = await open_link(own_server.url)
    await link.call("PING", key=KEY)
    call = asyncio.create_task(link.call("BLPOP", "{link}none", 0, key=KEY))
    await asyncio.sleep(0)
    await link.close()
    with pytest.raises(StoreAway, match="closing"):
        await call
    with pytest.raises(StoreAway, match="closing"):
        await link.call("PING", key=KEY)


async def test_too_many_calls_are_refused(own_server: Server) -> None:
    """What waits for the store is bounded: more is Busy, at first contact and later."""
    link = await open_link(own_server.url)
    for _ in range(2):
        calls = (link.call("PING", key=KEY) for _ in range(20_005))
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert sum(isinstance(outcome, Busy) for outcome in outcomes) == 5
        assert outcomes.count(b"PONG") == 20_000
    await link.close()


async def test_a_blocking_reader_waits_beside_the_others(link: Link, workspace: str) -> None:
    """A reader waits in the store on its own connection, longer than any deadline, until it is served."""
    feed = f"{{{workspace}}}feed"
    async with link.blocking(feed) as reader:
        wait = asyncio.create_task(reader.call("XREAD", "BLOCK", 0, "STREAMS", feed, "0"))
        assert await link.call("XADD", feed, "1-1", "n", 1, key=feed) == b"1-1"
        assert await wait == [[feed.encode(), [[b"1-1", [b"n", b"1"]]]]]


async def test_a_blocking_reader_outlives_the_deadline(own_server: Server) -> None:
    """The deadline of the link does not hold for a reader that waits."""
    link = await open_link(own_server.url, deadline_s=0.05)
    async with link.blocking(KEY) as reader:
        assert await reader.call("BLPOP", "{link}none", 0.2) is None
    await link.close()


async def test_a_blocking_reader_that_gives_up_can_read_again(link: Link, workspace: str) -> None:
    """Cancelling a wait ends its connection, so the next call is answered at once."""
    key = f"{{{workspace}}}none"
    async with link.blocking(key) as reader:
        await reader.call("PING")
        wait = asyncio.create_task(reader.call("BLPOP", key, 0))
        await asyncio.sleep(0)
        wait.cancel()
        await asyncio.wait([wait])
        assert await reader.call("PING") == b"PONG"


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[Server]:
    """Start a server that asks for a password."""
    server = single(tmp_path, requirepass="s3cret word")
    yield server
    server.stop()


async def test_password_and_database_come_from_the_url(secured: Server) -> None:
    """The URL's password and database are used; a wrong password says so, without telling it."""
    link = await open_link(f"unix://:s3cret%20word@{secured.engine.socket}?db=3")
    await link.call("SET", KEY, 1, key=KEY)
    assert "db=3" in (await link.call("CLIENT", "INFO", key=KEY)).decode()
    await link.close()
    wrong = await open_link(f"unix://:nonsense@{secured.engine.socket}")
    with pytest.raises(StoreAway, match=r"invalid username-password|WRONGPASS") as caught:
        await wrong.call("PING", key=KEY)
    assert "nonsense" not in caught.value.detail
    await wrong.close()


def test_slots_are_those_of_the_cluster_specification() -> None:
    """CRC16 of the hash tag modulo 16384; the specification's own example is 12739 for 123456789."""
    assert slot("123456789") == 0x31C3
    assert slot(b"{ws/h00}tl") == slot("ws/h00")


def test_the_defaults_of_redis_py_are_those_we_know() -> None:
    """Ten retries, a pool of 100, five seconds: an upgrade cannot change them unseen."""
    client = redis.asyncio.Redis()
    assert client.get_retry().get_retries() == 10
    assert client.connection_pool.max_connections == 100
    assert client.connection_pool.make_connection().socket_timeout == 5


def test_uvloop_will_do(server: Server, workspace: str) -> None:
    """The same link runs on uvloop: it hands sockets over as asyncio does."""
    uvloop = pytest.importorskip("uvloop")

    async def work() -> list[object]:
        """Call over all lanes at once."""
        link = await open_link(server.url)
        keys = [f"{{{workspace}/{number}}}" for number in range(50)]
        await asyncio.gather(*(link.call("SET", key, key, key=key) for key in keys))
        read = await asyncio.gather(*(link.call("GET", key, key=key, read=True) for key in keys))
        await link.close()
        return [read, [key.encode() for key in keys]]

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        read, written = runner.run(work())
    assert read == written


async def test_nothing_is_retried_by_redis_py(tmp_path: Path) -> None:
    """Where nobody listens, the call fails with one try, in words."""
    link = await open_link(f"unix://{tmp_path}/nobody")
    with pytest.raises(StoreAway, match=r"cannot connect to .*nobody"):
        await link.call("PING", key=KEY)
    await link.close()
