"""The routing slot of a workspace: items, agents, queues, depth, what is due, the feed."""

from __future__ import annotations

from router.store import keys
from router.store.agents import Agents
from router.store.depth import Depths
from router.store.due import Dues
from router.store.feed import Feed
from router.store.items import Items
from router.store.library import Library
from router.store.link import Link
from router.store.registry import Registries


class RoutingSlot:
    """Everything that lives in one routing slot, each noun with its own methods."""

    def __init__(self, link: Link, library: Library, p: str) -> None:
        self.anchor = keys.slot(p)
        self.items = Items(link, library, p)
        self.agents = Agents(link, library, p)
        self.registries = Registries(link, library, p)
        self.depths = Depths(link, p)
        self.dues = Dues(link, p)
        self.feed = Feed(link, p)
