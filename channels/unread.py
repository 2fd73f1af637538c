"""Keep what could not be read of a batch, so that one bad entry neither loses the rest nor itself."""

from __future__ import annotations

import hashlib

import msgspec

from router.model.cloudevents import Refused
from router.model.event import Event

_PAYLOAD = 4096  # characters, the bound of router.model.event


def unread(refused: Refused, source: str, provider: str) -> Event:
    """Make an event of an entry that was refused: flag ``unparsed``, the reason in ``attrs``.

    Its id is the hash of the entry, so that the same bad entry is the same event.
    """
    written = msgspec.json.encode(refused.entry, order="deterministic")
    return Event(
        id=f"h:{hashlib.sha256(written).hexdigest()}",
        source=source,
        kind="generic",
        author="system",
        provider=provider,
        payload=written.decode("utf-8")[:_PAYLOAD],
        flags=["unparsed"],
        attrs={"refused": refused.reason.detail[:1024], "field": refused.reason.field},
    )
