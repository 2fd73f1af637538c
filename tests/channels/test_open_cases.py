"""Real payloads with the expected reading, where ROUTER_CASES points to them."""

from __future__ import annotations

import base64
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from channels.parse import parse_line

_ROOT = Path(os.environ.get("ROUTER_CASES", "/nonexistent")) / "channels"
_OURS = ("twilio", "cloudevents", "standardwebhooks", "meta", "slack", "telegram", "line", "vonage", "sinch")
_WITHOUT_EVENT = {"ignored", "challenge", "subscription", "malformed"}
_DIRECTIONS = {"inbound": "in", "outbound": "out", None: None}
_SAME = ("kind", "channel", "medium", "provider_event_id", "text", "thread", "subject", "status", "target")
_ATTRS = ("dtmf", "error_code")

pytestmark = pytest.mark.skipif(not _ROOT.is_dir(), reason="ROUTER_CASES does not point to the cases")


def _cases() -> list[dict[str, Any]]:
    found = msgspec.json.decode((_ROOT / "manifest.json").read_bytes()) if _ROOT.is_dir() else []
    return [case for case in found if case["provider"] in _OURS and case["transport"] == "http"]


def _captured(case: dict[str, Any], body: bytes) -> dict[str, Any]:
    auth = case["auth"] or {}
    return {
        "name": case["file"],
        "method": case["method"],
        "url": case["url"],
        "headers": case["headers"],
        "body_base64": base64.b64encode(body).decode(),
        "settings": {"secret": auth["secret"]} if auth.get("secret") else {},
        "now": auth.get("at_unix", 1_700_000_000),
    }


def _read(captured: dict[str, Any], provider: str) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(parse_line(msgspec.json.encode(captured), provider))
    return found


def _handle(party: dict[str, Any] | None) -> str | None:
    return f"{party['type']}:{party['value']}" if party else None


def _also(expect: dict[str, Any]) -> list[str]:
    return [expect["new_handle"]] if "new_handle" in expect else []


def _instant(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _agrees(event: dict[str, Any], expect: dict[str, Any]) -> None:
    for name in _SAME:
        if name in expect:
            assert event[name] == expect[name], name
    for name in _ATTRS:
        if expect.get(name) is not None:
            assert event["attrs"][name] == expect[name], name
    assert event["direction"] == _DIRECTIONS[expect["direction"]]
    assert _handle(event["customer"]) == expect["customer"]
    assert _instant(event["occurred_at"]) == _instant(expect["occurred_at"])
    assert [_handle(other) for other in event["also"]] == expect.get("extra_handles", _also(expect))


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["file"])
def test_a_real_payload_reads_as_expected(case: dict[str, Any]) -> None:
    """Every field of the expectation that we have too is the same; the signature holds."""
    reading = _read(_captured(case, (_ROOT / case["file"]).read_bytes()), case["provider"])
    expected = [each for each in case["expect"] if each["kind"] not in _WITHOUT_EVENT]
    assert reading["verified"] is (True if (case["auth"] or {}).get("secret") else None)
    assert len(reading["events"]) == len(expected), reading
    for event, expect in zip(reading["events"], expected, strict=True):
        _agrees(event, expect)


@pytest.mark.parametrize(
    "case", [c for c in _cases() if (c["auth"] or {}).get("valid")], ids=lambda c: c["file"]
)
def test_a_signed_payload_with_one_byte_changed_is_refused(case: dict[str, Any]) -> None:
    """The signature speaks of every byte of the body."""
    body = (_ROOT / case["file"]).read_bytes()
    changed = body[:-1] + bytes([body[-1] ^ 1])
    reading = _read(_captured(case, changed), case["provider"])
    assert (reading["verified"], reading["events"]) == (False, [])
    assert reading["problem"]["code"] == "unverified"


@pytest.mark.parametrize(
    "case", [c for c in _cases() if "also_valid_for" in (c["auth"] or {})], ids=lambda c: c["file"]
)
def test_the_same_signature_holds_for_the_other_addresses(case: dict[str, Any]) -> None:
    """A port that was signed, or was not, makes no difference."""
    body = (_ROOT / case["file"]).read_bytes()
    for other in case["auth"]["also_valid_for"]:
        captured = _captured(case, body)
        captured |= {
            "url": other["url"],
            "headers": case["headers"] | {"X-Twilio-Signature": other["signature"]},
        }
        assert _read(captured, case["provider"])["verified"] is True, other
