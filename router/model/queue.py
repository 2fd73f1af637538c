"""The queue: where items of one sort wait, and what it promises."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Label = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,31}$(?!\n)")]
"""What journeys count switches between: a medium, or a channel's name."""

Target = Annotated[float, Meta(gt=0, le=31_536_000)]
"""Seconds within which an item should be answered."""

Order = Literal["due", "fifo", "priority"]
"""Which formula gives the due time: see ``router.policy.due``."""

Later = object | UnsetType
"""A setting this release knows by name only; giving it is refused, never ignored."""


def refuse_later(noun: str, **given: Later) -> None:
    """Raise ValueError for a setting that is given although this release cannot do it yet."""
    for name, value in given.items():
        if value is not UNSET:
            message = f"`{name}` of {noun} is not available in this release; leave it out"
            raise ValueError(message)


class ServiceLevel(Struct, frozen=True, forbid_unknown_fields=True):
    """``percent`` of the items should be answered within ``threshold_s``."""

    threshold_s: Target = 20
    percent: Annotated[float, Meta(gt=0, le=100)] = 80


class QueueProfile(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """The settings of a queue, all optional.

    ``targets`` by label (or channel) in seconds; what is not named has the router's default.
    ``offer_timeout_s`` is how long an agent may think about an offer, ``wrap_up_s`` how long the work
    after the contact may take (0: none).
    """

    targets: Annotated[dict[Label, Target], Meta(max_length=64)] = {}
    service_level: ServiceLevel = ServiceLevel()
    order: Order = "due"
    choice: Literal["longest_idle", "round_robin", "least_loaded", "most_skilled"] = "longest_idle"
    offer_timeout_s: Annotated[float, Meta(gt=0, le=3600)] = 20
    wrap_up_s: Annotated[float, Meta(ge=0, le=86_400)] = 30
    max_waiting: Later = UNSET
    overflow: Later = UNSET
    hours: Later = UNSET
    together: Later = UNSET
    affinity_s: Later = UNSET

    def __post_init__(self) -> None:
        """Refuse what this release cannot do yet."""
        refuse_later(
            "a queue",
            max_waiting=self.max_waiting,
            overflow=self.overflow,
            hours=self.hours,
            together=self.together,
            affinity_s=self.affinity_s,
        )
        if self.choice != "longest_idle":
            message = f"choice `{self.choice}` is not available in this release; leave it at longest_idle"
            raise ValueError(message)
