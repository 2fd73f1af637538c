"""What an operator does to a store from the command line, whether a router runs on it or not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import click
from msgspec.structs import replace
from rich.console import Console

from router.house import House, open_house
from router.model.apikey import ApiKey, Role
from router.settings import Settings
from router.store.datadir import socket_of

_COLOURS = {"well": "green", "advice": "yellow", "ill": "red"}


@asynccontextmanager
async def reached(settings: Settings) -> AsyncIterator[House]:
    """Reach the store of a running router, or start the engine for as long as this takes."""
    socket = None if settings.store.redis_url else socket_of(Path(settings.store.data))
    if socket is not None:
        settings = replace(settings, store=replace(settings.store, redis_url=f"unix://{socket}"))
    async with AsyncExitStack() as stack:
        yield await open_house(settings, stack)


async def examine(settings: Settings) -> bool:
    """Print what the doctor finds; False when something is ill."""
    console = Console(highlight=False)
    well = True
    async with reached(settings) as house:
        async for finding in house.doctor.examine():
            sign = f"[{_COLOURS[finding.state]}]{finding.state:6}[/]"
            console.print(f"{sign}  {finding.what:10}  {finding.found}", soft_wrap=True)
            if finding.mend:
                console.print(f"{'':20}→ {finding.mend}", soft_wrap=True)
            well &= finding.state != "ill"
    return well


async def add_key(
    settings: Settings, role: Role, name: str, agent: str | None, sources: Sequence[str] | None
) -> None:
    """Make an API key and print its secret, this once."""
    async with reached(settings) as house:
        key, secret = await house.keyring.put(role=role, name=name, agent=agent, sources=sources)
    click.echo(f"{key.id}  {secret}")


async def list_keys(settings: Settings) -> None:
    """Print every key, oldest first."""
    async with reached(settings) as house:
        for key in await house.keyring.list():
            click.echo(_line(key))


async def revoke_key(settings: Settings, key: str) -> None:
    """Make a key void. NotFound."""
    async with reached(settings) as house:
        await house.keyring.revoke(key)


def _line(key: ApiKey) -> str:
    bounds = key.agent or ", ".join(key.sources or ()) or "everything its role may"
    return f"{key.id:22}  {key.role:10}  {key.name:20}  {bounds}"
