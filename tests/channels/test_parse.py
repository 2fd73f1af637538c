"""``router channels parse``: one line in, one line out, whatever comes in."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.parse import parse_line
from channels.registry import PROVIDERS
from router.model.event import Event

FIELDS = {field.encode_name for field in msgspec.structs.fields(Event)}
TEXT = {
    "name": "one",
    "headers": {"Content-Type": "application/x-www-form-urlencoded"},
    "body_base64": base64.b64encode(
        b"MessageSid=SM1&SmsStatus=received&From=%2B447700900123&Body=Hi"
    ).decode(),
}
json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def read(line: bytes | dict[str, Any], provider: str = "twilio") -> dict[str, Any]:
    """Read a line and check the shape of what comes out."""
    written = parse_line(line if isinstance(line, bytes) else msgspec.json.encode(line), provider)
    assert b"\n" not in written
    found: dict[str, Any] = msgspec.json.decode(written)
    assert list(found) == ["name", "verified", "events", "answer", "problem"]
    assert set(found["answer"]) == {"status", "headers", "body"}
    if found["problem"] is not None:
        assert found["events"] == []
        assert {"type", "title", "status", "code", "detail"} <= set(found["problem"])
    return found


def test_every_field_of_an_event_is_written() -> None:
    """Also those that hold their default, so that a reader need not know the defaults."""
    found = read(TEXT)
    assert found["name"] == "one"
    assert found["verified"] is None
    assert found["problem"] is None
    event = found["events"][0]
    assert set(event) == FIELDS
    assert event["occurred_at"] is None
    assert event["customer"] == {"type": "tel", "value": "+447700900123", "name": None, "trust": "observed"}


def test_a_wrong_signature_gives_no_events() -> None:
    """Verified is false, the answer is what the provider gets, the problem says why."""
    found = read(TEXT | {"settings": {"secret": "x"}})
    assert found["verified"] is False
    assert found["answer"]["status"] == 403
    assert found["problem"]["code"] == "unverified"


@pytest.mark.parametrize(
    ("url", "channel"),
    [
        ("https://a.example/v1/hooks/sms/standardwebhooks/shop", "sms"),
        ("https://a.example/v1/hooks/email/standardwebhooks/shop?a=b", "email"),
        ("https://a.example/v1/hooks/fax/standardwebhooks/shop", "voice"),
        ("https://a.example/v1/hooks/sms/twilio/shop", "voice"),
        (None, "voice"),
    ],
)
def test_a_hook_of_ours_says_the_channel(url: str | None, channel: str) -> None:
    """Where the address is another's, it is the first channel that the provider may have."""
    body = base64.b64encode(b'{"text": "Hi"}').decode()
    line = {"url": url, "body_base64": body, "settings": {"map": {"kind": "message", "text": "/text"}}}
    assert read(line, "standardwebhooks")["events"][0]["channel"] == channel


def test_an_unknown_provider_is_named() -> None:
    """The problem lists the providers there are."""
    problem = read(TEXT, "carrier-pigeon")["problem"]
    assert problem["code"] == "not-found"
    assert all(name in problem["detail"] for name in PROVIDERS)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"", "malformed"),
        (b"{", "malformed"),
        (b"\xff\xfe", "malformed"),
        (b"[" * 100_000, "malformed"),
        (b"[]", "invalid"),
        (b'"x"', "invalid"),
        (b'{"headers": 7}', "invalid"),
        (b'{"headers": {"a": []}}', "invalid"),
        (b'{"settings": "x"}', "invalid"),
        (b'{"settings": {"secret": 7}}', "invalid"),
        (b'{"body_base64": "*"}', "invalid"),
        (b'{"body_base64": "\\u00e9"}', "invalid"),
        (b'{"now": "late"}', "invalid"),
        (b"{}", "malformed"),
    ],
)
def test_a_line_that_is_no_request_has_a_problem(line: bytes, code: str) -> None:
    """The problem has the code of the reason."""
    assert read(line)["problem"]["code"] == code


@given(line=st.binary(max_size=200))
def test_random_bytes_are_answered(line: bytes) -> None:
    """No bytes break it."""
    assert read(line)["problem"] is not None


@pytest.mark.parametrize("provider", [*sorted(PROVIDERS), "nobody"])
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    line=st.fixed_dictionaries(
        {},
        optional={
            "name": json,
            "method": json,
            "url": json,
            "headers": json | st.dictionaries(st.text(max_size=5), st.text(max_size=9)),
            "body_base64": json | st.binary(max_size=60).map(lambda body: base64.b64encode(body).decode()),
            "settings": json | st.dictionaries(st.sampled_from(["secret", "answer_twiml"]), json),
            "now": json,
        },
    )
)
def test_any_object_is_answered(provider: str, line: dict[str, Any]) -> None:
    """No object breaks it, and its name comes back."""
    assert read(line, provider)["name"] == line.get("name")
