"""Handles: the addresses of customers, and how sure we are that two belong together."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Trust = Literal["observed", "claimed", "attested"]
HandleType = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,31}$(?!\n)")]
HandleValue = Annotated[str, Meta(min_length=1, max_length=512)]


class Handle(Struct, frozen=True, order=True):
    """An address of a customer on a channel, for example ``tel:+14155550100``."""

    type: HandleType
    value: HandleValue

    def __str__(self) -> str:
        """Write it as ``type:value``."""
        return f"{self.type}:{self.value}"

    @classmethod
    def read(cls, text: str) -> Handle:
        """Read ``type:value``; ValueError when there is no colon or a side is empty."""
        kind, colon, value = text.partition(":")
        if not (kind and colon and value):
            message = f"a handle reads type:value, not {text!r}"
            raise ValueError(message)
        return cls(kind, value)


class Party(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A handle as an event names it. ``trust`` speaks of the pair with the event's customer."""

    type: HandleType
    value: Annotated[str, Meta(max_length=512)]
    name: Annotated[str, Meta(max_length=256)] | None = None
    trust: Trust = "observed"

    @property
    def handle(self) -> Handle:
        """Give the bare handle, as written (see policy.handles for the normal form)."""
        return Handle(self.type, self.value)
