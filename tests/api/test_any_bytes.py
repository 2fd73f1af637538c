"""Whatever bytes come: they are read or refused, and the refusal can be written."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from router.api import problems
from router.api.events import read
from router.errors import RouterError
from router.model.event import Event

MEDIA = st.sampled_from(
    (
        "application/json",
        "application/x-ndjson",
        "application/jsonl; charset=utf-8",
        "application/cloudevents+json",
        "application/cloudevents-batch+json",
        "text/plain",
        'application/json; charset="UTF-8"; x=y',
        "application/json; charset=",
    )
)
NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = [field.encode_name for field in msgspec.structs.fields(Event)]
EVENTS = st.dictionaries(st.sampled_from([*FIELDS, "specversion", "type", "data"]), NESTED, max_size=6)
BODIES = (
    st.binary()
    | st.one_of(NESTED, EVENTS, st.lists(EVENTS, max_size=3)).map(msgspec.json.encode)
    | st.tuples(EVENTS.map(msgspec.json.encode), st.binary(max_size=4)).map(b"".join)
)
HEADERS = st.dictionaries(
    st.sampled_from(("ce-id", "ce-source", "ce-type", "ce-specversion", "ce-time")),
    st.text(max_size=8),
    max_size=5,
)


@given(media=MEDIA, body=BODIES, more=HEADERS)
def test_a_body_is_read_or_refused(media: str, body: bytes, more: dict[str, str]) -> None:
    """Entries are events or refusals with a problem that is JSON; nothing else is ever raised."""
    request = _Request(CIMultiDict({"Content-Type": media, **more}))
    try:
        entries, single = read(request, body)  # type: ignore[arg-type] # all it asks a request for
    except RouterError as refusal:
        entries, single = [refusal], True
    assert not single or len(entries) == 1
    for entry in entries:
        if isinstance(entry, RouterError):
            assert 400 <= entry.status < 500
            assert msgspec.json.decode(msgspec.json.encode(problems.of(entry)))["code"] == entry.code
        else:
            assert isinstance(entry, Event)
            assert msgspec.json.encode(entry)


class _Request:
    """A request as far as a body is concerned: its headers."""

    def __init__(self, headers: CIMultiDict[str]) -> None:
        self.headers = headers
