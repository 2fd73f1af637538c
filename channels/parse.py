"""Read captured requests without a running router: ``router channels parse``.

What goes in and comes out is one JSON object a line, so that a wrong adapter can be corrected and run
again over what was captured, and two readings can be compared.
"""

from __future__ import annotations

import functools
import re
import time
from typing import Any

import msgspec
from msgspec import Struct

from channels import registry
from channels.capture import Capture, decoded
from router.errors import RouterError, Unverified
from router.ports import Account, Channel, Reply, Request

_HOOK = re.compile(r"/v1/hooks/([a-z]+)/([a-z0-9_]+)/", re.ASCII)


class Reading(Struct):
    """What a captured request means; filled as far as it could be read."""

    name: Any = None
    verified: bool | None = None
    events: list[Any] = []
    answer: dict[str, Any] | None = None
    problem: dict[str, Any] | None = None


def parse_line(line: bytes, provider: str) -> bytes:
    """Read one captured request and write what it means, without the end of the line. Never raises.

    Whatever goes wrong is the ``problem`` of the reading, in the form of RFC 9457.
    """
    reading = Reading()
    try:
        _read(line, provider, reading)
        return msgspec.json.encode(reading)
    except RouterError as error:
        return msgspec.json.encode(_failed(reading, error))
    except Exception as error:  # noqa: BLE001 - a line that breaks an adapter must not lose the lines after it
        mishap = RouterError(f"{type(error).__name__} while reading; this is a mistake of the adapter")
        return msgspec.json.encode(_failed(reading, mishap))


def full(value: object) -> object:
    """Write a Struct with every field, those that hold their default too, so that it can be compared."""
    if isinstance(value, Struct):
        return {written: full(getattr(value, name)) for name, written in _names(type(value))}
    if isinstance(value, list):
        return [full(each) for each in value]
    return value


@functools.cache
def _names(kind: type[Struct]) -> list[tuple[str, str]]:
    """Give the fields of a Struct by name and as written: found once a type, it takes a tenth of a ms."""
    return [(field.name, field.encode_name) for field in msgspec.structs.fields(kind)]


def _read(line: bytes, provider: str, reading: Reading) -> None:
    found = decoded(line)
    reading.name = found.get("name") if isinstance(found, dict) else None
    capture = Capture.of(found)
    channel, adapter = registry.find(provider)
    channel = _channel(capture.url or "", provider) or channel
    account, request = capture.account(channel, provider), capture.request()
    now = time.time() if capture.now is None else capture.now
    if account.secret:
        reading.verified = False
        _verify(adapter, request, account, now, reading)
        reading.verified = True
    events = adapter.parse(request, account, now)
    answer = adapter.answer(request, account, events)
    reading.events = [full(event) for event in events]
    reading.answer = _written(answer)


def _channel(url: str, provider: str) -> str | None:
    """Give the channel that a captured address names, where it is a hook of ours for this provider."""
    hook = _HOOK.search(url)
    if hook is None or hook[2] != provider or (hook[1], provider) not in registry.ADAPTERS:
        return None
    return hook[1]


def _verify(adapter: Channel, request: Request, account: Account, now: float, reading: Reading) -> None:
    """Verify as the hooks do: whatever a verifier raises means that the request is not verified."""
    try:
        adapter.verify(request, account, now)
    except Exception as error:
        reading.answer = _written(Reply(adapter.unverified_status))
        if isinstance(error, Unverified):
            raise
        raise Unverified(f"the signature cannot be checked: {type(error).__name__}") from None


def _failed(reading: Reading, error: RouterError) -> Reading:
    reading.problem = {
        "type": f"/problems/{error.code}",
        "title": error.title(),
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
    }
    if error.field is not None:
        reading.problem["field"] = error.field
    if reading.answer is None:
        reading.answer = _written(Reply(error.status))
    return reading


def _written(reply: Reply) -> dict[str, Any]:
    return {
        "status": reply.status,
        "headers": dict(reply.headers),
        "body": reply.body.decode("utf-8", "replace"),
    }
