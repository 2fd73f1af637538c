"""A served world without a store, and a client for it."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # so that tests find parts.py and its like

from parts import ADMIN, Parts


@pytest.fixture
async def parts() -> AsyncIterator[Parts]:
    """Serve a world of small parts."""
    made = Parts()
    runner = await made.start()
    yield made
    await runner.cleanup()


@pytest.fixture
async def client(parts: Parts) -> AsyncIterator[aiohttp.ClientSession]:
    """Open a client that sends the admin key."""
    headers = {"Authorization": f"Bearer {ADMIN}"}
    async with aiohttp.ClientSession(parts.url, headers=headers) as session:
        yield session
