"""The sections of the configuration: every setting with its default, its unit in its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from router.model.agent import Capacity
from router.model.event import Channel, Word

Port = Annotated[int, Meta(ge=0, le=65_535)]
Seconds = Annotated[float, Meta(gt=0, le=31_536_000)]
Bytes = Annotated[int, Meta(ge=1024, le=1_073_741_824)]
Url = Annotated[str, Meta(pattern=r"^https?://[^/?#]+[^?#]*$")]
RedisUrl = Annotated[str, Meta(pattern=r"^(redis|rediss|valkey|valkeys|unix)://")]
Workspace = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
Factor = Annotated[float, Meta(gt=0, le=100)]

CAPACITY: Mapping[Channel, Capacity] = {
    "voice": Capacity(weight=1.0, max=1),
    "chat": Capacity(weight=0.34, max=2),
    "sms": Capacity(weight=0.25, max=4),
    "social": Capacity(weight=0.25, max=4),
    "email": Capacity(weight=0.5, max=2),
}
"""What an agent who says nothing takes: one call and nothing else, or up to four messages."""


class Server(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the router listens and what it takes.

    Port 0 is any free one. ``public_url`` is what providers call, None: http://host:port. ``drain_s``
    is how long calls under way may take after SIGTERM. ``admin_key`` boots the first admin key.
    """

    host: str = "127.0.0.1"
    port: Port = 8080
    public_url: Url | None = None
    body_max_bytes: Bytes = 1_048_576
    multipart_max_bytes: Bytes = 31_457_280
    body_deadline_s: Seconds = 10
    drain_s: Seconds = 10
    workspace: Workspace = "main"
    admin_key: Annotated[str, Meta(min_length=1, max_length=256)] | None = None

    @property
    def url(self) -> str:
        """The address providers call, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


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
    """The mail listener; ``port`` None: there is none. Its events have the source ``smtp:account``."""

    port: Port | None = None
    host: str = "127.0.0.1"
    protocol: Literal["smtp", "lmtp"] = "smtp"
    max_bytes: Bytes = 26_214_400
    parse_deadline_s: Seconds = 5
    account: Word = "main"
    queue: Word | None = None


class Routing(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How work finds people.

    ``idle_s``: a messaging item without a word for so long ends by itself. ``memory_s``: how long an
    agent is not offered again what they let pass; ``max_offers`` per item and agent;
    ``misses_to_away`` offers missed in a row set the agent away. ``lease_s``: a desk that is silent so
    long is gone, ``lease_grace_s`` later its active items return. ``sweep_s``: the net under everything
    that should have happened. ``answer_wait_ms``: how long the answer to an event waits for its item.
    ``priority_step_s``: what one step of priority is worth. ``capacity`` of agents that name none,
    ``tiers``: the factor on the target for customers of a tier.
    """

    idle_s: Seconds = 86_400
    memory_s: Seconds = 60
    max_offers: Annotated[int, Meta(ge=1, le=100)] = 3
    misses_to_away: Annotated[int, Meta(ge=1, le=100)] = 3
    lease_s: Seconds = 30
    lease_grace_s: Seconds = 120
    sweep_s: Seconds = 5
    answer_wait_ms: Annotated[int, Meta(ge=0, le=10_000)] = 300
    priority_step_s: Seconds = 60
    capacity: dict[Channel, Capacity] = field(default_factory=lambda: dict(CAPACITY))
    tiers: dict[Annotated[str, Meta(min_length=1, max_length=64)], Factor] = field(
        default_factory=lambda: {"vip": 0.5}
    )
