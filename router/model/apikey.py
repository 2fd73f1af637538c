"""The API key: who may do what. Of its secret only the SHA-256 is kept."""

from __future__ import annotations

import hashlib
from typing import Literal

from msgspec import Struct

from router.model.event import Short, Word

Role = Literal["adapter", "agent", "supervisor", "admin"]


class ApiKey(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a key may. ``agent``: the one agent it speaks for; ``sources``: the ones it may post, None: all.

    ``created`` in ms.
    """

    id: Word
    role: Role
    name: Short
    workspace: str
    created: int
    agent: Word | None = None
    sources: tuple[str, ...] | None = None


def secret_hash(secret: str) -> str:
    """Give the SHA-256 of a secret in hex. It has 256 random bits, so neither salt nor stretching helps."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
