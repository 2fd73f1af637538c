"""How many answers were given, and how long they took: counted here, written out at a scrape.

A prometheus child costs about two microseconds an answer in locks; this costs a fifth. It is right because
only the loop's thread notes answers.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper edges, in seconds; the last bucket is beyond them all."""

ELSEWHERE = "elsewhere"
"""The label of what is no address of ours: strangers must not make labels."""


class Meter:
    """Counts answers by route and status, and times them by route. ``names``: the route of each handler."""

    def __init__(self, registry: CollectorRegistry, names: Mapping[object, str]) -> None:
        self._names = names
        self._answers: Counter[tuple[str, int]] = Counter()
        self._spans = {name: [0] * (len(BUCKETS) + 1) for name in (*names.values(), ELSEWHERE)}
        self._sums = dict.fromkeys(self._spans, 0.0)
        registry.register(self)

    def name(self, handler: object) -> str:
        """Name the route of a handler."""
        return self._names.get(handler, ELSEWHERE)

    def note(self, handler: object, status: int, seconds: float) -> None:
        """Note one answer."""
        name = self._names.get(handler, ELSEWHERE)
        self._answers[name, status] += 1
        self._spans[name][bisect_left(BUCKETS, seconds)] += 1
        self._sums[name] += seconds

    def collect(self) -> Iterator[Metric]:
        """Give the figures of the routes that answered."""
        answers = CounterMetricFamily("router_http_requests", "Answers given", labels=("route", "status"))
        for (name, status), count in sorted(self._answers.items()):
            answers.add_metric((name, str(status)), count)
        yield answers
        spans = HistogramMetricFamily("router_http_seconds", "Time to answer", labels=("route",))
        for name in sorted({name for name, _ in self._answers}):
            spans.add_metric((name,), self._buckets(name), self._sums[name])
        yield spans

    def _buckets(self, name: str) -> list[tuple[str, float]]:
        total, found = 0, []
        for edge, count in zip((*map(str, BUCKETS), "+Inf"), self._spans[name], strict=True):
            total += count
            found.append((edge, float(total)))
        return found
