"""Which way a call goes, whose it is, and who the agent is."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.fit import clean
from channels.voice.asterisk_calls import MOST_CALLS, MOST_LEGS, Calls
from channels.voice.asterisk_ends import Pbx
from channels.voice.asterisk_trace import _READERS, Trace
from router.model.event import Event
from router.ports import Account


def pbx(**settings: Any) -> Pbx:
    """Give a telephone system with settings."""
    return Pbx.of(Account("voice", "asterisk", "main", settings=settings))


def fields(caller: str, dialled: str, context: str = "from-trunk", **more: str) -> dict[str, str]:
    """Give the first channel of a call."""
    named = {"calleridnum": caller, "exten": dialled, "context": context}
    return {"event": "Newchannel", "uniqueid": "1.1", "linkedid": "1.1", "channel": "SIP/x-1"} | named | more


@pytest.mark.parametrize(
    ("caller", "dialled", "context", "direction", "customer", "ours"),
    [
        ("+441632960111", "600", "from-trunk", "in", "+441632960111", "600"),
        ("+441632960111", "+441632960500", "from-trunk", "in", "+441632960111", "+441632960500"),
        ("<unknown>", "s", "from-pstn", "in", None, "s"),
        ("anonymous", "600", "from-trunk", "in", None, "600"),
        ("", "600", "from-trunk", "in", None, "600"),
        ("101", "+441632960111", "phones", "out", "+441632960111", "101"),
        ("ada", "+441632960111", "phones", "out", "+441632960111", "ada"),
        ("+441632960500", "+441632960111", "from-internal", "out", "+441632960111", "+441632960500"),
        ("+441632960500", "+441632960111", "from-internal-xfer", "out", "+441632960111", "+441632960500"),
        ("101", "102", "phones", None, None, None),
        ("101", "*98", "from-internal", None, None, None),
        ("<unknown>", "", "default", None, None, None),
        ("+441632960111", "102", "from-internal", None, None, None),
    ],
)
def test_the_first_channel_tells_the_way(  # noqa: PLR0913, PLR0917 - a row of a table
    caller: str, dialled: str, context: str, direction: str | None, customer: str | None, ours: str | None
) -> None:
    """Ours where its context or its caller is; nothing where it stays in the house."""
    found = pbx().ends(fields(caller, dialled, context))
    assert (found.direction, found.customer and found.customer.value, found.ours) == (
        direction,
        customer,
        ours,
    )


def test_the_contexts_of_our_telephones_can_be_named() -> None:
    """As a list or in one line; they take the place of the usual one."""
    for setting in (["phones", "desks"], "phones, desks"):
        named = pbx(internal_contexts=setting)
        assert named.ends(fields("+441632960500", "+441632960111", "desks")).direction == "out"
        assert named.ends(fields("+441632960500", "+441632960111", "from-internal")).direction == "in"


@pytest.mark.parametrize(
    ("region", "written", "meant"),
    [
        ("GB", "01632960111", "+441632960111"), ("gb", "00441632960111", "+441632960111"),
        ("GB", "441632960111", "+441632960111"), ("DE", "030 5555 0100", "+493055550100"),
        ("GB", "+441632960111", "+441632960111"), (None, "01632960111", "01632960111"),
        ("GB", "384387", "384387"), ("XX", "01632960111", "01632960111"),
        ("US", "4155550100", "+14155550100"),
    ],
)  # fmt: skip
def test_a_national_number_becomes_international(region: str | None, written: str, meant: str) -> None:
    """Only where the account says which nation; a short number stays what it is."""
    party = pbx(**({"region": region} if region else {})).party(written)
    assert party is not None
    assert party.value == meant


@pytest.mark.parametrize(
    ("channel", "member", "agent"),
    [
        ("PJSIP/101", "Ben", "101"), ("PJSIP/101-0000002a", None, "101"), ("Agent/1001", None, "1001"),
        ("Local/102@from-queue/n", None, "102"), ("Local/102@from-queue-0000002a;1", None, "102"),
        ("SIP/front-desk", None, "front-desk"), ("PJSIP/103", "Eve", "eve"), ("Local/9@x/n", "Dee", "dee"),
        ("SIP/x y", None, None), ("", None, None), (None, None, None), ("nonsense", None, None),
        ("PJSIP/104", None, "fay"),
    ],
)  # fmt: skip
def test_an_agent_is_an_extension_or_as_configured(
    channel: str, member: str | None, agent: str | None
) -> None:
    """By interface, extension or member name; what is no name of an agent is none."""
    agents = {"PJSIP/103": "eve", "Dee": "dee", "104": "fay", "PJSIP/105": "not a name"}
    assert pbx(agents=agents).agent(channel, member) == agent
    assert pbx(agents=agents).agent("PJSIP/105") is None


def test_an_extension_that_calls_a_queue_is_a_customer_of_it() -> None:
    """Within the house nothing is told, until it waits for an agent."""
    trace = Trace(Account("voice", "asterisk", "main"))
    first = fields("101", "600", "from-internal")
    assert trace.read(first) == []
    [event] = trace.read(first | {"event": "QueueCallerJoin", "queue": "helpdesk"})
    assert (event.direction, event.customer and event.customer.value) == ("in", "101")


def test_another_channel_than_the_first_is_never_the_customer() -> None:
    """A queue that a leg joins, of a call we know nothing of, has a caller we do not know."""
    trace = Trace(Account("voice", "asterisk", "main"))
    leg = fields("+441632960111", "600", uniqueid="1.2") | {"event": "QueueCallerJoin", "queue": "support"}
    [event] = trace.read(leg)
    assert (event.customer, event.thread, event.call and event.call.leg) == (None, "1.1", "1.2")


def test_a_leg_may_be_told_of_before_its_call() -> None:
    """Channels are listed in any order: the call has its ends once its first channel is seen."""
    trace = Trace(Account("voice", "asterisk", "main"))
    there = fields("+441632960111", "600") | {"event": "CoreShowChannel", "bridgeid": "b"}
    leg = fields("102", "", "phones", uniqueid="1.2", channel="SIP/ben-0000000a")
    assert trace.read(leg | {"event": "CoreShowChannel", "bridgeid": "b"}) == []
    [offered] = trace.read(there)
    [answered] = trace.read({"event": "CoreShowChannelsComplete"})
    assert (offered.status, offered.direction, offered.id) == ("offered", "in", "1.1:Newchannel")
    assert (answered.status, answered.agent, answered.customer) == ("answered", "ben", offered.customer)
    assert trace.read(there) == trace.read({"event": "CoreShowChannelsComplete"}) == []


def test_our_end_of_a_call_of_ours_is_the_agent() -> None:
    """Whom we reached is the leg; who reached them is the first channel."""
    trace = Trace(Account("voice", "asterisk", "main"))
    trace.read(fields("101", "+441632960111", channel="SIP/ada-0000000a"))
    leg = fields("+441632960111", "", uniqueid="1.2", channel="SIP/carrier-0000000b")
    trace.read(leg | {"event": "CoreShowChannel", "bridgeid": "b"})
    [answered] = trace.read({"event": "CoreShowChannelsComplete"})
    assert (answered.direction, answered.agent, answered.status) == ("out", "ada", "answered")


def test_a_call_that_left_its_queue_is_dialled_by_itself() -> None:
    """While it waits the queue tells of its agents; afterwards, and after a transfer, the dialling does."""
    trace = Trace(Account("voice", "asterisk", "main"))
    first, leg = fields("+441632960111", "600"), {"destuniqueid": "1.2", "destchannel": "SIP/ben-0000000a"}
    dial = first | leg | {"event": "DialEnd", "destlinkedid": "1.1", "dialstatus": "ANSWER"}
    queued = first | {"event": "QueueCallerJoin", "queue": "support"}
    moved = {"event": "BlindTransfer", "result": "Success", "transfereeuniqueid": "1.1", "extension": "7"}
    trace.read(queued)
    assert trace.read(dial) == []
    trace.read(queued | {"event": "QueueCallerLeave"})
    assert [event.status for event in trace.read(dial)] == ["answered"]
    trace.read(queued)
    assert trace.read(dial) == []
    assert [event.kind for event in trace.read(moved)] == ["transfer"]
    assert [(event.agent, event.queue) for event in trace.read(dial)] == [("ben", "support")]


def test_a_call_forwarded_abroad_names_no_agent() -> None:
    """What answers at a telephone number is a leg like another, but no agent of ours."""
    trace = Trace(Account("voice", "asterisk", "main"))
    leg = {"destuniqueid": "1.2", "destchannel": "SIP/carrier-0000000a", "destcalleridnum": "+441632960999"}
    [event] = trace.read(fields("+441632960111", "600") | leg | {"event": "DialEnd", "dialstatus": "ANSWER"})
    assert (event.status, event.agent, event.call and event.call.leg) == ("answered", None, "1.2")


def test_events_without_what_they_need_are_nothing() -> None:
    """No channel, no queue, no result: no event, and no error."""
    trace = Trace(Account("voice", "asterisk", "main"))
    for name in (
        "Newchannel", "Hangup", "Cdr", "QueueCallerJoin", "QueueCallerLeave", "AgentConnect", "DialBegin",
        "BlindTransfer", "QueueEntry", "CoreShowChannel", "CoreShowChannelsComplete", "ChannelEnteredBridge",
        "StasisEnd", "ChannelStateChange", "Nonsense", "",
    ):  # fmt: skip
        assert trace.read({"event": name}) == []
        assert trace.read({"event": name, "result": "Success", "inside": "1 2", "uniqueid": ""}) == []
    assert trace.read({}) == []


_names = st.sampled_from(sorted({
    f"{prefix}{name}"
    for prefix in ("", "dest", "transferee", "origtransferer", "transferer")
    for name in (
        "uniqueid", "linkedid", "channel", "calleridnum", "calleridname", "exten", "context", "queue",
        "interface", "membername", "holdtime", "talktime", "timestamp", "result", "dialstatus", "inside",
        "bridgeid", "application", "state", "cause", "billableseconds", "source", "destination",
    )
}))  # fmt: skip
_values = st.one_of(
    st.text(max_size=2000).map(clean),
    st.sampled_from([
        "1.1", "1.2", "pbx-1772445600.7", "+441632960111", "101", "600", "SIP/ben-0000000a", "Local/1@x-1;1",
        "support", "after hours", "1e400", "-1", "9999999999.9", "Success", "ANSWER", "1.1 1.2", "38", "Up",
    ]),
)  # fmt: skip


@given(
    told=st.lists(st.tuples(st.sampled_from(sorted(_READERS)), st.dictionaries(_names, _values, max_size=9)))
)
def test_whatever_is_told_gives_sound_events(told: list[tuple[str, dict[str, str]]]) -> None:
    """Any fields in any order: no error, and every event within the bounds of the model."""
    trace = Trace(Account("voice", "asterisk", "main", settings={"region": "GB"}))
    for name, what in told:
        for event in trace.read({"event": name} | what):
            assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event


def test_what_is_remembered_is_bounded() -> None:
    """The oldest calls are forgotten first; the newest are known."""
    trace = Trace(Account("voice", "asterisk", "main"))
    for number in range(MOST_LEGS + 10):
        name = f"{number}.1"
        trace.read(fields("+441632960111", "600", uniqueid=name, linkedid=name))
    calls: Calls = trace.calls
    last = f"{MOST_LEGS + 9}.1"
    assert (calls.find("0.1"), calls.leg("0.1")) == (None, None)
    assert calls.find(last) is not None
    assert (len(calls._calls), len(calls._legs)) == (MOST_CALLS, MOST_LEGS)
