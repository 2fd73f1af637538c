"""Read captured requests without a running router: ``router channels parse``.

What goes in and comes out is one JSON object a line, so that a wrong adapter can be corrected and run
again over what was captured, and two readings can be compared.
"""

from __future__ import annotations

import base64
import binascii
import functools
import time
from typing import Any

import msgspec
from msgspec import Struct

from channels import registry
from router.errors import Invalid, Malformed, RouterError, Unverified
from router.ports import Account, Channel, Reply, Request

_NO_ADDRESS = "https://localhost/"


class Capture(Struct, frozen=True):
    """A captured request: ``url`` as the provider called it, ``now`` in unix seconds (None: the clock).

    ``settings`` are those of the account; without a ``secret`` nothing is verified.
    """

    method: str | None = None
    url: str | None = None
    headers: dict[str, str] | None = None
    body_base64: str | None = None
    settings: dict[str, Any] | None = None
    now: float | None = None


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
    capture = _capture(line, reading)
    channel, adapter = registry.find(provider)
    account = _account(capture, channel, provider)
    request = _request(capture)
    now = time.time() if capture.now is None else capture.now
    if account.secret:
        reading.verified = False
        _verify(adapter, request, account, now, reading)
        reading.verified = True
    events = adapter.parse(request, account, now)
    answer = adapter.answer(request, account, events)
    reading.events = [full(event) for event in events]
    reading.answer = _written(answer)


def _capture(line: bytes, reading: Reading) -> Capture:
    try:
        found = msgspec.json.decode(line)
        reading.name = found.get("name") if isinstance(found, dict) else None
        return msgspec.convert(found, Capture)
    except msgspec.ValidationError as error:
        raise Invalid(f"the captured request: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"the line is not JSON: {error}") from None


def _account(capture: Capture, channel: str, provider: str) -> Account:
    settings = dict(capture.settings or {})
    secret = settings.pop("secret", None)
    if secret is not None and not isinstance(secret, str):
        raise Invalid("the secret must be a text", field="settings.secret")
    return Account(
        channel=channel,
        provider=provider,
        name="main",
        secret=secret,
        unsigned=not secret,
        settings=settings,
    )


def _request(capture: Capture) -> Request:
    try:
        body = base64.b64decode(capture.body_base64 or "", validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("body_base64 is not base64", field="body_base64") from None
    headers = {name.lower(): value for name, value in (capture.headers or {}).items()}
    return Request((capture.method or "POST").upper(), capture.url or _NO_ADDRESS, headers, body)


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
