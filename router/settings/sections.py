"""The sections of the configuration: every setting with its default, its unit in its name."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from router.model.event import Word
from router.model.routing import Routing, Seconds
from router.model.sending import Sending

__all__ = ["Routing", "Sending", "Server", "Smtp", "Store"]

Port = Annotated[int, Meta(ge=0, le=65_535)]
Bytes = Annotated[int, Meta(ge=1024, le=1_073_741_824)]
Url = Annotated[str, Meta(pattern=r"^https?://[^/?#]+[^?#]*$(?!\n)")]
RedisUrl = Annotated[str, Meta(pattern=r"^(rediss?(\+cluster)?|unix)://")]
Network = Annotated[str, Meta(pattern=r"^[0-9a-fA-F.:]+/[0-9]{1,3}$(?!\n)")]
Workspace = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$(?!\n)")]


class Server(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the router listens and what it takes.

    Port 0 is any free one. ``public_url`` is what providers call, None: http://host:port. ``drain_s``
    is how long calls under way may take after SIGTERM. ``takeover_s`` after a router died, another one on the
    same store takes over the connections of which there is one: to a mailbox, to an Asterisk.
    Reports count by the days of ``zone``. ``admin_key`` boots the first admin key.
    """

    host: str = "127.0.0.1"
    port: Port = 8080
    public_url: Url | None = None
    body_max_bytes: Bytes = 1_048_576
    multipart_max_bytes: Bytes = 31_457_280
    body_deadline_s: Seconds = 10
    drain_s: Seconds = 10
    takeover_s: Annotated[float, Meta(ge=0.5, le=3600)] = 15
    workspace: Workspace = "main"
    zone: Annotated[str, Meta(min_length=1, max_length=64)] = "UTC"
    admin_key: Annotated[str, Meta(min_length=1, max_length=256)] | None = None

    @property
    def url(self) -> str:
        """The address providers call, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")


class Store(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where everything rests. ``redis_url`` None: an embedded engine keeps its files under ``data``.

    ``durable``: every acknowledged write is on the disk (appendfsync always); else a power cut may
    take the last second. ``call_deadline_s`` is how long one call of the store may take.
    """

    data: Annotated[str, Meta(min_length=1)] = ".router-data"
    redis_url: RedisUrl | None = None
    durable: bool = False
    call_deadline_s: Seconds = 2


class Smtp(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The mail listener; ``port`` None: there is none. Its events have the source ``email_raw:account``.

    ``peers``: the networks that may connect; there is no login, so by default only this machine may.
    """

    port: Port | None = None
    host: str = "127.0.0.1"
    protocol: Literal["smtp", "lmtp"] = "smtp"
    max_bytes: Bytes = 26_214_400
    parse_deadline_s: Seconds = 5
    account: Word = "main"
    queue: Word | None = None
    peers: Annotated[list[Network], Meta(min_length=1, max_length=64)] = field(
        default_factory=lambda: ["127.0.0.0/8", "::1/128"]
    )
