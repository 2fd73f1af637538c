"""What the demo says in the terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from router.demo.agents import Agent
from router.demo.doors import Doors
from router.demo.traffic import Traffic

TRY = """curl -X POST {http}/v1/events -H "Authorization: Bearer {key}" \\
  -H 'Content-Type: application/json' -d '{{"id":"shell-'$(date +%s)'","source":"shell","channel":"sms",
  "kind":"message","direction":"in","author":"customer","queue":"support",
  "customer":{{"type":"tel","value":"+14155550100"}},"to":"+18005550100","text":"Where is my order?"}}'"""


def told(addresses: Mapping[str, str], keys: Mapping[str, str], data: Path) -> Text:
    """Say where everything is and how to try it. Print it with ``soft_wrap``: it is there to be copied."""
    http = addresses["http"]
    lines = {
        "Wallboard": f"{http}/#key={keys['supervisor']}",
        "  on a TV": f"{http}/?tv=1#key={keys['supervisor']}",
        "Web chat": f"{http}/chat",
        "API": f"{http}/docs",
        "Mail": f"smtp://{addresses['smtp']}",
        **{f"Key, {name}": keys[name] for name in ("admin", "supervisor", "agent ada", "adapter")},
    }
    text = Text("\n")
    for name, value in lines.items():
        text.append(f"{name:18}", style="bold").append(f"{value}\n")
    text.append("\nSend a text and watch it arrive:\n", style="bold")
    text.append(TRY.format(http=http, key=keys["adapter"]))
    text.append(
        f"\n\nCtrl-C stops everything. The data stay in {data}; delete it to begin anew.\n", style="dim"
    )
    return text


async def ticker(console: Console, doors: Doors, agents: Sequence[Agent], traffic: Traffic) -> None:
    """Keep one line up to date while a person looks on; on a pipe say nothing."""
    if not console.is_terminal:
        await asyncio.Event().wait()
    with console.status("") as status:
        while True:
            rush = "rush hour" if traffic.rush else "calm"
            done = sum(agent.done for agent in agents)
            status.update(
                f"{doors.posted} events sent, {doors.duplicates} of them known already, {done} served, {rush}"
            )
            await asyncio.sleep(1)
