"""What the demo keeps between two starts: the keys it made, and whether its past is told."""

from __future__ import annotations

import secrets
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from router.flow.keyring import Keyring
from router.model.apikey import Role

FILE = "demo.json"


class Memory(Struct, frozen=True):
    """The secrets by name, Twilio's token, how often the demo ran before, and the state of its past.

    ``past_at``: as of when the past is told, in unix seconds; ``past_told``: all of it is.
    """

    token: str
    keys: dict[str, str] = {}
    starts: int = 0
    past_at: float | None = None
    past_told: bool = False


def recall(data: Path) -> Memory:
    """Read what an earlier start kept; anew where there is nothing, or nothing readable."""
    try:
        return msgspec.json.decode((data / FILE).read_bytes(), type=Memory)
    except (OSError, msgspec.MsgspecError):
        return Memory(secrets.token_hex(16))


def remember(data: Path, memory: Memory) -> None:
    """Keep it, for us alone: these are secrets. The file is replaced in one step."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = data / f"{FILE}.new"
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_bytes(msgspec.json.encode(memory))
    fresh.replace(data / FILE)


async def logins(keyring: Keyring, memory: Memory, agents: list[str]) -> Memory:
    """See that every login has a key that still holds: one of each role, and one for each agent.

    A store that does not know our keys is another one than before: it has no past either.
    """
    wanted: list[tuple[str, Role, str | None]] = [
        ("admin", "admin", None),
        ("supervisor", "supervisor", None),
        ("adapter", "adapter", None),
        *((f"agent {name}", "agent", name) for name in agents),
    ]
    keys = {}
    if memory.keys and await keyring.find(memory.keys["admin"]) is None:
        memory = replace(memory, keys={}, past_at=None, past_told=False)
    for name, role, agent in wanted:
        secret = memory.keys.get(name)
        if secret is None or await keyring.find(secret) is None:
            _, secret = await keyring.put(role=role, name=f"demo {name}", agent=agent)
        keys[name] = secret
    return replace(memory, keys=keys)
