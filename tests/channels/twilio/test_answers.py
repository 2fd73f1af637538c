"""What Twilio is told: the wrong answer hangs up on a caller or writes to a customer."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from channels.registry import PROVIDERS
from router.errors import Malformed
from router.ports import Account, Reply, Request

HOOK = "https://contact.example.com/v1/hooks/voice/twilio/main"
FORM = {"content-type": "application/x-www-form-urlencoded"}
MENU = "<Response><Enqueue>support</Enqueue></Response>"
RINGING = {"CallSid": "CA1", "CallStatus": "ringing", "Direction": "inbound", "From": "+447700900123"}
ADAPTER = PROVIDERS["twilio"][1]


def told(fields: dict[str, str], **settings: str) -> Reply:
    """Give the answer to a form."""
    request = Request("POST", HOOK, FORM, urlencode(fields).encode())
    account = Account("voice", "twilio", "main", settings=settings)
    return ADAPTER.answer(request, account, ADAPTER.parse(request, account, 0))


def test_a_call_hears_what_is_configured() -> None:
    """The answer webhook gets ``answer_twiml`` as XML."""
    reply = told(RINGING, answer_twiml=MENU)
    assert (reply.status, reply.body.decode()) == (200, MENU)
    assert reply.headers["content-type"].startswith("text/xml")


@pytest.mark.parametrize(
    "further", [{}, {"CallStatus": "in-progress"}, {"CallStatus": "in-progress", "Digits": "1"}]
)
def test_a_call_is_held_where_nothing_is_configured(further: dict[str, str]) -> None:
    """Without ``answer_twiml`` the caller waits, again and again; nobody is hung up on silently."""
    body = told(RINGING | further).body.decode()
    assert "<Pause" in body
    assert "<Redirect/>" in body


@pytest.mark.parametrize(
    "over",
    [
        {"CallStatus": "in-progress", "DialCallSid": "CA2", "DialCallStatus": "completed"},
        {"CallStatus": "in-progress", "QueueResult": "bridged"},
        {"CallStatus": "in-progress", "RecordingUrl": "https://api.twilio.com/r", "RecordingSid": "RE1"},
    ],
)
def test_a_call_that_was_served_ends(over: dict[str, str]) -> None:
    """After a conversation or a voicemail the answer is empty, which hangs up."""
    assert told(RINGING | over, answer_twiml=MENU).body.endswith(b"<Response/>")


def test_a_call_that_nobody_took_hears_it_again() -> None:
    """An agent who does not answer is no reason to hang up on the caller."""
    over = {"CallStatus": "in-progress", "DialCallSid": "CA2", "DialCallStatus": "no-answer"}
    assert told(RINGING | over, answer_twiml=MENU).body.decode() == MENU


@pytest.mark.parametrize(
    "report",
    [
        RINGING | {"CallbackSource": "call-progress-events", "SequenceNumber": "0"},
        RINGING | {"CallStatus": "completed", "CallDuration": "3"},
        {"CallSid": "CA1", "RecordingStatus": "completed", "RecordingSid": "RE1", "RecordingUrl": "u"},
        {"CallSid": "CA1", "AnsweredBy": "human", "MachineDetectionDuration": "800"},
        {"MessageSid": "SM1", "MessageStatus": "sent", "To": "+447700900123"},
        {"AccountSid": "AC1", "EventType": "onConversationAdded"},
    ],
)
def test_a_report_needs_no_answer(report: dict[str, str]) -> None:
    """Twilio asks nothing: 204 without a body."""
    assert told(report, answer_twiml=MENU) == Reply(204)


def test_a_message_is_answered_with_nothing_to_send() -> None:
    """Anything but an empty TwiML would go to the customer as a message."""
    reply = told({"MessageSid": "SM1", "SmsStatus": "received", "From": "+447700900123", "Body": "Hi"})
    assert reply.status == 200
    assert reply.body.endswith(b"<Response/>")
    assert reply.headers["content-type"].startswith("text/xml")


@pytest.mark.parametrize("fields", [{}, {"a": "b"}, {"MessageSid": " ", "SmsSid": ""}, {"CallSid": " "}])
def test_a_form_of_another_is_refused(fields: dict[str, str]) -> None:
    """A form that names nothing of Twilio's is not read."""
    with pytest.raises(Malformed):
        told(fields)


def test_two_menus_with_the_same_call_are_two_events() -> None:
    """What the caller pressed differs, so the events do; the same key in one delivery is one."""
    account = Account("voice", "twilio", "main")

    def pressed(digits: str) -> str:
        body = urlencode(RINGING | {"CallStatus": "in-progress", "Digits": digits}).encode()
        return ADAPTER.parse(Request("POST", HOOK, FORM, body), account, 0)[0].id

    assert pressed("1") == pressed("1")
    assert len({pressed("1"), pressed("2"), pressed("12")}) == 3
