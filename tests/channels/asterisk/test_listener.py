"""The listener, over real connections to a server that plays what an Asterisk says."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import captured
import pytest
from asterisk_manager import SECRET, Kept, Manager, busy, trace

from channels.registry import LISTENERS
from channels.voice.asterisk import Asterisk
from channels.voice.asterisk_ami import AmiListener
from channels.voice.asterisk_hearing import Pace
from channels.voice.asterisk_live import AsteriskLive
from router.errors import ConfigInvalid
from router.outside import Internet
from router.ports import Account, Request

CALL = trace("queue_call")
ACCOUNT = Account("voice", "asterisk", "main", secret=SECRET)
WHOLE = [event.id for event in Asterisk().parse(Request("POST", "https://a.example/", {}, CALL), ACCOUNT, 0)]
HERE = (
    trace("what_is_there")
    .partition(b"Event: QueueParams")[0]
    .partition(b"Event: CoreShowChannelsComplete")[0]
)
QUEUE = b"Event: QueueParams" + trace("what_is_there").partition(b"Event: QueueParams")[2]
Listen = Callable[..., Any]


async def test_a_call_is_heard_as_it_is_read(listen: Listen) -> None:
    """The events of the stream are those of the same text in one piece, and so is what is kept of it."""
    async with listen() as (manager, kept):
        (await manager.sessions.get()).write(CALL)
        assert await kept.until(len(WHOLE)) == WHOLE
        again = Asterisk().parse(Request("POST", "https://a.example/", {}, b"".join(kept.raws)), ACCOUNT, 0)
        assert list(again) == kept.events


async def test_chunks_may_end_anywhere(listen: Listen) -> None:
    """Byte by byte, the same events."""
    async with listen() as (manager, kept):
        writer = await manager.sessions.get()
        for at in range(len(CALL)):
            writer.write(CALL[at : at + 1])
            await writer.drain()
        assert await kept.until(len(WHOLE)) == WHOLE


async def test_it_logs_in_by_challenge_and_asks_for_what_matters(listen: Listen) -> None:
    """The password never travels; classes and filter are those of the account."""
    async with listen(events="call,agent", filter="Event: (Hangup|Cdr)") as (manager, _):
        await manager.sessions.get()
        [login], [chosen] = manager.named("Login"), manager.named("Filter")
        assert (login.fields["authtype"], login.fields["events"]) == ("MD5", "call,agent")
        assert (chosen.fields["operation"], chosen.fields["filter"]) == ("Add", "Event: (Hangup|Cdr)")
        assert all(SECRET.encode() not in action.raw for action in manager.actions)


async def test_a_cut_connection_is_made_again(listen: Listen) -> None:
    """Cut in the middle of an event, that one is lost, the next ones are heard; what is known stays known."""
    cut = CALL.index(b"Event: AgentConnect") + 40
    async with listen() as (manager, kept):
        writer = await manager.sessions.get()
        manager.channels = HERE
        writer.write(CALL[:cut])
        await kept.until(6)
        manager.cut()
        (await manager.sessions.get()).write(CALL[CALL.index(b"Event: AgentComplete") :])
        ids = await kept.until(len(WHOLE) - 1)
        assert ids == [name for name in WHOLE if "AgentConnect" not in name]


async def test_who_hung_up_meanwhile_is_gone(listen: Listen) -> None:
    """A call that is not there after the gap ended in it; its end is that of the hang-up."""
    async with listen() as (manager, kept):
        (await manager.sessions.get()).write(CALL[: CALL.index(b"Event: AgentConnect")])
        await kept.until(6)
        manager.cut()
        assert (await kept.until(7))[-1] == WHOLE[-1]
        assert (kept.events[-1].status, kept.events[-1].occurred_at) == ("ended", None)
        assert kept.events[-1].customer == kept.events[0].customer


async def test_who_was_answered_meanwhile_is_known(listen: Listen) -> None:
    """A call that talks to a leg after the gap was answered by that agent, once however often we come."""
    leg = (
        b"Event: CoreShowChannel\r\nChannel: PJSIP/102-00000023\r\nUniqueid: 1772445612.43\r\n"
        b"Linkedid: 1772445600.41\r\nBridgeId: 6f1d\r\nApplication: AppQueue\r\n\r\n"
    )
    async with listen() as (manager, kept):
        writer = await manager.sessions.get()
        writer.write(CALL[: CALL.index(b"Event: AgentConnect")])
        await kept.until(6)
        manager.channels = leg + HERE
        for _ in range(2):
            manager.cut()
            writer = await manager.sessions.get()
        writer.write(CALL[CALL.index(b"Event: AgentComplete") :])
        await kept.until(9)
        answer, *ends = kept.events[6:]
        assert (answer.status, answer.agent, answer.call and answer.call.leg) == (
            "answered", "102", "1772445612.43",
        )  # fmt: skip
        assert [event.id for event in ends] == WHOLE[-2:]


async def test_who_waits_already_is_told_of_once(listen: Listen) -> None:
    """Callers in a queue when we come have a beginning; a second connection tells nothing new."""
    async with listen(manager={"channels": HERE, "queues": QUEUE}) as (manager, kept):
        await manager.sessions.get()
        assert await kept.until(2) == WHOLE[:2]
        manager.cut()
        await manager.sessions.get()
        manager.cut()
        (await manager.sessions.get()).write(CALL[CALL.index(b"Event: AgentConnect") :])
        assert await kept.until(5) == WHOLE[:2] + WHOLE[6:]


async def test_a_busy_sink_loses_nothing_and_changes_no_order(listen: Listen) -> None:
    """Refused for now, the same events come again, and those behind them wait."""
    async with listen(buffer=2) as (manager, kept):
        kept.failures = [*busy(2), OSError("the disk is full")]
        (await manager.sessions.get()).write(CALL)
        assert await kept.until(len(WHOLE)) == WHOLE


async def test_a_full_buffer_holds_the_connection_back(listen: Listen) -> None:
    """While the sink takes nothing, no more is read than fits; then all of it comes."""
    count, noise = 300, b"Event: VarSet\r\nValue: " + b"x" * 60_000 + b"\r\n\r\n"
    calls = [CALL.replace(b"1772445600.41", b"1772440000.%d" % n) + noise for n in range(count)]
    async with listen(buffer=5, pace=Pace(ping_s=60)) as (manager, kept):
        kept.open.clear()
        writer = await manager.sessions.get()
        writer.write(b"".join(calls))
        async with kept.posted:
            await kept.posted.wait()
        assert writer.transport.get_write_buffer_size() > 0
        kept.open.set()
        assert len(set(await kept.until(count * len(WHOLE)))) == count * len(WHOLE)
        assert writer.transport.get_write_buffer_size() == 0


async def test_what_is_refused_for_good_holds_up_nothing(
    listen: Listen, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of the sink is told of, and the events after it are kept."""
    async with listen() as (manager, kept):
        kept.failures = [RuntimeError("a mistake of ours")]
        writer = await manager.sessions.get()
        writer.write(CALL)
        while not any("could not be kept" in record.message for record in caplog.records):
            async with kept.posted:
                await kept.posted.wait()
        writer.write(CALL.replace(b".41", b".77"))
        assert (await kept.until(1))[-1].startswith("1772445600.77")


async def test_a_wrong_password_is_told_of_and_tried_again(
    listen: Listen, caplog: pytest.LogCaptureFixture
) -> None:
    """Refused again and again, let in once the password is right; no log line holds it."""
    caplog.set_level(logging.INFO)
    async with listen(manager={"secret": "another"}) as (manager, kept):
        for _ in range(3):
            await manager.met.acquire()
        manager.secret = SECRET
        (await manager.sessions.get()).write(CALL)
        assert await kept.until(len(WHOLE)) == WHOLE
    assert "does not let us in: Authentication failed" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    "garbage",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff" * 70_000, b"\r\n\r\n", b"Event: Hangup\r\n\r\n", b"\0\n"],
    ids=["http", "long", "empty", "no-banner", "nul"],
)
async def test_what_is_no_asterisk_is_left_and_tried_again(listen: Listen, garbage: bytes) -> None:
    """Whatever answers there, nothing is made of it; once it is Asterisk, it is heard."""
    async with listen(manager={"banner": garbage}) as (manager, kept):
        for _ in range(3):
            await manager.met.acquire()
        assert kept.events == []
        manager.banner = b"Asterisk Call Manager/5.0.2\r\n"
        (await manager.sessions.get()).write(CALL)
        assert await kept.until(len(WHOLE)) == WHOLE


async def test_garbage_later_on_ends_only_that_connection(listen: Listen) -> None:
    """A line without an end is no event: the connection is made anew, what came before it is kept."""
    async with listen() as (manager, kept):
        writer = await manager.sessions.get()
        manager.channels = HERE
        half = CALL.index(b"Event: AgentConnect")
        writer.write(CALL[:half] + b"\r\nnonsense\r\n\r\n" + b"x" * 100_000)
        (await manager.sessions.get()).write(CALL[half:])
        assert await kept.until(len(WHOLE)) == WHOLE


async def test_silence_is_asked_about(listen: Listen) -> None:
    """A connection that is silent is pinged, and kept while it answers."""
    async with listen(pace=Pace(login_s=5, ping_s=0.02, again_s=0.01)) as (manager, kept):
        writer = await manager.sessions.get()
        for _ in range(3):
            await manager.pinged.acquire()
        writer.write(CALL)
        assert await kept.until(len(WHOLE)) == WHOLE
        assert len(manager.named("Login")) == 1


async def test_a_dead_connection_is_made_again(listen: Listen) -> None:
    """Where no answer comes to a ping there is nobody: it connects anew."""
    async with listen(pace=Pace(login_s=5, ping_s=0.02, again_s=0.01), manager={"pongs": False}) as (
        manager,
        kept,
    ):
        await manager.sessions.get()
        (await manager.sessions.get()).write(CALL)
        assert await kept.until(len(WHOLE)) == WHOLE


async def test_it_begins_before_asterisk_does() -> None:
    """Nobody there: it starts all the same, and hears once there is somebody."""
    manager, kept = Manager(), Kept()
    await manager.start()
    await manager.stop()
    settings = {"host": "127.0.0.1", "port": manager.port, "username": "router"}
    listener = AmiListener(
        Account("voice", "asterisk", "main", secret=SECRET, settings=settings),
        pace=Pace(login_s=5, again_s=0.001, most_s=0.01),
    )
    await listener.start(kept)
    await manager.start()
    (await manager.sessions.get()).write(CALL)
    assert await kept.until(len(WHOLE)) == WHOLE
    await listener.stop()
    await listener.stop()
    await manager.stop()


async def test_stop_keeps_what_was_heard(listen: Listen) -> None:
    """What waits for the sink is still handed on."""
    async with listen() as (manager, kept):
        kept.open.clear()
        (await manager.sessions.get()).write(CALL)
        async with kept.posted:
            await kept.posted.wait()
    assert kept.events
    assert [event.id for event in kept.events] == WHOLE[: len(kept.events)]


def test_an_account_without_a_host_has_no_listener() -> None:
    """Its events come to its hook; with one it has."""
    make = LISTENERS["voice", "asterisk"]
    assert make(ACCOUNT, Internet()) is None
    settings = {"host": "pbx.example", "username": "router"}
    named = Account("voice", "asterisk", "a", secret="s", settings=settings)
    assert isinstance(make(named, Internet()), AmiListener)


@pytest.mark.parametrize(
    "wrong",
    [
        {"port": 0}, {"port": "many"}, {"tls": "perhaps"}, {"username": ""}, {"username": None}, {"host": ""},
        {"events": "call\r\nAction: Originate"}, {"filter": "a\nb"}, {"host": ["a"]},
        {"tls_ca": "/none.pem"}, {"tls_ca": __file__},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_setting_is_refused_at_the_start(wrong: dict[str, Any]) -> None:
    """The error names the account; a line end cannot smuggle an action in."""
    settings = {"host": "pbx.example", "username": "router"} | wrong
    with pytest.raises(ConfigInvalid) as refusal:
        AsteriskLive.of(Account("voice", "asterisk", "main", secret="s", settings=settings), Internet())
    assert "channels.voice.asterisk.main" in refusal.value.detail


def test_a_listener_needs_a_password() -> None:
    """No secret, no listener."""
    with pytest.raises(ConfigInvalid, match="secret"):
        AsteriskLive.of(
            Account("voice", "asterisk", "main", settings={"host": "a", "username": "b"}), Internet()
        )


def test_every_sample_is_heard_as_it_is_read() -> None:
    """Samples are streams of one interface or the other, none of them both."""
    streams = [each for each in captured.samples("asterisk") if not each["name"].startswith("ari")]
    assert all("Event: " in each["body"] for each in streams)
