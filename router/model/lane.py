"""Lanes and crews: the two sides of matching."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Lane(Struct, frozen=True):
    """Where items wait: queue x channel x skills. ``needs`` maps a skill to its least level."""

    queue: str
    channel: str
    needs: Mapping[str, int] = {}


class Crew(Struct, frozen=True):
    """The agents with the same queues and skills (levels 0 to 9)."""

    queues: tuple[str, ...]
    skills: Mapping[str, int] = {}


class Room(Struct, frozen=True):
    """What an item of a channel takes of an agent, in parts per million, and how many there may be."""

    weight_ppm: int
    limit: int
