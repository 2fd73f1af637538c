"""A homeserver adds its own path to our address, and calls it with PUT."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from service import Service, ask

CONFIG = """
[channels.chat.matrix.main]
secret = "a-homeserver-token"
"""
TRANSACTION = "/v1/hooks/chat/matrix/main/_matrix/app/v1/transactions/7"
MESSAGE = {
    "event_id": "$e1",
    "type": "m.room.message",
    "room_id": "!r:hs.example",
    "sender": "@ada:hs.example",
    "origin_server_ts": 1_772_445_480_015,
    "content": {"msgtype": "m.text", "body": "Is anybody there?"},
}
BODY = {"events": [MESSAGE]}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """Start a router with a Matrix account."""
    made = Service(tmp_path, CONFIG)
    made.start()
    yield made
    assert made.stop() == 0


async def test_a_transaction_arrives(service: Service) -> None:
    """With the homeserver's token it is taken and waits for an agent; without it is refused."""
    async with service.client("no key of ours") as homeserver:
        async with homeserver.put(TRANSACTION, json=BODY) as response:
            assert response.status in {401, 403}
        headers = {"Authorization": "Bearer a-homeserver-token"}
        for _ in range(2):
            async with homeserver.put(TRANSACTION, json=BODY, headers=headers) as response:
                assert response.status == 200
    async with service.client() as client:
        totals = (await ask(client, "GET", "/v1/queues/default"))["totals"]
        assert totals["waiting"] == 1
