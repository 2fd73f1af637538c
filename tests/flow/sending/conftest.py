"""A router that sends by Twilio, whose API a test answers for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import servers
from service import Service
from twilio_api import Messages
from twilio_talk import CONFIG


@pytest.fixture
async def api() -> AsyncIterator[Messages]:
    """Give the provider's API."""
    made = Messages()
    await made.open()
    yield made
    await made.close()


@pytest.fixture
def service(api: Messages, server: servers.Server, tmp_path: Path) -> Iterator[Service]:
    """Start the router on the server of this run, in a workspace of this test alone."""
    config = CONFIG.format(workspace=f"t{uuid4().hex[:12]}", port=api.port)
    made = Service(tmp_path, config, server.url)
    made.start()
    yield made
    made.stop()
