"""Messages and their reports, beyond the samples."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from channels.fit import TEXT
from channels.registry import PROVIDERS
from router.errors import Malformed, Unverified
from router.model.event import Event
from router.ports import Account, Request

HOOK = "https://contact.example.com/v1/hooks/sms/twilio/main"
FORM = {"content-type": "application/x-www-form-urlencoded"}
INBOUND = {"MessageSid": "SM1", "SmsStatus": "received", "From": "+447700900123", "To": "+442079460001"}
ADAPTER = PROVIDERS["twilio"][1]
ACCOUNT = Account("sms", "twilio", "main", secret="x")


def posted(body: bytes, headers: dict[str, str] | None = None) -> list[Event]:
    """Read the body of a form."""
    return list(ADAPTER.parse(Request("POST", HOOK, FORM if headers is None else headers, body), ACCOUNT, 0))


def one(fields: dict[str, str]) -> Event:
    """Read a form of one event."""
    [event] = posted(urlencode(fields).encode())
    return event


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("accepted", "queued"), ("scheduled", "queued"), ("queued", "queued"), ("sending", "sent"),
        ("sent", "sent"), ("delivered", "delivered"), ("read", "read"), ("undelivered", "failed"),
        ("failed", "failed"), ("canceled", "failed"), ("DELIVERED", "delivered"), ("new", None),
    ],
)  # fmt: skip
def test_each_state_has_its_status(told: str, status: str | None) -> None:
    """A state that Twilio invents later is kept in words, without a status."""
    event = one({"MessageSid": "SM1", "MessageStatus": told, "To": "+447700900123", "From": "+442079460001"})
    assert (event.kind, event.status, event.id) == ("status", status, f"SM1:{told.lower()}")


def test_a_number_in_waid_comes_before_a_user_id() -> None:
    """Where both are known the number is the handle, so that it meets the text messages; both are linked."""
    event = one(INBOUND | {"From": "whatsapp:GB.90210", "WaId": "447700900123"})
    assert event.customer is not None
    assert str(event.customer.handle) == "tel:+447700900123"
    assert [(str(other.handle), other.trust) for other in event.also] == [("wa-bsuid:GB.90210", "attested")]


def test_a_long_text_is_kept_whole_beside_its_beginning() -> None:
    """What is shown is cut, what is kept is not."""
    event = one(INBOUND | {"Body": "x" * (TEXT + 7)})
    assert len(event.text or "") == TEXT
    assert len(event.text_full or "") == TEXT + 7
    assert one(INBOUND | {"Body": "short"}).text_full is None


@pytest.mark.parametrize(
    ("count", "kept"), [("2", 2), ("100", 100), ("101", 0), ("-1", 0), ("x", 0), ("", 0)]
)
def test_media_are_as_many_as_said_and_bounded(count: str, kept: int) -> None:
    """A number of media that cannot be is none."""
    media = {f"MediaUrl{n}": f"https://api.twilio.com/{n}" for n in range(120)}
    assert len(one(INBOUND | {"NumMedia": count} | media).attachments) == kept


@pytest.mark.parametrize(
    ("latitude", "longitude"), [("91", "0"), ("0", "181"), ("nan", "0"), ("", "0"), ("x", "y"), ("1", "")]
)
def test_a_place_that_cannot_be_is_none(latitude: str, longitude: str) -> None:
    """Degrees outside the earth make no location."""
    assert one(INBOUND | {"Latitude": latitude, "Longitude": longitude}).location is None


def test_a_message_to_nobody_known_is_kept() -> None:
    """Without a sender there is no customer and no thread, and yet the message."""
    event = one({"MessageSid": "SM1", "SmsStatus": "received", "From": "", "Body": "Hi"})
    assert (event.customer, event.thread, event.text) == (None, None, "Hi")
    assert one(INBOUND | {"From": "messenger:", "To": "messenger:9"}).customer is None


def test_the_first_of_two_fields_of_one_name_counts() -> None:
    """Nothing is joined or overwritten."""
    [event] = posted(b"MessageSid=SM1&Body=first&Body=second&From=%2B447700900123")
    assert event.text == "first"


def test_broken_bytes_become_a_mark() -> None:
    """A text in another encoding stays readable where it can."""
    [event] = posted(b"MessageSid=SM1&Body=caf%E9+%00ok&From=%2B447700900123")
    assert event.text == "caf\ufffd \ufffdok"


def test_a_form_may_come_without_a_type() -> None:
    """A capture often has no Content-Type; the body is read as the form it is, and as any other not."""
    [event] = posted(b"MessageSid=SM1&Body=Hi", {})
    assert event.text == "Hi"
    with pytest.raises(Malformed):
        posted(b"MessageSid=SM1&Body=Hi", {"content-type": "text/plain"})


def test_a_form_of_too_many_fields_is_refused() -> None:
    """A thousand fields are read; more would only cost time."""
    fields = b"&".join(b"f%d=" % n for n in range(999))
    assert posted(fields + b"&MessageSid=SM1")[0].id == "SM1"
    with pytest.raises(Malformed):
        posted(fields + b"&MessageSid=SM1&more=")
    request = Request("POST", HOOK, FORM | {"x-twilio-signature": "x"}, fields + b"&a=&b=")
    with pytest.raises(Unverified):
        ADAPTER.verify(request, ACCOUNT, 0)


def test_json_that_is_signed_by_its_hash_is_twilios() -> None:
    """What we do not know of it makes no event; unsigned JSON is not Twilio's."""
    json = {"content-type": "application/json"}
    signed = Request("POST", HOOK + "?bodySHA256=00", json, b'{"a": 1}')
    assert ADAPTER.parse(signed, ACCOUNT, 0) == []
    assert ADAPTER.answer(signed, ACCOUNT, []).status == 204
    with pytest.raises(Malformed):
        posted(b'{"a": 1}', json)


def test_a_message_sent_within_a_call_is_of_the_call() -> None:
    """A form that names both speaks of the call, which waits for an answer."""
    event = one(INBOUND | {"CallSid": "CA1", "CallStatus": "in-progress", "Direction": "inbound"})
    assert (event.channel, event.thread) == ("voice", "CA1")
