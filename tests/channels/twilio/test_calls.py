"""Calls, beyond the samples."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from channels.registry import PROVIDERS
from router.model.event import Event
from router.ports import Account, Request

HOOK = "https://contact.example.com/v1/hooks/voice/twilio/main"
FORM = {"content-type": "application/x-www-form-urlencoded"}
CALL = {
    "CallSid": "CA1",
    "CallStatus": "ringing",
    "Direction": "inbound",
    "From": "+447700900123",
    "To": "+442079460003",
}
OURS = {"Direction": "outbound-api", "From": "+442079460003", "To": "+447700900123"}
ADAPTER = PROVIDERS["twilio"][1]


def events(fields: dict[str, str]) -> list[Event]:
    """Read a form."""
    request = Request("POST", HOOK, FORM, urlencode(fields).encode())
    return list(ADAPTER.parse(request, Account("voice", "twilio", "main"), 0))


def one(fields: dict[str, str]) -> Event:
    """Read a form of one event."""
    [event] = events(fields)
    return event


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("queued", "offered"), ("initiated", "offered"), ("ringing", "offered"), ("in-progress", "answered"),
        ("answered", "answered"), ("completed", "ended"), ("busy", "missed"), ("no-answer", "missed"),
        ("failed", "missed"), ("canceled", "missed"), ("new", None),
    ],
)  # fmt: skip
def test_each_state_has_its_status(told: str, status: str | None) -> None:
    """A call that was not taken says why; a state that Twilio invents later is kept in words."""
    event = one(CALL | {"CallStatus": told})
    assert (event.kind, event.status) == ("call" if status else "system", status)
    assert event.attrs["call_status"] == told
    assert event.call is not None
    assert event.call.cause == (told if status == "missed" else None)


def test_the_states_of_a_call_are_events_of_their_own() -> None:
    """Each state and number has its own id; the same report again has the same."""
    reports = [
        ("ringing", "1"),
        ("in-progress", "2"),
        ("completed", "3"),
        ("completed", "3"),
        ("completed", "4"),
    ]
    ids = [one(CALL | {"CallStatus": state, "SequenceNumber": n}).id for state, n in reports]
    assert ids == [
        "CA1:ringing:1",
        "CA1:in-progress:2",
        "CA1:completed:3",
        "CA1:completed:3",
        "CA1:completed:4",
    ]


def test_a_call_without_a_direction_does_not_say_one() -> None:
    """Who called whom is not guessed; the caller is the customer."""
    event = one({"CallSid": "CA1", "From": "+447700900123", "To": "+442079460003"})
    assert (event.direction, event.author, event.status) == (None, "unknown", None)
    assert event.customer is not None
    assert event.provider_event_id == "CA1"


def test_what_a_machine_detected_is_no_state() -> None:
    """A call without a status reads as one that took place, so this is none."""
    event = one({"CallSid": "CA1", "AnsweredBy": "human", "MachineDetectionDuration": "900"})
    assert (event.kind, event.author, event.attrs["answered_by"]) == ("system", "system", "human")


@pytest.mark.parametrize(
    ("state", "author"), [("ringing", "system"), ("in-progress", "agent"), ("no-answer", "system")]
)
def test_a_leg_that_only_rings_is_nobodys_word(state: str, author: str) -> None:
    """Only who took the leg spoke."""
    leg = CALL | {
        "ParentCallSid": "CA0",
        "Direction": "outbound-dial",
        "To": "client:ada",
        "CallStatus": state,
    }
    assert one(leg).author == author


def test_a_waiting_call_is_queued() -> None:
    """The wait is in seconds."""
    event = one(CALL | {"CallStatus": "in-progress", "QueuePosition": "2", "QueueTime": "31"})
    assert (event.status, event.wait_s) == ("queued", 31)


@pytest.mark.parametrize(
    ("further", "talked"),
    [
        ({}, True),
        ({"AnsweredBy": "human"}, True),
        ({"AnsweredBy": "machine_start"}, False),
        ({"AnsweredBy": "fax"}, False),
        ({"CallDuration": "0"}, False),
        ({"CallStatus": "busy"}, False),
    ],
)
def test_a_call_of_ours_says_whether_they_talked(further: dict[str, str], talked: bool) -> None:
    """A machine is nobody, and neither is silence."""
    event = one(CALL | OURS | {"CallStatus": "completed", "CallDuration": "9"} | further)
    assert event.flags == (["answered"] if talked else [])
    assert event.direction == "out"


def test_a_menu_is_no_conversation() -> None:
    """That an inbound call lasted says nothing about a person; only a leg does."""
    assert one(CALL | {"CallStatus": "completed", "CallDuration": "90"}).flags == []


@pytest.mark.parametrize(
    "agent", ["client:ada", "client:ada@desk", "sip:ada@example.org", "client:a b", "+447700900999"]
)
def test_only_a_browser_names_its_agent(agent: str) -> None:
    """``client:`` and a plain word is an agent; a phone or a strange name is none."""
    leg = CALL | {
        "ParentCallSid": "CA0",
        "Direction": "outbound-dial",
        "To": agent,
        "CallStatus": "in-progress",
    }
    event = one(leg)
    assert event.agent == ({"client:ada": "ada", "client:ada@desk": "ada@desk"}.get(agent))
    assert event.customer is None


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("Mon, 02 Mar 2026 10:00:00 +0000", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("Mon, 02 Mar 2026 10:00:00 -0500", datetime(2026, 3, 2, 15, tzinfo=UTC)),
        ("Mon, 02 Mar 2026 10:00:00 -0000", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("Mon, 02 Mar 2026 10:00:00 Etc/UTC", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("", None), ("soon", None), ("Mon, 31 Feb 2026 10:00:00 +0000", None),
        ("Mon, 02 Mar 99999 10:00:00 +0000", None),
        ("Fri, 31 Dec 9999 23:00:00 -1400", None), ("Mon, 02 Mar 2026 10:00:00 +9999", None), (",", None),
    ],
)  # fmt: skip
def test_the_time_of_a_report_is_utc(
    written: str, at: datetime | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a zone it is UTC, wherever we run; what is no time is none."""
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        assert one(CALL | {"Timestamp": written}).occurred_at == at
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("status", ["failed", "completed"])
def test_a_transcript_that_did_not_come_is_nothing(status: str) -> None:
    """No text, no edit."""
    assert (
        events(CALL | {"RecordingSid": "RE1", "TranscriptionStatus": status, "TranscriptionText": ""}) == []
    )


@pytest.mark.parametrize("name", ["CallDuration", "SequenceNumber", "QueueTime", "DialCallDuration"])
@pytest.mark.parametrize("value", ["-1", "x", "9" * 30, "nan", "", "1e400"])
def test_a_number_that_cannot_be_is_none(name: str, value: str) -> None:
    """Nothing outside the bounds of an event gets into it."""
    event = one(
        CALL | {"CallStatus": "completed", "DialCallSid": "CA2", "DialCallStatus": "completed", name: value}
    )
    assert (event.duration_s, event.sequence, event.wait_s) == (None, 0, None)


@pytest.mark.parametrize(
    ("caller", "handle", "medium"),
    [
        ("sip:+447700900123@pbx.example.com", "tel:+447700900123", "sip"),
        ("sips:ada@PBX.example.com:5061;transport=tls", "sip-user:ada@pbx.example.com:5061", "sip"),
        ("sip:ada", None, "sip"),
        ("whatsapp:+447700900123", "tel:+447700900123", "whatsapp_call"),
        ("client:ada", None, "pstn"),
        ("anonymous", None, "pstn"),
    ],
)
def test_a_caller_is_known_by_what_stands_there(caller: str, handle: str | None, medium: str) -> None:
    """A number behind sip: or whatsapp: is the same customer as on the telephone."""
    event = one(CALL | {"From": caller, "To": ""})
    assert (str(event.customer.handle) if event.customer else None) == handle
    assert event.medium == medium
