"""Slack: its signature and its time, its challenge, and one message that comes as two events."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.chat.slack import Slack
from channels.chat.slack_text import plain
from router.errors import Malformed, Unverified
from router.model.event import Event
from router.ports import Account, Request

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
HOOK = "https://contact.example.com/v1/hooks/chat/slack/main"
NOW = 1_772_445_600.0
ADAPTER = Slack()
ACCOUNT = Account("chat", "slack", "main", secret=SECRET)
MESSAGE = {"type": "message", "channel": "C1", "user": "U1", "text": "Hi", "ts": "1772445000.000100"}


def signed(body: bytes, stamp: str = "1772445600", secret: str = SECRET) -> Request:
    """Sign a body as Slack does: v0, the time and the body, by HMAC-SHA256 in hexadecimal."""
    base = b"v0:" + stamp.encode("utf-8", "surrogatepass") + b":" + body
    code = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return Request(
        "POST", HOOK, {"x-slack-signature": f"v0={code}", "x-slack-request-timestamp": stamp}, body
    )


def read(event: dict[str, Any], **envelope: Any) -> list[Event]:
    """Read an event in its envelope."""
    body = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event} | envelope
    return list(ADAPTER.parse(Request("POST", HOOK, {}, msgspec.json.encode(body)), ACCOUNT, NOW))


@given(body=st.binary(max_size=200), at=st.integers(0, 199))
def test_the_signature_speaks_of_every_byte(body: bytes, at: int) -> None:
    """What Slack signs holds, and with one bit changed it does not."""
    genuine = signed(body)
    ADAPTER.verify(genuine, ACCOUNT, NOW)
    changed = bytearray(body or b"x")
    changed[at % len(changed)] ^= 1
    with pytest.raises(Unverified):
        ADAPTER.verify(Request("POST", HOOK, genuine.headers, bytes(changed)), ACCOUNT, NOW)


@pytest.mark.parametrize("apart", [-300, -299, 0, 300])
def test_a_request_of_these_minutes_holds(apart: int) -> None:
    """Five minutes either way are allowed for clocks and queues."""
    ADAPTER.verify(signed(b"{}", str(int(NOW) + apart)), ACCOUNT, NOW)


@pytest.mark.parametrize(
    "stamp",
    [
        str(int(NOW) - 301), str(int(NOW) + 301), "abc", "", " ", "-1", "1772445600.0", "1e9",
        "177244560\u0660", "9" * 5000, "1772445600\n", "+1772445600",
    ],
)  # fmt: skip
def test_another_time_does_not_hold(stamp: str) -> None:
    """Too old, too new or no time at all, signed as it may be."""
    with pytest.raises(Unverified):
        ADAPTER.verify(signed(b"{}", stamp), ACCOUNT, NOW)


@pytest.mark.parametrize("given_", ["", "v0=", "v0", "v1={code}", "{code}", "v0={CODE}", "v0={code}é", "é"])
def test_what_only_resembles_the_signature_does_not_hold(given_: str) -> None:
    """Without its version, in capitals, longer: refused."""
    request = signed(b"{}")
    code = request.headers["x-slack-signature"].removeprefix("v0=")
    header = given_.replace("{code}", code).replace("{CODE}", code.upper())
    with pytest.raises(Unverified):
        ADAPTER.verify(
            Request("POST", HOOK, {**request.headers, "x-slack-signature": header}, b"{}"), ACCOUNT, NOW
        )


def test_a_challenge_is_answered_with_itself() -> None:
    """As plain text, and only the challenge of a url_verification."""
    body = b'{"type":"url_verification","challenge":"abc123","token":"t"}'
    answer = ADAPTER.answer(signed(body), ACCOUNT, ADAPTER.parse(signed(body), ACCOUNT, NOW))
    assert (answer.status, answer.body, answer.headers["content-type"]) == (
        200,
        b"abc123",
        "text/plain; charset=utf-8",
    )
    other = msgspec.json.encode({"type": "event_callback", "challenge": "abc123", "event": {}})
    assert ADAPTER.answer(signed(other), ACCOUNT, []).body == b""


def test_a_message_that_mentions_the_app_is_one_event() -> None:
    """It comes as message and as app_mention, with two ids of Slack."""
    (one,) = read(MESSAGE)
    (other,) = read(MESSAGE | {"type": "app_mention"}, event_id="Ev2")
    assert one.id == other.id
    assert one.provider_event_id != other.provider_event_id


def test_the_digits_of_ts_are_kept() -> None:
    """It is an id: as a number it would lose its last digits."""
    (one,) = read(MESSAGE | {"ts": "1772445000.000001"})
    (other,) = read(MESSAGE | {"ts": "1772445000.000002"})
    assert one.id != other.id
    assert one.occurred_at is not None
    assert other.occurred_at is not None
    assert (other.occurred_at - one.occurred_at).microseconds == 1


def test_an_edit_in_a_shared_channel_is_by_the_same_person() -> None:
    """A guest of another workspace has one handle, whatever they do to their message."""
    said = MESSAGE | {"user_team": "T2", "team": "T2"}
    change = {"type": "message", "subtype": "message_changed", "channel": "C1", "ts": "1772445001.000100"}
    told = change | {"message": said | {"text": "Ho"}, "previous_message": said}
    (message,), (edit,) = (read(one, is_ext_shared_channel=True) for one in (said, told))
    assert message.customer == edit.customer
    assert message.customer is not None
    assert message.customer.value == "T2/U1"
    assert edit.target == message.id


def test_an_app_of_a_whole_company_names_its_company() -> None:
    """Where the envelope names no workspace, the event's own or the company is the scope."""
    (event,) = read(MESSAGE, team_id=None, enterprise_id="E1")
    assert event.customer is not None
    assert event.customer.value == "E1/U1"


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"type":"hello"}', b"null", b'"x"'])
def test_what_is_no_envelope_is_not_slacks(body: bytes) -> None:
    """JSON of somebody else is refused."""
    with pytest.raises(Malformed):
        ADAPTER.parse(Request("POST", HOOK, {"content-type": "application/json"}, body), ACCOUNT, NOW)


@pytest.mark.parametrize("body", [b"a=1", b"", b"&".join(b"payload=1" for _ in range(1001))])
def test_a_form_of_somebody_else_is_refused(body: bytes) -> None:
    """Only forms that Slack sends are taken."""
    media = {"content-type": "application/x-www-form-urlencoded"}
    with pytest.raises(Malformed):
        ADAPTER.parse(Request("POST", HOOK, media, body), ACCOUNT, NOW)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("<@U1> <@U1|ada> <#C1|help> <#C1>", "@U1 @ada #help #C1"),
        ("<!here> <!subteam^S1|@crew> <!date^1392734382^{date}|today>", "@here @crew today"),
        ("<https://a.example/x>", "https://a.example/x"),
        ("<https://a.example/x|our page>", "our page (https://a.example/x)"),
        ("<https://a.example|a.example>", "a.example"),
        ("<mailto:a@b.example|a@b.example> <tel:+1415|+1415>", "a@b.example +1415"),
        ("1 < 2 <", "1 < 2 <"),
        ("<>", ""),
    ],
)
def test_a_text_reads_as_people_see_it(written: str, shown: str) -> None:
    """Names and links come in angle brackets; what people type as brackets comes escaped."""
    assert plain(written) == shown


def test_a_text_full_of_brackets_is_read_in_time() -> None:
    """Reading is linear."""
    begun = time.process_time()
    for text in ("<" * 300_000, "<a" * 150_000, "<|>" * 100_000, "&lt;" * 80_000):
        plain(text)
    assert time.process_time() - begun < 2
