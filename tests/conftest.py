"""What every test may ask for: a real server, a link to it, the Lua library, a workspace of its own.

``ROUTER_TEST_ENGINE`` names the server: ``valkey`` (default), ``cluster``, ``redis``. There is one per
run, or one per worker of pytest-xdist; tests keep apart by the names of their workspaces.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from router.store.library import Library, Source, build
from router.store.link import Link, open_link

sys.path.insert(0, str(Path(__file__).parent))  # so that tests find tests/servers.py

import servers

pytest_plugins = ["store_parts"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, on an engine that is not the first, whatever does not ask for a server: it ran before."""
    if servers.KIND == "valkey":
        return
    asks = [bool({"server", "own_server"} & set(getattr(item, "fixturenames", ()))) for item in items]
    config.hook.pytest_deselected(items=[item for item, does in zip(items, asks, strict=True) if not does])
    items[:] = [item for item, does in zip(items, asks, strict=True) if does]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    """Start the server of this run: its ``url``, ``pid``, and ``admin``, a blocking client."""
    folder = tmp_path_factory.mktemp("engine")
    one = servers.cluster(folder)[0] if servers.KIND == "cluster" else servers.single(folder)
    yield one
    one.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[servers.Server]:
    """Start a server that only this test uses, for tests that hurt it.

    It syncs every write: else the engine may hold one back for two seconds while a busy disk syncs.
    """
    one = servers.single(tmp_path / "engine", appendfsync="always")
    yield one
    one.stop()


@pytest.fixture
async def link(server: servers.Server) -> AsyncIterator[Link]:
    """Open a link to the server, close it after the test."""
    link = await open_link(server.url)
    yield link
    await link.close()


@pytest.fixture
async def own_link(own_server: servers.Server) -> AsyncIterator[Link]:
    """Open a link to the server that only this test uses."""
    link = await open_link(own_server.url)
    yield link
    await link.close()


@pytest.fixture(scope="session")
def source() -> Source:
    """Build the Lua library, once."""
    return build()


@pytest.fixture
async def library(link: Link, source: Source) -> Library:
    """Load the Lua library, ready to be called."""
    library = Library(link, source)
    await library.load()
    return library


@pytest.fixture
def workspace() -> str:
    """Give a workspace name that no other test uses."""
    return f"t{uuid4().hex[:12]}"
