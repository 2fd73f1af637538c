"""Real mails with the expected reading, where ROUTER_CASES points to them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from router.model.event import Event

ROOT = Path(os.environ.get("ROUTER_CASES", "/nonexistent")) / "channels"
DIRECTIONS = {"inbound": "in", "outbound": "out", None: None}
SAME = ("kind", "channel", "medium", "provider_event_id", "subject")
# null there: not told. A first mail names its own thread here, so that its answers find it.
TOLD = ("text", "thread", "status")


def cases() -> list[dict[str, Any]]:
    """Give the raw mails among the cases."""
    if not ROOT.is_dir():
        return []
    found: list[dict[str, Any]] = msgspec.json.decode((ROOT / "manifest.json").read_bytes())
    return [case for case in found if case["provider"] == "email_raw"]


@pytest.mark.skipif(not ROOT.is_dir(), reason="ROUTER_CASES does not point to the cases")
@pytest.mark.parametrize("case", cases(), ids=lambda case: case["file"])
def test_a_real_mail_reads_as_expected(case: dict[str, Any], read: Callable[[bytes], Event]) -> None:
    """Every field of the expectation that we have too is the same."""
    event = read((ROOT / case["file"]).read_bytes())
    [expect] = case["expect"]
    at = event.occurred_at
    assert {name: getattr(event, name) for name in SAME} == {name: expect[name] for name in SAME}
    assert event.direction == DIRECTIONS[expect["direction"]]
    assert (str(event.customer.handle) if event.customer else None) == expect["customer"]
    assert (at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None) == expect["occurred_at"]
    for name in TOLD:
        assert expect.get(name) in {None, getattr(event, name)}, name
    assert expect.get("text_contains", "") in (event.text or "")
    assert set(expect.get("references_contains", [])) <= set(event.parents)
    for attachment, told in zip(event.attachments, expect.get("attachments", event.attachments), strict=True):
        if isinstance(told, dict):
            assert attachment.mime == told["mime"]
            assert str(told.get("name", told.get("name_contains"))) in (attachment.name or "")
