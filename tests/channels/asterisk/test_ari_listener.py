"""The listener of the REST interface, over real connections to a server that plays what an Asterisk says."""

from __future__ import annotations

import contextlib
import logging

import msgspec
import pytest
from asterisk_manager import Kept, busy
from asterisk_rest import PASSWORD, QUICK, Rest, account, channel, listen, tell, trace

from channels.voice.asterisk import Asterisk
from channels.voice.asterisk_ari_live import AriListener
from router.outside import MOST_BYTES, Internet
from router.ports import Account, Request

CALL = trace("ari_lines")
STARTS, _, UP, AGENT, _, ALONE, TOGETHER, _, LEAVES, ENDS = CALL
HOOK = Account("voice", "asterisk", "main")
WHOLE = [
    event.id
    for event in Asterisk().parse(Request("POST", "https://a.example/", {}, b"\n".join(CALL)), HOOK, 0)
]
CREATED = STARTS.replace(b"StasisStart", b"ChannelCreated")


async def test_a_call_is_heard_as_it_is_read() -> None:
    """The events are those of the hook, and so is what is kept of them."""
    async with listen() as (rest, kept):
        await tell(rest, *CALL)
        assert await kept.until(len(WHOLE)) == WHOLE
        again = Asterisk().parse(Request("POST", "https://a.example/", {}, b"".join(kept.raws)), HOOK, 0)
        assert list(again) == kept.events


async def test_it_asks_for_everything_and_brings_the_password_by_header() -> None:
    """The address names the application and nobody; an address may end with the path of the interface."""
    rest, kept, internet = Rest(), Kept(), Internet()
    await rest.start()
    url = f"http://127.0.0.1:{rest.port}/ari/"
    listener = AriListener(account(rest.port, ari_url=url, ari_app="a/b c"), internet, pace=QUICK)
    await listener.start(kept)
    await rest.sockets.get()
    assert rest.asked[0] == "/ari/events?app=a%2Fb%20c&subscribeAll=true"
    assert all(PASSWORD not in asked for asked in rest.asked)
    await listener.stop()
    await internet.close()
    await rest.stop()


async def test_a_call_that_is_created_has_begun() -> None:
    """Calls that no application is asked about are heard too; what an application says of them is no news."""
    async with listen() as (rest, kept):
        await tell(rest, CREATED, STARTS, CREATED, ENDS)
        ids = await kept.until(2)
        assert ids == [f"{channel(STARTS)['id']}:Newchannel", WHOLE[-1]]
        assert kept.events[0].customer is not None


async def test_pretty_events_are_kept_on_one_line() -> None:
    """So that what is kept can be read again, one a line."""
    async with listen() as (rest, kept):
        await tell(rest, msgspec.json.format(STARTS, indent=4).replace(b"\n", b"\r\n"), ENDS)
        assert await kept.until(2) == [WHOLE[0], WHOLE[-1]]
        assert b"".join(kept.raws).count(b"\n") == 2


async def test_a_cut_connection_is_made_again() -> None:
    """What is known stays known, and what is still there is told of once."""
    async with listen() as (rest, kept):
        await tell(rest, STARTS, UP)
        await kept.until(2)
        rest.there(STARTS, AGENT)
        for _ in range(2):
            rest.cut()
            await tell(rest)
        rest.cut()
        await tell(rest, AGENT, TOGETHER, LEAVES, ENDS)
        assert await kept.until(len(WHOLE)) == WHOLE


async def test_a_restart_of_asterisk_is_no_end_of_ours() -> None:
    """It says good-bye; we come again."""
    async with listen() as (rest, kept):
        await rest.close(await rest.sockets.get())
        await tell(rest, *CALL)
        assert await kept.until(len(WHOLE)) == WHOLE


async def test_who_hung_up_meanwhile_is_gone() -> None:
    """A call that is not there after the gap ended in it; to hear its end after all tells nothing new."""
    async with listen() as (rest, kept):
        await tell(rest, STARTS)
        await kept.until(1)
        rest.cut()
        await tell(rest, ENDS)
        ids = await kept.until(3)
        assert ids[1] == ids[2] == WHOLE[-1]
        ended = kept.events[1]
        assert (ended.status, ended.occurred_at, ended.attrs["missed_by_us"]) == ("ended", None, True)
        assert ended.customer == kept.events[0].customer


async def test_who_was_answered_meanwhile_is_known() -> None:
    """A call that is in a bridge with somebody after the gap was answered, once however often we come."""
    async with listen() as (rest, kept):
        await tell(rest, STARTS, AGENT)
        await kept.until(1)
        rest.there(STARTS, AGENT)
        alone, together = (msgspec.json.decode(each)["bridge"] for each in (ALONE, TOGETHER))
        rest.lists["bridges"] = msgspec.json.encode([alone, together, {"channels": 7}, None])
        for _ in range(2):
            rest.cut()
            await tell(rest)
        rest.cut()
        await tell(rest, ENDS)
        await kept.until(3)
        answer = kept.events[1]
        assert answer.id == WHOLE[2]
        assert (answer.status, answer.agent, answer.author) == ("answered", "104", "agent")
        assert [event.id for event in kept.events] == [WHOLE[0], WHOLE[2], WHOLE[-1]]


async def test_who_is_there_already_is_told_of() -> None:
    """A call that began before we came has a beginning: that in its id."""
    async with listen() as (rest, kept):
        await tell(rest)
        rest.there(STARTS)
        rest.cut()
        await tell(rest, STARTS, ENDS)
        assert await kept.until(2) == [f"{channel(STARTS)['id']}:Newchannel", WHOLE[-1]]
        assert kept.events[0].occurred_at is not None
        assert kept.events[0].occurred_at.timestamp() == 1_772_445_600


@pytest.mark.parametrize("body", [b"", b"[", b"null", b"7", b'{"a":1}', b'[17,{},{"id":7},[]]', b"\xff"])
@pytest.mark.parametrize("name", ["channels", "bridges"])
async def test_lists_of_anything_do_no_harm(name: str, body: bytes) -> None:
    """What cannot be read is not known; calls are heard all the same."""
    async with listen(lists={"channels": b"[]", "bridges": b"[]"} | {name: body}) as (rest, kept):
        await tell(rest, *CALL)
        assert await kept.until(len(WHOLE)) == WHOLE


async def test_too_many_channels_end_no_call() -> None:
    """A list that is longer than we read says nothing of who is gone."""
    async with listen() as (rest, kept):
        await tell(rest, STARTS)
        await kept.until(1)
        rest.lists["channels"] = msgspec.json.encode([{"id": "x" * MOST_BYTES}, channel(STARTS)])
        rest.cut()
        await tell(rest, ENDS)
        assert await kept.until(2) == [WHOLE[0], WHOLE[-1]]
        assert kept.events[1].attrs.get("missed_by_us") is None


@pytest.mark.parametrize(
    "junk",
    ["", "nonsense", "[]", "null", "17", "{}", '{"type":7}', '{"type":"StasisStart"}', "[" * 10_000,
     '{"type":"StasisStart","channel":[{}]}', '{"type":"ChannelEnteredBridge","bridge":7}',
     '{"type":"ChannelCreated"}', '{"type":"Dial","peer":"x","caller":[]}', '{"type":"\\ud83d"}'],
)  # fmt: skip
async def test_junk_between_events_does_no_harm(junk: str) -> None:
    """It is left out, and the connection goes on."""
    async with listen() as (rest, kept):
        socket = await rest.sockets.get()
        for event in CALL:
            await socket.send_str(junk)
            await socket.send_bytes(junk.encode())
            await socket.send_str(event.decode())
        assert await kept.until(len(WHOLE)) == WHOLE
        assert len([asked for asked in rest.asked if "events" in asked]) == 1


async def test_a_huge_event_costs_its_connection_only() -> None:
    """One that is larger than any event ends the connection; the next one is heard."""
    async with listen() as (rest, kept):
        socket = await rest.sockets.get()
        await socket.send_str(STARTS.decode())
        await kept.until(1)
        rest.there(STARTS)
        with contextlib.suppress(ConnectionError):
            await socket.send_bytes(b" " * (MOST_BYTES + 1))
        await tell(rest, *CALL[1:])
        assert await kept.until(len(WHOLE)) == WHOLE


async def test_a_wrong_password_is_told_of_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    """Refused again and again, let in once the password is right; no log line holds it."""
    caplog.set_level(logging.INFO)
    async with listen(password="another") as (rest, kept):
        for _ in range(3):
            await rest.met.acquire()
        rest.password = PASSWORD
        await tell(rest, *CALL)
        assert await kept.until(len(WHOLE)) == WHOLE
    assert "does not let us in" in caplog.text
    assert PASSWORD not in caplog.text


async def test_another_under_our_name_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    """Two that take the name from each other would go on for ever: we wait as if refused."""
    async with listen() as (rest, kept):
        await tell(rest, b'{"type":"ApplicationReplaced","application":"router"}')
        await tell(rest, *CALL)
        assert await kept.until(len(WHOLE)) == WHOLE
    assert "another program listens under the name 'router'" in caplog.text


async def test_it_begins_before_asterisk_does() -> None:
    """Nobody there: it starts all the same, and hears once there is somebody."""
    rest, kept, internet = Rest(), Kept(), Internet()
    await rest.start()
    await rest.stop()
    listener = AriListener(account(rest.port), internet, pace=QUICK)
    await listener.start(kept)
    await rest.start()
    await tell(rest, *CALL)
    assert await kept.until(len(WHOLE)) == WHOLE
    await listener.stop()
    await listener.stop()
    await internet.close()
    await rest.stop()


async def test_it_may_begin_again() -> None:
    """Who lost the lease and has it again hears on, and still knows the calls."""
    rest, kept, internet = Rest(), Kept(), Internet()
    await rest.start()
    listener = AriListener(account(rest.port), internet, pace=QUICK)
    await listener.start(kept)
    await tell(rest, STARTS)
    await kept.until(1)
    await listener.stop()
    rest.there(STARTS, AGENT)
    await listener.start(kept)
    await tell(rest, *CALL[1:])
    assert await kept.until(len(WHOLE)) == WHOLE
    await listener.stop()
    await internet.close()
    await rest.stop()


async def test_a_busy_sink_loses_nothing_and_changes_no_order() -> None:
    """Refused for now, the same events come again, and those behind them wait."""
    async with listen(buffer=2) as (rest, kept):
        kept.failures = [*busy(2), OSError("the disk is full")]
        await tell(rest, *CALL)
        assert await kept.until(len(WHOLE)) == WHOLE


async def test_a_full_buffer_holds_back_and_loses_nothing() -> None:
    """While the sink takes nothing, no more is read than fits; then all of it comes."""
    async with listen(buffer=3) as (rest, kept):
        kept.open.clear()
        own = [event.replace(b"1772445600.41", b"177244%04d.41" % n) for n in range(300) for event in CALL]
        await tell(rest, *own[:1000])
        kept.open.set()
        await tell_more(rest, own[1000:])
        assert len(set(await kept.until(300 * len(WHOLE)))) == 300 * len(WHOLE)


async def tell_more(rest: Rest, events: list[bytes]) -> None:
    """Tell events to who is there already."""
    [socket] = rest.open
    for event in events:
        await socket.send_str(event.decode())
