"""Settings for people: what holds and where it comes from, and what looks like an oversight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from router.policy.rules import DEFAULT_QUEUE
from router.ports import Account
from router.redact import redact
from router.settings import Settings
from router.settings.adapters import Adapters
from router.settings.layers import Layer, origin
from router.settings.strict import Path, dotted, nearest


def show(settings: Settings, sources: Sequence[Layer]) -> Iterator[str]:
    """Write each setting as a line of TOML with its origin; secrets are hidden."""
    yield from _show(msgspec.to_builtins(settings), (), sources)


def _show(value: object, path: Path, sources: Sequence[Layer]) -> Iterator[str]:
    if isinstance(value, Mapping) and (value or not path):
        for key, inner in value.items():
            yield from _show(inner, (*path, key), sources)
        return
    name = ".".join(_key(str(part)) for part in path)
    where = origin(sources, path)
    if value is None:
        yield f"# {name} is not set"
    else:
        yield f"{name} = {_toml(redact(str(path[-1]), value))}  # {where}"


def _toml(value: Any) -> str:
    """Write a plain value as TOML: JSON but for tables."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)} = {_toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return msgspec.json.encode(value).decode()


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if bare else msgspec.json.encode(key).decode()


def doubts(settings: Settings, adapters: Adapters) -> Iterator[str]:
    """Name what is allowed but hardly meant: accounts nobody can use, queues nobody made, slips."""
    for place, queue in _named_queues(settings):
        if queue not in settings.queues and queue != DEFAULT_QUEUE:
            yield f"{place} names the queue `{queue}`, which is not in this configuration"
    for account in settings.accounts:
        yield from _doubts(account, settings, adapters)


def _doubts(account: Account, settings: Settings, adapters: Adapters) -> Iterator[str]:
    key = (account.channel, account.provider)
    if key not in adapters.keys:
        yield f"{account.place} has no adapter; `router channels list` names those there are"
        return
    if adapters.closed(account):
        yield f"{account.place} has no secret, so its calls are refused; give one, or unsigned = true"
    signs_address = "public_url" in adapters.declared(key).get("receive", {})
    if account.secret and signs_address and not (settings.server.public_url or account.setting("public_url")):
        yield (
            f"{account.place} has no public_url, nor has server: {account.provider} signs the address "
            "it calls, so set one unless it calls this router directly"
        )
    known = adapters.known(key)
    for name in sorted(account.settings.keys() - known):
        yield f"{account.place}.{name}: {account.provider} has no such setting; {nearest(name, known)}"


def _named_queues(settings: Settings) -> Iterator[tuple[str, str]]:
    """Give each place that names a queue, and the queue."""
    named = [(dotted(("rules", index)), rule.queue) for index, rule in enumerate(settings.rules)]
    named += [
        (f"agents.{name}", member.id)
        for name, agent in settings.agents.items()
        for member in agent.memberships
    ]
    named += [(account.place, account.queue) for account in settings.accounts]
    named += [("smtp", settings.smtp.queue)]
    return ((place, queue) for place, queue in named if queue)
