"""JSON with something wrong anywhere in it is read, kept unread, or refused; nothing else."""

from __future__ import annotations

import time
from typing import Any

import captured
import msgspec
import pytest
from conforming import NOW, SAMPLES, decoded, places, put, sampled

from channels.registry import PROVIDERS
from router.errors import RouterError
from router.model.event import Event

PROVIDERS_OF_JSON = ("line", "meta", "slack", "telegram")
MOST_SECONDS = 5.0  # of the processor; it takes a tenth of a second; quadratic work takes much longer
WRONG: tuple[object, ...] = (
    None, True, -1, 10**30, 1.5, "", "\0 \u202e", "é" * 2000, "9" * 30, "of_tomorrow",
    [], [None], [[]], {}, {"id": {}},
)  # fmt: skip
JSON = [(name, sample) for name, sample in SAMPLES if isinstance(decoded(sample), dict | list)]


def without(found: Any, path: tuple[Any, ...]) -> Any:
    """Give the same JSON without one place."""
    step, *rest = path
    changed = dict(found) if isinstance(found, dict) else list(found)
    if rest:
        changed[step] = without(found[step], tuple(rest))
    else:
        del changed[step]
    return changed


def reads(provider: str, sample: dict[str, Any], body: bytes) -> int:
    """Assert that a body gives sound events with distinct ids, or is refused; say how many."""
    adapter, account = PROVIDERS[provider][1], captured.account(provider, sample)
    request = captured.request(sample, body=body)
    try:
        events = adapter.parse(request, account, NOW)
    except RouterError as refusal:
        assert refusal.status in {400, 413, 415, 422}  # noqa: PT017 - a refusal is one of two good ends
        return 0
    for event in events:
        assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event
    assert len({event.id for event in events}) == len(events)
    assert 200 <= adapter.answer(request, account, events).status < 300
    return len(events)


@sampled(JSON)
def test_a_wrong_value_anywhere_breaks_nothing(name: str, sample: dict[str, Any]) -> None:
    """Every place of every sample, with values that do not belong there, by turns, or with none."""
    whole = decoded(sample)
    for turn, (path, _) in enumerate(places(whole)):
        if path:
            reads(name, sample, msgspec.json.encode(without(whole, path)))
            for wrong in WRONG[turn % 3 :: 3]:
                reads(name, sample, msgspec.json.encode(put(whole, path, wrong)))


@pytest.mark.parametrize("provider", PROVIDERS_OF_JSON)
@pytest.mark.parametrize("depth", range(900, 1100, 10))
def test_no_depth_breaks_an_adapter(provider: str, depth: int) -> None:
    """JSON just shallow enough to be decoded is not too deep to be kept or refused."""
    deep = b'{"a":' * depth + b"1" + b"}" * depth
    bodies = {
        "line": b'{"events":[%b]}',
        "meta": b'{"object":"page","entry":[{"messaging":[%b,{"sender":{"id":"1"},"wink":%b}]}]}',
        "slack": b'{"type":"event_callback","event":{"type":"message","files":[%b]}}',
        "telegram": b'{"update_id":1,"mood":%b}',
    }
    body = bodies[provider].replace(b"%b", deep)
    reads(provider, captured.samples(provider)[0], body)


@pytest.mark.parametrize("provider", PROVIDERS_OF_JSON)
def test_a_large_batch_is_read_in_time(provider: str) -> None:
    """A thousand entries, as Meta may send them, take a fraction of a second."""
    entry: dict[str, Any] = {"sender": {"id": "1"}, "timestamp": 1_772_445_000_123, "type": "follow"}
    many = [entry | {"message": {"mid": f"m_{number}", "text": "x"}} for number in range(1000)]
    bodies = {
        "line": {"events": many},
        "meta": {"object": "page", "entry": [{"id": "9", "messaging": many}]},
        "slack": {
            "type": "event_callback",
            "team_id": "T1",
            "event": {"type": "message", "channel": "C1", "user": "U1", "ts": "1.1", "files": many},
        },
        "telegram": {"update_id": 1, "message": {"message_id": 1, "photo": many}},
    }
    body = msgspec.json.encode(bodies[provider])
    expected = {"line": 1000, "meta": 1000, "slack": 1, "telegram": 1}[provider]
    begun = time.process_time()
    assert reads(provider, captured.samples(provider)[0], body) == expected
    assert time.process_time() - begun < MOST_SECONDS
