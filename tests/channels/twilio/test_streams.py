"""Event Streams, beyond the sample."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from channels import twilio_streams
from router.errors import Invalid

WHOLE = {"specversion": "1.0", "id": "EZ1", "source": "/a", "type": "t", "time": "2026-03-02T10:00:00Z"}


def one(kind: str, data: Any) -> Any:
    """Read a stream of one entry."""
    [event] = twilio_streams.read([WHOLE | {"type": kind, "data": data}], "twilio:main")
    return event


@pytest.mark.parametrize("state", ["queued", "sent", "delivered", "failed"])
def test_the_type_tells_the_state_where_the_data_does_not(state: str) -> None:
    """A report without ``messageStatus`` is what its type says."""
    event = one(f"com.twilio.messaging.message.{state}", {"messageSid": "SM1", "to": "+447700900123"})
    assert (event.id, event.status) == (f"SM1:{state}", state)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("com.twilio.messaging.message.sent", {}),
        ("com.twilio.messaging.message.sent", "text"),
        ("com.twilio.messaging.inbound-message.received", {"messageSid": ["SM1"]}),
        ("com.twilio.voice.status-callback.call.completed", {"sid": "CA1"}),
        ("com.twilio.voice.status-callback.call.completed", {"request": {"parameters": []}}),
        ("com.twilio.voice.insights.call-summary.complete", {"call_sid": "CA1"}),
    ],
)
def test_what_says_no_more_than_a_name_is_generic(kind: str, data: Any) -> None:
    """It is kept under the account, known by the CloudEvent's name."""
    event = one(kind, data)
    assert (event.kind, event.source, event.provider) == ("generic", "twilio:main", "twilio")
    assert event.provider_event_id == "/a|EZ1"


def test_a_bad_entry_is_the_same_event_each_time() -> None:
    """Also where its fields come in another order."""
    one, other = (
        twilio_streams.read([entry], "twilio:main") for entry in ({"a": 1, "b": 2}, {"b": 2, "a": 1})
    )
    assert one == other
    assert one[0].flags == ["unparsed"]
    assert msgspec.json.decode(one[0].payload or "") == {"a": 1, "b": 2}


def test_a_single_entry_needs_no_array() -> None:
    """A sink that does not batch may send an object; anything else is refused."""
    assert twilio_streams.read(WHOLE, "twilio:main")[0].provider_event_id == "/a|EZ1"
    with pytest.raises(Invalid):
        twilio_streams.read("text", "twilio:main")
