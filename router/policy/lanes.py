"""Which lane an item waits in, which crew an agent belongs to, and which crew serves which lane."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import msgspec

from router.model.agent import AgentProfile, Capacity
from router.model.event import Channel
from router.model.lane import Crew, Lane, Room

WHOLE = 1_000_000
"""One whole person, in the parts of a weight."""

MOST = 100
"""Items of one channel that an agent holds at most, where nothing else limits them."""


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


def rooms(profile: AgentProfile, defaults: Mapping[Channel, Capacity]) -> dict[Channel, Room]:
    """Give the room for each channel; one with a limit of 0 is not served at all."""
    merged = {**defaults, **profile.capacity}
    found = {channel: room(capacity) for channel, capacity in sorted(merged.items())}
    return {channel: one for channel, one in found.items() if one.limit > 0}


def room(capacity: Capacity) -> Room:
    """Give the room a capacity means. Weights are whole ppm, so that sums are exact: three thirds fit."""
    weight, limit = capacity.weight, capacity.max
    if limit is None:
        limit = min(MOST, int(1 / weight + 1e-9)) if weight else MOST
    if weight is None:
        weight = 1 / limit if limit else 0.0
    return Room(int(weight * WHOLE + 1e-3), limit)


def _name(struct: Lane | Crew) -> str:
    return hashlib.blake2b(msgspec.json.encode(struct), digest_size=10).hexdigest()
