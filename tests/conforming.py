"""What is tried on every registered adapter: their names, their samples, and how a refusal looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import captured
import msgspec
import pytest

from channels.registry import PROVIDERS
from router.errors import RouterError
from router.model.event import Event
from router.ports import Request

NOW = 1_772_445_600.0
NAMES = sorted(PROVIDERS)
SAMPLES = [(name, sample) for name in NAMES for sample in captured.samples(name)]


def sampled(found: list[tuple[str, dict[str, Any]]]) -> pytest.MarkDecorator:
    """Try a test on some samples, by name."""
    return pytest.mark.parametrize(
        ("name", "sample"), found, ids=lambda v: v if isinstance(v, str) else v["name"]
    )


every = pytest.mark.parametrize("name", NAMES)


def holds(events: Any) -> None:
    """Assert that events are within every bound, and survive being written and read."""
    for event in events:
        written = msgspec.json.encode(event)
        assert msgspec.json.decode(written, type=Event) == event


def refusal(call: Callable[[], object]) -> RouterError | None:
    """Give the error of ours that a call ends with, if any; any other error goes through."""
    try:
        call()
    except RouterError as error:
        return error
    return None


def read(name: str, sample: dict[str, Any], request: Request) -> Sequence[Event] | None:
    """Read a request as the account of a sample does; None where it is refused, and rightly so."""
    try:
        return PROVIDERS[name][1].parse(request, captured.account(name, sample), NOW)
    except RouterError as error:
        assert error.status in {400, 413, 415, 422}  # noqa: PT017 - a refusal is one of two good ends
        return None


def decoded(sample: dict[str, Any]) -> Any:
    """Give the body of a sample where it is JSON, else None."""
    try:
        return msgspec.json.decode(captured.body(sample))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def places(found: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Give every place of decoded JSON, from the outside in, and what lies there."""
    yield path, found
    inside = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for step, part in inside:
        yield from places(part, (*path, step))


def put(found: Any, path: tuple[Any, ...], other: object) -> Any:
    """Give the same JSON with something else in one place."""
    if not path:
        return other
    step, *rest = path
    changed = dict(found) if isinstance(found, dict) else list(found)
    changed[step] = put(found[step], tuple(rest), other)
    return changed


def posted(sample: dict[str, Any], found: object) -> Request:
    """Give the request of a sample with another JSON body."""
    return captured.request(sample, body=msgspec.json.encode(found))
