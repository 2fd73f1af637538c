"""Keep what could not be read of a batch, so that one bad entry neither loses the rest nor itself."""

from __future__ import annotations

import hashlib

import msgspec

from channels.fit import PAYLOAD
from router.model.cloudevents import Refused
from router.model.event import Event


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
        payload=written.decode("utf-8")[:PAYLOAD],
        flags=["unparsed"],
        attrs={"refused": refused.reason.detail[:1024], "field": refused.reason.field},
    )
