"""Whether the router lives, can work, and what it measures."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web
from msgspec import Struct
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric

from router.api import codec
from router.api.auth import Caller
from router.api.bodies import Alive, Check, Readiness
from router.api.world import World

METRICS = "text/plain; version=0.0.4; charset=utf-8"


async def live(world: World, _: Caller, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler's shape
    """Say that the process answers."""
    return codec.reply(Alive())


async def ready(world: World, _: Caller, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler's shape
    """Say whether the router can do its work, and what is missing."""
    checks = [Check(*check) for check in await world.health.ready()]
    holds = all(check.ok for check in checks)
    return codec.reply(Readiness(holds, checks), 200 if holds else 503)


async def metrics(world: World, _: Caller, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler's shape
    """Give the metrics of this process and of the store, in the Prometheus text format."""
    text = generate_latest(world.registry) + generate_latest(_registry(await world.gauges()))
    return web.Response(body=text, headers={"Content-Type": METRICS, "X-Content-Type-Options": "nosniff"})


class _Read(Struct, frozen=True, eq=False):
    """Figures read just now, in the shape a registry asks for."""

    figures: Iterable[Metric]

    def collect(self) -> Iterable[Metric]:
        """Give the figures."""
        return self.figures


def _registry(figures: Iterable[Metric]) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_Read(figures))
    return registry
