"""Folds a customer's timeline into the journey, whenever it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from router.model.entry import Entry
from router.model.view import View
from router.policy import linking
from router.policy.journey import fold
from router.policy.journey_events import Linked, journey_events
from router.policy.journey_nouns import Journey, JourneyEvent
from router.policy.journey_settings import DAY_MS, JourneySettings
from router.store.reading import Reading, Versions
from router.store.views import Views

KEPT_S = 10.0
"""How long a journey is believed while no event changes it: what time alone changes takes minutes."""

KEPT = 2000
"""Journeys kept, some 10 KB each."""

_ENTRY = msgspec.json.Decoder(Entry)


class Read(Struct, frozen=True):
    """What was read of a view, ready to be folded: its journey events as known at ``at_ms``."""

    view: View
    versions: Versions
    events: Sequence[JourneyEvent]
    at_ms: int


class _Kept(Struct, frozen=True):
    """A journey, the revisions of the view and of its handles that it stands for, and when it was folded."""

    journey: Journey
    view_rev: int
    revs: Mapping[str, int]
    at_s: float


class Folds:
    """Reads all handles of a view and folds them, whenever something changed."""

    def __init__(
        self, views: Views, reading: Reading, settings: JourneySettings, now: Callable[[], float]
    ) -> None:
        self._views, self._reading, self._settings, self._now = views, reading, settings, now
        self._kept: dict[str, _Kept] = {}

    async def current(self, view: View, revs: Mapping[str, int]) -> Journey:
        """Fold a view as it is. ``revs`` of its handles: what was folded of the same is given again."""
        kept, now = self._kept.pop(view.view, None), self._now()
        if kept is None or (kept.view_rev, kept.revs) != (view.rev, revs) or now - kept.at_s > KEPT_S:
            read = await self.read(view.view, view)
            found = {hid: rev for hid, (_, rev) in read.versions.items()}
            kept = _Kept(self.fold(read), view.rev, found, now)
        self._kept[view.view] = kept
        if len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return kept.journey

    async def journey(
        self,
        customer: str,
        as_of_ms: int | None = None,
        window_days: float | None = None,
        unknown: Literal["same", "new"] | None = None,
    ) -> Journey:
        """Fold the customer as known at ``as_of_ms`` (None: now), with the window W in days."""
        read = await self.read(customer, await self._views.get(customer), as_of_ms)
        return self.fold(read, window_days, unknown)

    async def read(self, customer: str, view: View, as_of_ms: int | None = None) -> Read:
        """Read the timelines of a customer, whose view it is now, as known at ``as_of_ms`` (None: now)."""
        at_ms = int(self._now() * 1000) if as_of_ms is None else as_of_ms
        edges = await self._views.edges(customer) if view.rev else []
        hids = view.hids if as_of_ms is None else linking.hids_at(customer, edges, at_ms)
        versions, kept = await self._reading.whole(hids)
        links = [
            Linked(edge.a.hid, edge.b.hid, edge.when)
            for edge in edges
            if (edge.holds() if as_of_ms is None else edge.holds(at_ms))
        ]
        events = journey_events((_ENTRY.decode(one.json) for one in kept), links, as_of_ms=at_ms)
        return Read(view, versions, events, at_ms)

    def fold(
        self, read: Read, window_days: float | None = None, unknown: Literal["same", "new"] | None = None
    ) -> Journey:
        """Fold what was read, with the window W in days."""
        settings = self._settings if unknown is None else replace(self._settings, unknown=unknown)
        window_ms = settings.window_ms if window_days is None else round(window_days * DAY_MS)
        return fold(read.events, as_of_ms=read.at_ms, window_ms=window_ms, settings=settings)
