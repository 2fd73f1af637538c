"""Events as the store wants them, for tests: a few words in, a whole recording out."""

from __future__ import annotations

from typing import Any

from router.model import ids
from router.model.change import Change
from router.model.handle import Handle
from router.store import keys
from router.store.link import Link
from router.store.recording import Applying, Recording
from router.store.workspace import Workspace

T0 = 1_772_442_000_000
"""2026-03-02 09:00 UTC, in ms."""

ADA = Handle("tel", "+14155550100")
BEN = Handle("mailto", "ben@example.org")


def recording(
    workspace: Workspace, name: str, at: int = 0, /, *, home: Handle = ADA, **more: Any
) -> Recording:
    """Make the recording of an event ``name`` that occurred ``at`` ms after T0."""
    key = workspace.hash_key
    hid = ids.handle_id(key, home)
    digest = ids.event_digest(key, "test:1", name)
    entry = b'{"id":"%s","event":"%s"}' % (name.encode(), ids.event_id(hid, digest).encode())
    known = {
        "handle": home,
        "hid": hid,
        "conversation": ids.conversation_id(key, hid, "sms", "+14155559999", more.get("thread")),
        "digest": digest,
        "body": ids.body_hash(name.encode()),
        "entry": entry,
        "occurred": T0 + at,
        "sequence": 0,
        "received": T0 + at,
        "direction": "in",
        "source": "test:1",
        "channel": "sms",
        "label": "sms",
        "to": "+14155559999",
    }
    return Recording(**(known | more))


def arrival(workspace: Workspace, name: str, at: int = 0, /, **more: Any) -> Recording:
    """Make the recording of an event that needs a person."""
    known = {"want": True, "routed": True, "facts": f'{{"of":"{name}"}}'}
    return recording(workspace, name, at, **(known | more))


def outgoing(workspace: Workspace, name: str, at: int = 0, /, **more: Any) -> Recording:
    """Make the recording of a message of ours that is to be sent."""
    known = {"direction": "out", "answered": True, "routed": True, "send": f'{{"say":"{name}"}}'}
    return recording(workspace, name, at, **(known | more))


def applying(
    workspace: Workspace, name: str, target: str, change: Change, at: int = 0, /, **more: Any
) -> Applying:
    """Make the recording of an event that changes another."""
    key = workspace.hash_key
    hid = ids.handle_id(key, ADA)
    digest = ids.event_digest(key, "test:1", name)
    known = {
        "handle": ADA,
        "hid": hid,
        "event": ids.event_id(hid, digest),
        "digest": digest,
        "body": ids.body_hash(name.encode()),
        "target": ids.event_digest(key, "test:1", target),
        "change": change,
        "occurred": T0 + at,
        "sequence": 0,
    }
    return Applying(**(known | more))


async def resting(link: Link, workspace: Workspace, hid: str) -> list[bytes]:
    """Give the packed entries of a timeline as they lie in the store."""
    p = workspace.prefix(hid)
    packed: list[bytes] = await link.call("LRANGE", keys.timeline(p, hid), 0, -1, key=p)
    return packed
