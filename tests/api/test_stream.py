"""Server-sent events and the desk's WebSocket: what they say, and that they leave nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import time

import aiohttp
import pytest
from aiohttp import WSMsgType
from parts import ADAPTER, ADMIN, AGENT, SHUTDOWN_S, Parts

from router.api import auth, desk, stream
from router.api.stream import reached, topics, written
from router.errors import StoreAway

JSON = {"Content-Type": "application/json"}


async def block(answer: aiohttp.ClientResponse) -> list[str]:
    """Read one event of a stream, as its lines."""
    lines = []
    async with asyncio.timeout(5):
        while (line := (await answer.content.readline()).decode()) != "\n":
            assert line, "the stream ended"
            lines.append(line.rstrip("\n"))
    return lines


async def test_a_stream_says_what_changes(client: aiohttp.ClientSession, parts: Parts) -> None:
    """First when to come back, then each message with its number, topic and facts, in order."""
    async with client.get("/v1/stream?topics=item,%20depth&since=1-0") as answer:
        assert answer.status == 200
        assert answer.content_type == "text/event-stream"
        assert answer.headers["X-Accel-Buffering"] == "no"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Request-Id"]
        (retry,) = await block(answer)
        assert 1000 <= int(retry.removeprefix("retry: ")) < 3000
        parts.push.put("item", b'{"id":"itm_1"}', None)
        parts.push.put("depth", b'{"queue":"support"}', "1-7")
        assert await block(answer) == ["event: item", 'data: {"id":"itm_1"}']
        assert await block(answer) == ["id: 1-7", "event: depth", 'data: {"queue":"support"}']
    assert parts.push.subscribed == [(frozenset({"item", "depth"}), "1-0", None)]


async def test_a_stream_goes_on_where_it_was(client: aiohttp.ClientSession, parts: Parts) -> None:
    """``Last-Event-ID`` wins over the address, which still says where the first connection began."""
    async with client.get("/v1/stream?since=1-0", headers={"Last-Event-ID": "1-9"}) as answer:
        await block(answer)
    assert parts.push.subscribed == [(None, "1-9", None)]


async def test_an_agents_stream_is_for_that_agent(parts: Parts) -> None:
    """The flow is told whose key it is, so that it holds back the offers of others."""
    async with (
        aiohttp.ClientSession(parts.url, headers={"Authorization": f"Bearer {AGENT}"}) as client,
        client.get("/v1/stream") as answer,
    ):
        await block(answer)
    assert parts.push.subscribed == [(None, None, "ada")]


async def test_a_silent_stream_shows_that_it_lives(
    client: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A comment goes out when nothing else does."""
    monkeypatch.setattr(stream, "BEAT_S", 0.01)
    async with client.get("/v1/stream") as answer:
        await block(answer)
        assert await block(answer) == [": here"]


async def test_a_client_that_goes_leaves_nothing(
    client: aiohttp.ClientSession, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred streams opened and closed: no subscription, task or place is left."""
    monkeypatch.setattr(stream, "LOOK_S", 0.01)
    before = len(asyncio.all_tasks())
    answers = [await client.get("/v1/stream") for _ in range(100)]
    await parts.push.until(100)
    for answer in answers:
        answer.close()
    async with asyncio.timeout(5):
        await parts.push.until(0)
        while len(asyncio.all_tasks()) > before:  # noqa: ASYNC110 - the loop itself is what is asked
            await asyncio.sleep(0)


async def test_streams_have_a_bound(
    client: aiohttp.ClientSession, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more than there are places is told to come later; a place that is free again is given."""
    monkeypatch.setattr(stream, "MOST", 1)
    monkeypatch.setattr(stream, "LOOK_S", 0.01)
    first = await client.get("/v1/stream")
    async with client.get("/v1/stream") as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    first.close()
    await parts.push.until(0)
    async with client.get("/v1/stream") as answer:
        assert answer.status == 200


async def test_the_end_of_the_server_is_said() -> None:
    """Fifty streams, a desk and a waiting agent: all are told and gone within a second."""
    served = Parts()
    runner = await served.start()
    headers = {"Authorization": f"Bearer {ADMIN}"}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(served.url, headers=headers, connector=connector) as client:
        streams = [await client.get("/v1/stream") for _ in range(50)]
        socket = await client.ws_connect("/v1/ws/desk?agent=ada")
        waiting = asyncio.ensure_future(client.get("/v1/agents/ada/offers?wait=30"))
        await served.push.until(51)
        while ("offers", "ada", 30.0) not in served.serve.calls:  # noqa: ASYNC110 - it is there within a tick or two
            await asyncio.sleep(0)
        started = time.monotonic()
        closing = asyncio.ensure_future(runner.cleanup())
        for answer in streams:
            await block(answer)
            bye = await block(answer)
            assert (bye[0], bye[2]) == ("event: bye", "data: {}")
            assert bye[1].startswith("retry: ")
        assert (await socket.receive()).type is WSMsgType.CLOSE
        assert socket.close_code == aiohttp.WSCloseCode.GOING_AWAY
        async with await waiting as answer:
            assert await answer.json() == {"offers": []}
        await closing
        assert time.monotonic() - started < SHUTDOWN_S / 2  # nothing is waited for
        assert served.push.waiting == []


def test_a_message_of_several_lines_is_one_event() -> None:
    """Line breaks in the facts do not end the event."""

    class Told:
        id, topic, body = "1-1", "reset", b'{\r\n"a": 1\n}'

    assert written(Told()) == b'id: 1-1\nevent: reset\ndata: {\ndata: "a": 1\ndata: }\n\n'


@pytest.mark.parametrize(
    "strange", ["garbage", "1", "-", "+", "$", "1-1-1", "1-1\n", "18446744073709551616-1", "\u0661-1"]
)
def test_a_number_that_is_none_begins_anew(strange: str) -> None:
    """What no feed ever counted is before everything: the client gets a snapshot, the store no nonsense."""
    assert reached(strange) == "0-0"
    assert (reached(None), reached("12-345")) == (None, "12-345")


def test_topics_are_names_divided_by_commas() -> None:
    """None, or nothing but commas, is all topics."""
    assert topics(None) is topics("") is topics(" , ") is None
    assert topics("a, b,,a") == {"a", "b"}


async def test_a_feed_that_breaks_ends_the_stream(client: aiohttp.ClientSession, parts: Parts) -> None:
    """The stream closes, so that the client comes again; no half of a problem is written into it."""
    for error in (StoreAway(), ValueError("odd")):
        async with client.get("/v1/stream") as answer:
            await block(answer)
            parts.push.put("item", b"{}")
            await block(answer)
            parts.push.fail(error)
            assert await answer.content.read() == b""
    await parts.push.until(0)


# -- tickets ------------------------------------------------------------------------------------------


async def test_a_ticket_is_good_once(client: aiohttp.ClientSession, parts: Parts) -> None:
    """It opens one stream without a header, as who asked for it; the second time it is nothing."""
    async with client.post("/v1/stream/ticket") as answer:
        made = await answer.json()
        assert (answer.status, made["expires_in_s"]) == (201, 30)
    statuses = []
    async with aiohttp.ClientSession(parts.url) as stranger:
        for path in ("/v1/stream", "/v1/stream", "/v1/ws/desk"):
            async with stranger.get(path, params={"ticket": made["ticket"]}) as answer:
                statuses.append(answer.status)
    assert statuses == [200, 401, 401]


async def test_a_ticket_runs_out(
    client: aiohttp.ClientSession, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After its time it opens nothing, and it is forgotten."""
    monkeypatch.setattr(auth, "TICKET_S", 0.0)
    async with client.post("/v1/stream/ticket") as answer:
        made = await answer.json()
    async with (
        aiohttp.ClientSession(parts.url) as stranger,
        stranger.get("/v1/stream", params={"ticket": made["ticket"]}) as answer,
    ):
        assert answer.status == 401


async def test_a_ticket_opens_streams_only(client: aiohttp.ClientSession, parts: Parts) -> None:
    """Where a header can be sent a ticket is nothing, and is not spent."""
    async with client.post("/v1/stream/ticket") as answer:
        ticket = (await answer.json())["ticket"]
    async with aiohttp.ClientSession(parts.url) as stranger:
        for path in ("/v1/keys", "/v1/queues", "/v1/items/x"):
            async with stranger.get(path, params={"ticket": ticket}) as answer:
                assert answer.status == 401
        async with stranger.get("/v1/stream", params={"ticket": ticket}) as answer:
            assert answer.status == 200


# -- the desk -----------------------------------------------------------------------------------------


async def test_a_desk_hears_what_concerns_its_agent(parts: Parts) -> None:
    """Offers and items as the flow gives them, the agent's own state, nobody else's."""
    async with (
        aiohttp.ClientSession(parts.url, headers={"Authorization": f"Bearer {AGENT}"}) as client,
        client.ws_connect("/v1/ws/desk?since=1-3") as socket,
    ):
        await parts.push.until(1)
        parts.push.put("agent", b'{"id":"bob","state":"away"}', "1-4")
        parts.push.put("offer", b'{"id":"off_1","agent":"ada"}', None)
        parts.push.put("agent", b'{"id":"ada","state":"away"}', "1-5")
        first = await socket.receive_json(timeout=5)
        second = await socket.receive_json(timeout=5)
    assert first == {"id": None, "topic": "offer", "data": {"id": "off_1", "agent": "ada"}}
    assert second == {"id": "1-5", "topic": "agent", "data": {"id": "ada", "state": "away"}}
    assert parts.push.subscribed == [(frozenset({"offer", "item", "agent"}), "1-3", "ada")]


async def test_an_open_desk_is_presence(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening begins it, every while extends it, closing leaves it to run out."""
    monkeypatch.setattr(desk, "TOUCHES", 3000)
    async with aiohttp.ClientSession(parts.url, headers={"Authorization": f"Bearer {AGENT}"}) as client:
        async with client.ws_connect("/v1/ws/desk"):
            for _ in range(3):
                parts.serve.touched.clear()
                await asyncio.wait_for(parts.serve.touched.wait(), 5)
        await parts.push.until(0)
    assert parts.serve.calls[0] == ("touch", "ada", True)
    assert set(parts.serve.calls[1:]) == {("touch", "ada", False)}


async def test_what_a_desk_sends_is_bounded(parts: Parts) -> None:
    """Words are not read; a frame too large ends the connection, not the server."""
    async with (
        aiohttp.ClientSession(parts.url, headers={"Authorization": f"Bearer {ADMIN}"}) as client,
        client.ws_connect("/v1/ws/desk?agent=ada") as socket,
    ):
        await socket.send_str("hello")
        await socket.send_bytes(b"\xff")
        await parts.push.until(1)
        parts.push.put("item", b"{}")
        assert (await socket.receive_json(timeout=5))["topic"] == "item"
        with contextlib.suppress(ConnectionError):
            await socket.send_str("x" * 10_000)
        assert (await socket.receive(timeout=5)).type in {WSMsgType.CLOSE, WSMsgType.CLOSED}
    await parts.push.until(0)


async def test_a_desk_is_for_agents(parts: Parts) -> None:
    """An adapter has no desk; a supervisor names whose; without an upgrade it is refused."""
    for secret, path, status in (
        (ADAPTER, "/v1/ws/desk", 403),
        (ADMIN, "/v1/ws/desk", 422),
        (ADMIN, "/v1/ws/desk?agent=ada", 400),
    ):
        headers = {"Authorization": f"Bearer {secret}"}
        async with aiohttp.ClientSession(parts.url, headers=headers) as client, client.get(path) as answer:
            assert answer.status == status
            assert answer.content_type == "application/problem+json"
