"""The demo: the router as it is, a past, and people on both sides of it."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

from msgspec.structs import replace
from rich.console import Console

from router.app import Running
from router.demo import logins
from router.demo.agents import Agent, World
from router.demo.customers import Customers
from router.demo.doors import Address, Doors
from router.demo.lines import Lines
from router.demo.logins import Memory
from router.demo.preload import preload
from router.demo.show import ticker, told
from router.demo.traffic import Traffic
from router.house import open_house
from router.settings import Layer, settle

ADA = "ada"
"""The agent whom nobody simulates: whoever tries the demo is her."""

PUBLIC = "http://demo.example"
"""The address that Twilio would call; nothing is ever sent there, its signature covers it."""


def demo_file() -> Path:
    """Give the configuration of the demo: beside this file in a wheel, in config/ of the source tree."""
    packed = Path(__file__).with_name("demo.toml")
    return packed if packed.is_file() else Path(__file__).parents[2] / "config" / "demo.toml"


def run(sources: Sequence[Layer], seconds: float | None) -> None:
    """Run the demo until Ctrl-C or SIGTERM, or for some seconds after it is ready."""
    asyncio.run(demo(sources, seconds, Console()))


async def demo(sources: Sequence[Layer], seconds: float | None, console: Console) -> None:
    """Start everything, tell where it is, play until told to stop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    data = Path(settle(sources).store.data)
    memory = logins.recall(data)
    settings = settle([*sources, *_elsewhere(sources), _secrets(memory.token)])
    async with AsyncExitStack() as stack:
        house = await open_house(settings, stack)
        await house.seed()
        memory = await logins.logins(house.keyring, memory, list(settings.agents))
        logins.remember(data, replace(memory, starts=memory.starts + 1))
        addresses = (await stack.enter_async_context(Running(house))).addresses
        where = Address(addresses["http"], PUBLIC, addresses["smtp"], memory.token)
        doors = await stack.enter_async_context(Doors(where, memory.keys["adapter"]))
        await preload(doors, data, replace(memory, starts=memory.starts + 1), console, stop)
        console.print(told(addresses, memory.keys, data), soft_wrap=True)
        await _play(doors, list(settings.agents), memory, console, stop, seconds)
    console.print("Stopped.")


def _elsewhere(sources: Sequence[Layer]) -> list[Layer]:
    """Take any free port where nobody named one and the usual one is taken: it must start."""
    server = settle(sources).server
    if any(source.holds(("server", "port")) for source in sources):
        return []
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((server.host, server.port))
        except OSError:
            return [Layer({"server": {"port": 0}}, lambda _: "router demo")]
    return []


def _secrets(token: str) -> Layer:
    """Give Twilio's accounts and web chat what signs, and Twilio the public address: as in earnest."""
    account = {"demo": {"secret": token, "public_url": PUBLIC, "unsigned": False}}
    twilio = {channel: {"twilio": account} for channel in ("sms", "social", "voice")}
    tree = {"channels": {**twilio, "chat": {"web": {"demo": {"secret": token}}}}}
    return Layer(tree, lambda _: "router demo")


async def _play(  # noqa: PLR0913, PLR0917 - the stage, the cast, and when the curtain falls
    doors: Doors,
    names: Sequence[str],
    memory: Memory,
    console: Console,
    stop: asyncio.Event,
    seconds: float | None,
) -> None:
    """Let customers and agents act until the time is over or somebody stops us."""
    lines, rng = Lines(), Random(memory.starts)  # noqa: S311 - the same people each time are the point
    customers = Customers(doors, lines, rng, f"{time.time():.3f}")
    world = World(doors, customers, lines, rng)
    agents = [Agent(name, memory.keys[f"agent {name}"], world) for name in names if name != ADA]
    traffic = Traffic(customers, memory.starts, asyncio.get_running_loop().time)
    acts = [
        stop.wait(),
        traffic.run(),
        *(agent.work() for agent in agents),
        ticker(console, doors, agents, traffic),
    ]
    tasks = [asyncio.ensure_future(act) for act in acts]
    try:
        done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()  # an actor who fell off the stage is a fault of the demo: say so
