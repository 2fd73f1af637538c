"""Parts of a house that need no store: what the API calls, small enough to see through.

They keep what they were given, so that a test can ask for it. They decide nothing that the real ones do.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from feeds import Feed
from known import Aside, Known
from network import Network
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric

from router.api.server import make_app
from router.api.world import World
from router.errors import NotFound, OfferTaken, RouterError
from router.flow.background import Background
from router.flow.confirm import Confirmations
from router.flow.documents import Documents
from router.model.apikey import ApiKey, Role
from router.model.event import Event
from router.model.item import Item
from router.model.queue import QueueProfile
from router.ports import Account, Channel, Result
from router.settings import Server, Settings

WHEN = datetime(2026, 3, 2, 9, tzinfo=UTC)
ADMIN, ADAPTER, AGENT, SUPERVISOR = "admin-secret", "adapter-secret", "ada-secret", "sue-secret"

SHUTDOWN_S = 30
"""How long the end of a server waits for what is under way: far more than a test takes on any machine."""


class Recorder:
    """Keeps entries; refuses those whose id is a key of ``refusals``."""

    def __init__(self) -> None:
        self.entries: list[Event | RouterError] = []
        self.calls: list[dict[str, Any]] = []
        self.raws: list[str | None] = []
        self.refusals: dict[str, RouterError] = {}

    async def record(
        self,
        entries: Sequence[Event | RouterError],
        /,
        *,
        account: Account | None = None,
        imported: bool = False,
        strict: bool = True,
        raw: str | None = None,
    ) -> Sequence[Result | RouterError]:
        """Answer each entry by its id."""
        self.entries += entries
        self.raws.append(raw)
        self.calls.append({"account": account, "imported": imported, "strict": strict})
        return [self._answer(entry) for entry in entries]

    async def keep(self, body: bytes, /) -> str:
        """Name a raw body by its length."""
        return f"raw{len(body)}"

    def _answer(self, entry: Event | RouterError) -> Result | RouterError:
        if isinstance(entry, RouterError):
            return entry
        if entry.id in self.refusals:
            return self.refusals[entry.id]
        return Result(f"evt_{entry.id}", "cus_1", "cnv_1", None, duplicate=False)


class Keyring:
    """A few keys by their secrets; counts how often it is asked."""

    def __init__(self) -> None:
        self.by_secret = {
            ADMIN: key("admin"),
            ADAPTER: key("adapter", sources=("twilio:AC1",)),
            AGENT: key("agent", agent="ada"),
            SUPERVISOR: key("supervisor"),
        }
        self.asked = 0

    async def find(self, secret: str, /) -> ApiKey | None:
        """Look a secret up."""
        self.asked += 1
        return self.by_secret.get(secret)

    async def put(
        self, *, role: Role, name: str, agent: str | None, sources: Sequence[str] | None
    ) -> tuple[ApiKey, str]:
        """Make a key."""
        made = key(role, name=name, agent=agent, sources=None if sources is None else tuple(sources))
        self.by_secret["fresh"] = made
        return made, "fresh"

    async def list(self) -> Sequence[ApiKey]:
        """Give every key."""
        return list(self.by_secret.values())

    async def revoke(self, key: str, /) -> None:
        """Forget a key."""
        found = [secret for secret, one in self.by_secret.items() if one.id == key]
        if not found:
            raise NotFound(f"there is no key {key}")
        del self.by_secret[found[0]]


def key(
    role: Role, *, name: str = "", agent: str | None = None, sources: tuple[str, ...] | None = None
) -> ApiKey:
    """Make a key named after its role."""
    return ApiKey(
        id=f"key_{name or role}",
        role=role,
        name=name or role,
        workspace="t",
        created=0,
        agent=agent,
        sources=sources,
    )


class Desk:
    """Notes every call by name; offers come from a queue that the test fills."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.waits: asyncio.Queue[Any] = asyncio.Queue()
        self.touched = asyncio.Event()
        self.error: Exception | None = None

    def _note(self, *call: Any) -> Item:
        self.calls.append(call)
        if self.error is not None:
            raise self.error
        return Item(
            id="itm_1",
            conversation="cnv_1",
            customer="cus_1",
            queue="support",
            channel="sms",
            label="sms",
            state="active",
            skills=[],
            priority=0,
            entered_at=WHEN,
            due_at=WHEN,
        )

    async def touch(self, agent: str, /, *, opened: bool) -> None:
        """Note a sign of presence."""
        self.calls.append(("touch", agent, opened))
        self.touched.set()

    async def offers(self, agent: str, wait_s: float, /) -> Sequence[Any]:
        """Wait for what the test lays in."""
        self._note("offers", agent, wait_s)
        return [] if wait_s == 0 else [await asyncio.wait_for(self.waits.get(), wait_s)]

    async def accept(self, offer: str, agent: str, /) -> Item:
        """Refuse one offer, take the others."""
        if offer == "off_taken":
            raise OfferTaken
        return self._note("accept", offer, agent)

    async def decline(self, offer: str, agent: str, /) -> Item:
        """Note it."""
        return self._note("decline", offer, agent)

    async def complete(self, item: str, /, **named: Any) -> Item:
        """Note it."""
        return self._note("complete", item, named)

    async def transfer(self, item: str, /, **named: Any) -> Item:
        """Note it."""
        return self._note("transfer", item, named)

    async def cancel(self, item: str, /, **named: Any) -> Item:
        """Note it."""
        return self._note("cancel", item, named)

    async def item(self, item: str, /) -> Item:
        """Note it."""
        return self._note("item", item)

    async def put_queue(self, queue: str, profile: QueueProfile, /) -> Item:
        """Note it."""
        return self._note("put_queue", queue, profile)


class Doctor:
    """Says what the test wants to hear of the house's health."""

    def __init__(self) -> None:
        self.checks: list[tuple[str, bool, str]] = [("store", True, "answers")]

    async def ready(self) -> Sequence[tuple[str, bool, str]]:
        """Give the checks."""
        return self.checks


class Parts:
    """A world made of these parts, and its server on loopback."""

    def __init__(
        self, channels: dict[tuple[str, str], Channel] | None = None, accounts: Any = None, **server: Any
    ) -> None:
        self.network, self.background = Network(), Background()
        self.ingest, self.serve, self.known = Recorder(), Desk(), Known()
        self.push, self.keys, self.health = Feed(), Keyring(), Doctor()
        self.aside = Aside()
        self.world = World(
            ingest=self.ingest,
            raws=self.ingest,
            documents=Documents(self.network, self.background, time.monotonic),
            confirmations=Confirmations(self.network, self.background),
            dead_letters=self.aside,
            serve=self.serve,  # type: ignore[arg-type] # only what a test calls is there
            staff=self.serve,  # type: ignore[arg-type] # the same: it notes what is asked of it
            lobby=self.known,
            rooms=self.known,
            contexts=self.known,
            links=self.known,
            send=self.known,
            reports=self.known,
            push=self.push,
            keys=self.keys,
            health=self.health,
            channels=channels or {},
            settings=Settings(server=Server(**server), channels=accounts or {}),
            registry=CollectorRegistry(),
            gauges=gauges,
        )
        self.url = ""
        self.port = 0

    async def start(self) -> web.AppRunner:
        """Serve on a free port of loopback; the runner ends it."""
        runner = web.AppRunner(make_app(self.world), shutdown_timeout=SHUTDOWN_S)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}"
        return runner


async def gauges() -> Iterable[Metric]:
    """Give one figure as the store would."""
    figure = GaugeMetricFamily("router_queue_depth", "Items.", labels=["queue"])
    figure.add_metric(["support"], 3)
    return [figure]
