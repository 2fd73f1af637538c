"""What the content of a Matrix message carries: words of its own, a file, a place."""

from __future__ import annotations

from collections.abc import Mapping

from channels import wire
from channels.fit import SHORT, URL, fit
from channels.wire import Table
from router.model.event import Attachment, Location

_FILES: Mapping[str, str] = {
    "m.image": "image", "m.file": "file", "m.audio": "audio", "m.video": "video", "m.sticker": "sticker",
}  # fmt: skip


def own_words(body: str) -> str:
    """Give a reply without what it quotes: lines with ``>`` before the first that has none."""
    lines = body.split("\n")
    quoted = next((n for n, line in enumerate(lines) if not line.startswith(">")), len(lines))
    return "\n".join(lines[quoted:]).lstrip("\n") if quoted else body


def files(body: Table, kind: str) -> list[Attachment]:
    """Give the file of a message whose kind is one; only the homeserver hands it out."""
    url = wire.text(body, "url") or wire.text(body, "file", "url")
    if kind not in _FILES or not url:
        return []
    info = wire.table(body, "info")
    return [
        Attachment(
            kind=_FILES[kind],
            mime=fit(wire.text(info, "mimetype"), SHORT),
            name=fit(wire.text(body, "filename") or wire.text(body, "body")),
            size=max(0, wire.whole(info, "size") or 0) or None,
            url=fit(url, URL),
            fetch="provider",
        )
    ]


def location(body: Table) -> Location | None:
    """Read ``geo:`` (RFC 5870): degrees north, east, and perhaps more."""
    scheme, _, rest = (wire.text(body, "geo_uri") or wire.text(body, "m.location", "uri") or "").partition(
        ":"
    )
    north, _, east = rest.partition(";")[0].partition(",")
    if scheme.lower() != "geo":
        return None
    return wire.place(north, east.partition(",")[0], wire.text(body, "body"), None)
