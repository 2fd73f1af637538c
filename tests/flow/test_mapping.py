"""A system that nobody wrote an adapter for posts what it has, and settings say what that is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
import servers
from click.testing import CliRunner
from service import Service, ask
from standardwebhooks import Webhook

from router import cli

SECRET = "whsec_YW4gZXhhbXBsZSBrZXkgb2YgMzIgYnl0ZXMgbG9uZyE="
HOOK = "/v1/hooks/sms/standardwebhooks/shop"
CONFIG = f"""
[channels.sms.standardwebhooks.shop]
secret = "{SECRET}"

[[channels.sms.standardwebhooks.shop.map]]
when = {{ "/type" = "message.created" }}
kind = "message"
direction = "in"
author = "customer"
occurred_at = "/timestamp"
text = "/data/body"
"customer.type" = "tel"
"customer.value" = "/data/from"

[[channels.sms.standardwebhooks.shop.map]]
when = {{ "/type" = "opted.out" }}
kind = "/data/what"
"""


@pytest.fixture
def service(server: servers.Server, tmp_path: Path) -> Iterator[Service]:
    """Start a router with a mapping, in a workspace of this test alone."""
    made = Service(tmp_path, f'[server]\nworkspace = "t{uuid4().hex[:12]}"\n{CONFIG}', server.url)
    made.start()
    yield made
    assert made.stop() == 0


async def post(service: Service, name: str, payload: object) -> int:
    """Post a payload as the official client signs it, and give the status of the answer."""
    body, at = msgspec.json.encode(payload), datetime.now(UTC)
    headers = {
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(name, at, body.decode()),
    }
    async with (
        service.client("no key of ours") as sender,
        sender.post(HOOK, data=body, headers=headers) as response,
    ):
        return response.status


async def test_payloads_become_what_the_settings_say(service: Service) -> None:
    """A message waits for an agent, once; what does not matter and what cannot be read are taken too."""
    at = datetime.now(UTC).isoformat()
    message = {"type": "message.created", "timestamp": at, "data": {"body": "Hello?", "from": "+14155550100"}}
    assert [await post(service, "msg_1", message) for _ in range(3)] == [204, 204, 204]
    assert await post(service, "msg_2", {"type": "page.viewed"}) == 204
    assert await post(service, "msg_3", {"type": "opted.out", "data": {"what": "gone"}}) == 204
    async with service.client() as client:
        found = await ask(client, "GET", "/v1/context", params={"handle": "tel:+14155550100"})
        assert [(event["source"], event["text"]) for event in found["events"]] == [
            ("standardwebhooks:shop", "Hello?")
        ]
        assert (await ask(client, "GET", "/v1/queues/default"))["totals"]["waiting"] == 1


def test_a_mistake_in_a_mapping_is_said_before_anything_comes_in(tmp_path: Path) -> None:
    """The check names the setting, and the service does not start."""
    wrong = CONFIG.replace("text =", "txt =")
    (tmp_path / "router.toml").write_text(wrong)
    done = CliRunner().invoke(cli.main, ["config", "check", "--config", str(tmp_path / "router.toml")])
    assert done.exit_code == 1
    assert "channels.sms.standardwebhooks.shop.map[0].txt: an event has no such field" in done.stderr
    with pytest.raises(AssertionError, match="ended with 1 before it was ready"):
        Service(tmp_path, wrong).start()
