"""How messages of ours go out: the settings of sending."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field

Seconds = Annotated[float, Meta(gt=0, le=3600)]


class Sending(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How messages of ours go out.

    ``attempt_s``: a provider may take so long, then nobody knows whether it took the message.
    ``again_s``: how long to wait after each attempt that surely failed; after the last of them the message
    has failed. ``lapse_s``: who claimed a message and is silent for so long after the end of the attempt is
    gone, and nobody knows what came of it.
    """

    attempt_s: Seconds = 40
    again_s: Annotated[list[Seconds], Meta(max_length=20)] = field(default_factory=lambda: [1, 5, 25, 60])
    lapse_s: Seconds = 20

    @property
    def lease_ms(self) -> int:
        """How long a claim holds, in ms: the attempt, and the settling after it."""
        return round((self.attempt_s + self.lapse_s) * 1000)
