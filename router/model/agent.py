"""The agent: a person who takes items; which queues, with which skills, how much at once."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct

from router.model.event import Channel, Short, Word
from router.model.queue import Later, refuse_later

Level = Annotated[int, Meta(ge=0, le=9)]
"""0 is the least, 9 the most."""

Skill = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,63}$(?!\n)")]
"""A skill's name, for example ``german``."""

Need = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,63}(>=[0-9])?$(?!\n)")]
"""What an item asks for: ``german`` (any level) or ``german>=3``."""


class Capacity(Struct, frozen=True, forbid_unknown_fields=True):
    """What one item of a channel costs an agent (1.0 is the whole agent), and how many at most.

    One follows from the other where only one is named: three at most weigh a third each.
    """

    weight: Annotated[float, Meta(ge=0, le=1)] | None = None
    max: Annotated[int, Meta(ge=0, le=100)] | None = None

    def __post_init__(self) -> None:
        """Refuse to say nothing."""
        if self.weight is None and self.max is None:
            raise ValueError("name a `weight`, a `max`, or both")


class Membership(Struct, frozen=True, forbid_unknown_fields=True):
    """That an agent serves a queue. Level 0 serves from the start, a higher one as the lane widens."""

    id: Word
    level: Level = 0


class AgentProfile(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """The settings of an agent, all optional. A channel without ``capacity`` has the router's default.

    Items with skills come only to agents whose skills suffice.
    """

    name: Short | None = None
    queues: Annotated[list[Word | Membership], Meta(max_length=256)] = []
    skills: Annotated[dict[Skill, Level], Meta(max_length=64)] = {}
    capacity: dict[Channel, Capacity] = {}
    interrupts: Later = UNSET

    def __post_init__(self) -> None:
        """Refuse what this release cannot do yet, and a queue named twice."""
        refuse_later("an agent", interrupts=self.interrupts)
        names = [member.id for member in self.memberships]
        for name in names:
            if names.count(name) > 1:
                message = f"queue `{name}` is named twice"
                raise ValueError(message)

    @property
    def memberships(self) -> tuple[Membership, ...]:
        """The queues served, each with its level."""
        return tuple(Membership(queue) if isinstance(queue, str) else queue for queue in self.queues)
