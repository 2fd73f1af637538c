"""A start that cannot be says why, in a sentence, and leaves nothing running."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from service import Service, ask

RULES = """
[[rules]]
when = { tier = "vip" }
queue = "vip"

[queues.vip]
[queues.support]
targets = { sms = 100 }
"""


def refused(folder: Path, *options: str, **environ: str) -> str:
    """Start a router that must not start; give what it says."""
    command = [sys.executable, "-m", "router", "serve", "--data", str(folder / "data"), *options]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ROUTER_")}
    done = subprocess.run(
        command, env={**clean, **environ}, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr + done.stdout
    return done.stderr


@pytest.fixture
def taken() -> Iterator[int]:
    """Listen on a port, so that nobody else can."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def test_a_port_in_use_is_named(tmp_path: Path, taken: int) -> None:
    """HTTP or mail: the address, the reason, the option to change it."""
    said = refused(tmp_path, "--port", str(taken))
    assert f"127.0.0.1:{taken} (address already in use)" in said
    assert "--port" in said
    said = refused(tmp_path, "--port", "0", "--smtp-port", str(taken))
    assert f"127.0.0.1:{taken} (address already in use)" in said
    assert "--smtp-port" in said


def test_the_world_gets_in_only_with_a_key(tmp_path: Path) -> None:
    """Beyond this machine the router does not listen while nobody has a key."""
    assert "ROUTER_ADMIN_KEY" in refused(tmp_path, "--host", "0.0.0.0", "--port", "0")  # noqa: S104 - it must not


async def test_a_tier_that_an_event_tells_is_known_to_rules_and_due_time(tmp_path: Path) -> None:
    """A rule sees it; without a rule of its own it brings the due time forward."""
    service = Service(tmp_path, RULES.replace('queue = "vip"', 'queue = "support"'))
    service.start()
    async with service.client() as client:
        for number, attrs in enumerate(({}, {"tier": "vip"})):
            customer = {"type": "tel", "value": f"+1415555010{number}"}
            event = {
                "id": f"m{number}", "source": "shop", "channel": "sms", "kind": "message", "direction": "in",
                "customer": customer, "text": "hello", "queue": "support", "attrs": attrs,
            }  # fmt: skip
            await ask(client, "POST", "/v1/events", event)
        waits = []
        for number in range(2):
            handle = quote(f"tel:+1415555010{number}")
            (item,) = (await ask(client, "GET", f"/v1/context?handle={handle}"))["items"]
            waits.append((item["queue"], item["due_at"]))
    assert [queue for queue, _ in waits] == ["support", "support"]
    assert waits[1][1] < waits[0][1]
    assert service.stop() == 0
