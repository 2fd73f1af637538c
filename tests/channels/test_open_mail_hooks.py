"""Real payloads of the providers that bring mail, and of SNS, where ROUTER_CASES points to them."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from channels.parse import parse_line

ROOT = Path(os.environ.get("ROUTER_CASES", "/nonexistent")) / "channels"
OURS = ("sendgrid", "mailgun", "postmark", "aws_sns", "amazon_connect")
DIRECTIONS = {"inbound": "in", "outbound": "out", None: None}
SAME = ("kind", "channel", "medium", "provider_event_id", "text", "text_full", "subject", "occurred_at")
# null there: not told. A first mail names its own thread here, so that its answers find it.
TOLD = ("thread", "status", "target")
# Its Date is 17:44:33 -0400, so 21:44:33Z; the manifest has the time of another capture.
DATED_OTHERWISE = "postmark/inbound_test_payload.json"

pytestmark = pytest.mark.skipif(not ROOT.is_dir(), reason="ROUTER_CASES does not point to the cases")


def cases() -> list[dict[str, Any]]:
    """Give the cases of these providers."""
    found = msgspec.json.decode((ROOT / "manifest.json").read_bytes()) if ROOT.is_dir() else []
    return [case for case in found if case["provider"] in OURS and case["transport"] == "http"]


def read(case: dict[str, Any], body: bytes | None = None) -> dict[str, Any]:
    """Read a case as the command line does."""
    auth = case["auth"] or {}
    secret = (ROOT / auth["certificate"]).read_text() if "certificate" in auth else auth.get("secret")
    captured = {
        "name": case["file"],
        "method": case["method"],
        "url": case["url"],
        "headers": case["headers"],
        "body_base64": base64.b64encode(
            (ROOT / case["file"]).read_bytes() if body is None else body
        ).decode(),
        "settings": {"secret": secret} if secret else {},
        "now": auth.get("at_unix", 1_700_000_000),
    }
    found: dict[str, Any] = msgspec.json.decode(parse_line(msgspec.json.encode(captured), case["provider"]))
    return found


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["file"])
def test_a_real_payload_reads_as_expected(case: dict[str, Any]) -> None:
    """Every field of the expectation that we have too is the same; the signature holds."""
    reading = read(case)
    expected = [each for each in case["expect"] if each["kind"] != "subscription"]
    if (case["auth"] or {}).get("valid"):
        assert reading["verified"] is True
    assert len(reading["events"]) == len(expected), reading
    for event, expect in zip(reading["events"], expected, strict=True):
        for name in SAME:
            if name in expect and (name, case["file"]) != ("occurred_at", DATED_OTHERWISE):
                assert event[name] == expect[name], name
        for name in TOLD:
            assert expect.get(name) in {None, event[name]}, name
        assert event["direction"] == DIRECTIONS[expect["direction"]]
        party = event["customer"]
        assert (f"{party['type']}:{party['value']}" if party else None) == expect["customer"]
        for attachment, told in zip(
            event["attachments"], expect.get("attachments", event["attachments"]), strict=True
        ):
            assert (attachment["mime"], attachment["name"]) == (told["mime"], told["name"])


def test_a_certificate_on_another_host_is_refused() -> None:
    """Whether it is verified or only read."""
    attack = [case for case in cases() if "cert_host_attack" in case["file"]]
    for case in attack:
        assert (read(case)["events"], read(case)["problem"]["code"]) == ([], "malformed")
        with_key = {**case, "auth": {"certificate": "aws_sns/signing_certificate.pem"}}
        assert (read(with_key)["verified"], read(with_key)["problem"]["code"]) == (False, "unverified")
    assert len(attack) == 1


def test_a_signed_confirmation_with_one_byte_changed_is_refused() -> None:
    """The signature speaks of the token and the address to visit."""
    [case] = [case for case in cases() if "certificate" in (case["auth"] or {})]
    body = (ROOT / case["file"]).read_bytes()
    assert read(case, body.replace(b"abc123abc1", b"abc123abc2", 1))["verified"] is False
    assert read(case, body.replace(b"Token=abcd", b"Token=abce", 1))["verified"] is False
