"""POST /v1/events: one event, an array, NDJSON, or CloudEvents in any of their modes.

The hot path. A batch is answered entry by entry; what is wrong with a single event is the answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from router.api import codec, problems
from router.api.auth import Caller
from router.api.bodies import EventsQuery, Refused, Results
from router.api.world import World
from router.errors import Busy, Forbidden, Malformed, RouterError, UnsupportedMedia
from router.model import cloudevents
from router.model.event import Event
from router.ports import Result

MOST = 10_000
"""Events in one call: what 1 MiB holds is about that, and each refusal is answered in words."""

LINES = frozenset({"application/x-ndjson", "application/jsonl"})
CLOUDEVENTS = ("application/cloudevents+json", "application/cloudevents-batch+json")
_MARKS = ("ce-id", "ce-specversion", "ce-source", "ce-type")
_SPACE = b" \t\r\n"
_DEFAULT = EventsQuery()
_EVENTS: codec.Batch[Event] = codec.Batch(Event, MOST)

Entries = Sequence[Event | RouterError]


async def post(world: World, caller: Caller, request: web.Request) -> web.Response:
    """Record what is posted; one answer per event, in order."""
    server = world.settings.server
    query = codec.query(request, EventsQuery) if request.query_string else _DEFAULT
    body = await codec.raw(request, server.body_max_bytes, server.body_deadline_s)
    entries, single = read(request, body)
    if caller.sources is not None:
        entries = [_owned(entry, caller.sources) for entry in entries]
    results = await world.ingest.record(entries, imported=query.imported)
    return codec.reply(answered(results, single=single), 202)


def read(request: web.Request, body: bytes) -> tuple[Entries, bool]:
    """Read a body into its entries, and whether it is a single one rather than a batch."""
    headers = request.headers
    kind = headers.get("Content-Type", "")
    if kind == codec.JSON and not any(mark in headers for mark in _MARKS):
        return _json(body)
    if cloudevents.is_cloudevent(headers):
        entries = cloudevents.entries(headers, body)
        return entries, not kind.lower().startswith(CLOUDEVENTS[1])
    kind = codec.media(kind)
    if kind in LINES:
        return _EVENTS.lines(codec.unmarked(body)), False
    if kind != codec.JSON:
        raise UnsupportedMedia(f"events come as {codec.JSON}, {', '.join(sorted(LINES))} or CloudEvents")
    return _json(body)


def answered(results: Sequence[Result | RouterError], *, single: bool) -> Results:
    """Make the answer. A single refusal is raised, and one that says `later` to every entry."""
    first = results[0] if results else None
    if isinstance(first, RouterError) and (single or all(isinstance(each, Busy) for each in results)):
        raise first
    return Results([shown(each) for each in results])


def _json(body: bytes) -> tuple[Entries, bool]:
    if body[:1] == b"{":
        return [_EVENTS.one(body)], True
    body = codec.unmarked(body).lstrip(_SPACE)
    if not body:
        raise Malformed("the body is empty")
    return (_EVENTS.array(body), False) if body[:1] == b"[" else ([_EVENTS.one(body)], True)


def _owned(entry: Event | RouterError, sources: frozenset[str]) -> Event | RouterError:
    if isinstance(entry, RouterError) or entry.source in sources:
        return entry
    return Forbidden("this API key may not post for this source", field="/source")


def shown(result: Result | RouterError) -> Result | Refused:
    """Give what became of an entry as it is told."""
    return Refused(problems.of(result)) if isinstance(result, RouterError) else result
