"""Entries as they are read: what later events say of them is laid over what was recorded."""

from __future__ import annotations

import msgspec
import pytest

from router.store.entries import lay


def status_after(recorded: str | None, receipt: str) -> str:
    """Give the status that is served of an entry recorded with one, after a receipt with another."""
    entry = {"id": "m1", "kind": "message", "text": "\u2603"} | ({"status": recorded} if recorded else {})
    laid = msgspec.json.decode(lay(msgspec.json.encode(entry), msgspec.msgpack.encode({"st": receipt})))
    assert laid | {"status": None} == entry | {"status": None}
    found: str = laid["status"]
    return found


@pytest.mark.parametrize(
    ("recorded", "receipt", "served"),
    [
        (None, "sent", "sent"),
        ("queued", "delivered", "delivered"),
        ("delivered", "sent", "delivered"),
        ("read", "failed", "failed"),
        ("ended", "read", "ended"),
    ],
)
def test_a_status_goes_up_and_never_back(recorded: str | None, receipt: str, served: str) -> None:
    """The one it was posted with counts like a receipt; a call's is no message's."""
    assert status_after(recorded, receipt) == served
