"""Every value of every sample in turn becomes something else: nothing breaks, nothing outgrows its bounds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import captured
import msgspec
import pytest

from channels.form import URLENCODED, is_form, read_form
from channels.registry import PROVIDERS
from router.errors import Invalid, Malformed
from router.model.event import Event

NOW = 1_772_445_600.0
OURS = ("sendgrid", "mailgun", "postmark", "aws_sns", "amazon_connect")
ODD: tuple[object, ...] = (
    None, True, 0, -1, 2**63, 1e308, "", "\0\u202e", "é" * 70_000, [], [None], [[]], {}, {"a": {"a": 1}},
    "9" * 5000, "2026-13-45T99:99:99Z", "<>@,;:'",
)  # fmt: skip


def decoded(text: bytes | str) -> Any:
    """Give JSON, or None where it is none."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def variants(found: Any) -> Iterator[Any]:
    """Give the value with each value in it replaced by each odd one, JSON within its texts too."""
    yield from ODD
    if isinstance(found, dict):
        for name, value in found.items():
            yield {key: each for key, each in found.items() if key != name}
            yield from (found | {name: odd} for odd in variants(value))
    elif isinstance(found, list):
        for at, value in enumerate(found[:3]):
            yield from ([*found[:at], odd, *found[at + 1 :]] for odd in variants(value))
    elif isinstance(found, str) and isinstance(inner := decoded(found), dict | list):
        yield from (msgspec.json.encode(odd).decode() for odd in variants(inner))


SAMPLES = [(name, sample) for name in OURS for sample in captured.samples(name)]
JSON = [pair for pair in SAMPLES if decoded(captured.body(pair[1])) is not None]
FORMS = [pair for pair in SAMPLES if is_form(captured.request(pair[1]))]


def survives(name: str, sample: dict[str, Any], **changes: Any) -> None:
    """Assert that a changed sample gives sound events with distinct ids, or a refusal of what was sent."""
    adapter, account, request = (
        PROVIDERS[name][1],
        captured.account(name, sample),
        captured.request(sample, **changes),
    )
    try:
        events = adapter.parse(request, account, NOW)
    except (Malformed, Invalid):
        return
    assert len({event.id for event in events}) == len(events)
    for event in events:
        assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event
        assert event.source == account.source
    assert adapter.answer(request, account, events).status == 200


def named(each: Any) -> str:
    """Name a case by its provider, then its sample."""
    return each if isinstance(each, str) else str(each["name"])


@pytest.mark.parametrize(("name", "sample"), JSON, ids=named)
def test_no_shape_of_a_value_breaks_an_adapter(name: str, sample: dict[str, Any]) -> None:
    """Whatever stands where a text, a number, an object or an array belongs."""
    for odd in variants(decoded(captured.body(sample))):
        survives(name, sample, body=msgspec.json.encode(odd))


@pytest.mark.parametrize(("name", "sample"), FORMS, ids=named)
def test_no_field_of_a_form_breaks_an_adapter(name: str, sample: dict[str, Any]) -> None:
    """Whatever a field holds, JSON or bytes of no charset; and where it is missing, or comes twice."""
    fields = [(field.name, field.content) for field in read_form(captured.request(sample)).fields]
    bytes_ = [b"\xff\xfe\0", b"\r\n\r\n--", *(msgspec.json.encode(odd) for odd in ODD)]
    for at, (field, _) in enumerate(fields):
        before, after = fields[:at], fields[at + 1 :]
        changed = [
            [*before, *after],
            [*fields, fields[at]],
            *([*before, (field, odd), *after] for odd in bytes_),
        ]
        for pairs in changed:
            headers = {"content-type": URLENCODED}
            survives(name, sample, headers=headers, body=urlencode(pairs).encode())


def test_every_provider_has_both_or_json() -> None:
    """The two tests above tried something."""
    assert {name for name, _ in JSON} == set(OURS)
    assert {name for name, _ in FORMS} == {"sendgrid", "mailgun"}
