"""What a person has got and seen of our messages on Messenger and Instagram."""

from __future__ import annotations

from channels import wire
from channels.fit import fit, kept
from channels.social.meta_page_talk import Talk
from channels.wire import Table
from router.model.event import Event

_MOST_READ = 1000


def seen(told: Table, talk: Talk) -> list[Event]:
    """Read that our messages were seen: Instagram names one, Messenger a time up to which."""
    mid = wire.name(told, "mid")
    attrs = kept({"watermark": wire.name(told, "watermark")})
    return [talk.event(talk.named("read", mid), kind="read", target=fit(mid), attrs=attrs)]


def delivered(told: Table, talk: Talk) -> list[Event]:
    """Read that our messages arrived: each that is named, else all up to a time."""
    watermark = wire.name(told, "watermark")
    mids = [mid for mid in wire.array(told, "mids") if isinstance(mid, str) and mid][:_MOST_READ]
    natives = {f"{mid}:delivered": mid for mid in mids} or {talk.named("delivered", watermark): ""}
    return [
        talk.event(
            native,
            kind="status",
            direction="out",
            author="system",
            status="delivered",
            target=fit(mid),
            attrs=kept({"watermark": watermark}),
        )
        for native, mid in natives.items()
    ]
