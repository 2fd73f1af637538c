"""Whether the router can do its work, and the numbers a scrape reads from the store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from prometheus_client.core import GaugeMetricFamily, Metric

from router.errors import RouterError
from router.flow.shown import STATES
from router.flow.staff import Staff
from router.store.pulse import Pulse


class Health:
    """Readiness: the store answers and keeps what it is told, and we are not on our way out."""

    def __init__(self, pulse: Pulse, staff: Staff) -> None:
        self._pulse, self._staff = pulse, staff
        self.draining = False

    async def ready(self) -> Sequence[tuple[str, bool, str]]:
        """Give each check: its name, whether it holds, and words for people."""
        store, disk = "answers", "keeps what it is told"
        try:
            trouble = await self._pulse.trouble()
        except RouterError as problem:
            return [("store", False, problem.detail), ("draining", not self.draining, _drain(self.draining))]
        return [
            ("store", True, store),
            ("disk", trouble is None, trouble or disk),
            ("draining", not self.draining, _drain(self.draining)),
        ]

    async def gauges(self) -> Iterable[Metric]:
        """Read queue depth, oldest age and agents by state: never kept per process."""
        depth = GaugeMetricFamily(
            "router_queue_depth", "Items by queue, channel and state", labels=["queue", "channel", "state"]
        )
        oldest = GaugeMetricFamily(
            "router_queue_oldest_age_seconds", "Age of the oldest waiting item", labels=["queue", "channel"]
        )
        agents = GaugeMetricFamily("router_agents", "Agents by state", labels=["state"])
        for queue in (await self._staff.queues()).queues:
            for channel, counts in queue.channels.items():
                for state in STATES:
                    depth.add_metric([queue.id, channel, state], getattr(counts, state))
                oldest.add_metric([queue.id, channel], counts.oldest_s or 0)
        states: list[str] = [agent.state for agent in await self._staff.agents()]
        for state in ("available", "away", "offline"):
            agents.add_metric([state], states.count(state))
        return [depth, oldest, agents]


def _drain(draining: bool) -> str:
    return "on its way out" if draining else "stays"
