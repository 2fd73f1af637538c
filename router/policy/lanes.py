"""Which lane an item waits in, which crew an agent belongs to, and which crew serves which lane."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import msgspec

from router.model.agent import AgentProfile, Capacity
from router.model.event import Channel
from router.model.lane import Crew, Lane

WHOLE = 1_000_000
"""One whole person, in the parts of a weight."""


def lane_for(queue: str, channel: str, skills: Iterable[str]) -> Lane:
    """Give the lane of an item. A skill reads ``german`` (any level) or ``german>=3``."""
    needs: dict[str, int] = {}
    for skill in skills:
        name, _, level = skill.partition(">=")
        needs[name] = max(needs.get(name, 0), int(level or 0))
    return Lane(queue, channel, dict(sorted(needs.items())))


def crew_for(profile: AgentProfile) -> Crew:
    """Give the crew of an agent."""
    queues = sorted(member.id for member in profile.memberships)
    return Crew(tuple(queues), dict(sorted(profile.skills.items())))


def serves(crew: Crew, lane: Lane) -> bool:
    """Say whether the crew's agents may take the lane's items."""
    return lane.queue in crew.queues and all(
        crew.skills.get(skill, -1) >= level for skill, level in lane.needs.items()
    )


def lane_id(lane: Lane) -> str:
    """Name a lane by what it is: the same lane has the same name in every process."""
    return "ln_" + _name(lane)


def crew_id(crew: Crew) -> str:
    """Name a crew by what it is."""
    return "cr_" + _name(crew)


def capacity(profile: AgentProfile, defaults: Mapping[Channel, Capacity]) -> dict[Channel, Capacity]:
    """Give weight and limit per channel; a channel with max 0 is not served at all."""
    merged = {**defaults, **profile.capacity}
    return {channel: room for channel, room in sorted(merged.items()) if room.max > 0}


def weight_ppm(room: Capacity) -> int:
    """Give a weight in parts per million, so that sums are exact (three thirds fit one person)."""
    return int(room.weight * WHOLE + 1e-3)


def _name(struct: Lane | Crew) -> str:
    return hashlib.blake2b(msgspec.json.encode(struct), digest_size=10).hexdigest()
