"""What the tests of the store share: a met routing slot, and the same slot as another process has it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import servers
from routing_slot import Slot

from router.store.library import Library, Source
from router.store.link import Link, open_link


@pytest.fixture
async def slot(link: Link, library: Library, workspace: str) -> Slot:
    """Give a met routing slot with the queue ``support``."""
    made = Slot(link, library, workspace)
    await made.meet()
    await made.queue()
    return made


@pytest.fixture
async def rival(server: servers.Server, source: Source, slot: Slot, workspace: str) -> AsyncIterator[Slot]:
    """Give the same slot as another process has it, over its own connections."""
    link = await open_link(server.url)
    made = Slot(link, Library(link, source), workspace)
    made.registry = slot.registry
    await slot.lane("support", "sms", ())
    yield made
    await link.close()


@pytest.fixture
def together() -> Callable[..., Any]:
    """Run many calls at once and give what each returned or raised."""

    async def run(*calls: Any) -> list[Any]:
        return list(await asyncio.gather(*calls, return_exceptions=True))

    return run
