"""Timelines as JSON lines, in a short form or as events are posted; both may stand in one line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from router.errors import Invalid, Malformed
from router.model.entry import Entry
from router.model.event import Author, Event, Flag, Kind, Outcome
from router.model.handle import Party
from router.policy.journey_events import journey_events
from router.policy.journey_nouns import JourneyEvent
from router.policy.journey_settings import Days, JourneySettings
from router.policy.journey_time import at_ms, ms_of

Moment = Annotated[datetime, Meta(tz=True)]
Label = Annotated[str, Meta(min_length=1, max_length=32)]
Name = Annotated[str, Meta(max_length=256)]


class Timeline(Struct, frozen=True):
    """A line that was read: what happened, and how it is to be judged."""

    name: str
    events: list[JourneyEvent]
    as_of: datetime
    window_days: float
    settings: JourneySettings


class _Line(Struct, frozen=True):
    """A line as written; further fields (what is expected of it, and why) are nobody's business here."""

    as_of: Moment
    events: Annotated[list[dict[str, Any]], Meta(max_length=100_000)]
    name: str = ""
    window_days: Days | None = None
    config: dict[str, Any] = {}


class _Short(Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """An event in the short form: ``channel`` is the label, flags are booleans, ``dur_min`` is in minutes."""

    t: Moment
    kind: Kind
    channel: Label | None = None
    direction: Literal["in", "out", "internal"] | None = None
    id: Name | None = None
    source: Name | None = None
    seq: int | None = None
    sequence: int = 0
    customer: Name | Party | None = None
    issue: Name | list[Name] | None = None
    topic: Name | None = None
    queue: Name | None = None
    agent: Name | None = None
    author: Author = "unknown"
    text: str | None = None
    subject: str | None = None
    dur_min: Annotated[float, Meta(ge=0, le=525_600)] | None = None
    duration_s: Annotated[float, Meta(ge=0)] | None = None
    wait_s: Annotated[float, Meta(ge=0)] | None = None
    flags: list[Flag] = []
    ack: bool = False
    auto: bool = False
    spam: bool = False
    dup: bool = False
    companion: bool = False
    proactive: bool = False
    opens: bool = False
    answered: bool | None = None
    missed: bool = False
    dropped: bool = False
    asks: bool = False
    redirect: Label | None = None
    outcome: Outcome | None = None
    resolved: bool | None = None
    from_: Name | None = None
    into: Name | None = None


_READ = msgspec.json.Decoder(_Line)


def read_line(line: bytes) -> Timeline:
    """Read a line. Raises Malformed where it is no JSON, Invalid where a field is wrong, naming it."""
    try:
        read = _READ.decode(line)
    except msgspec.ValidationError as problem:
        raise _invalid(problem, "") from problem
    except msgspec.DecodeError as problem:
        raise Malformed(f"The line is not JSON: {problem}.") from problem
    settings = _settings(read.config)
    short: list[JourneyEvent] = []
    full: list[Entry] = []
    for index, event in enumerate(read.events):
        where = f"events[{index}]"
        if "t" in event:
            short.append(_from_short(_convert(event, _Short, where), index))
        else:
            full.append(_entry(_convert(event, Event, where), index, where))
    told = journey_events(full, as_of_ms=ms_of(read.as_of))
    return Timeline(
        name=read.name,
        events=[*short, *told],
        as_of=read.as_of,
        window_days=settings.window_days if read.window_days is None else read.window_days,
        settings=settings,
    )


def _settings(config: Mapping[str, Any]) -> JourneySettings:
    """Lay a line's own settings over the defaults; tables are laid over label by label."""
    tree = msgspec.to_builtins(JourneySettings())
    for key, value in config.items():
        inner = tree.get(key)
        both = isinstance(inner, dict) and isinstance(value, dict)
        tree[key] = {**inner, **value} if both else value
    settings: JourneySettings = _convert(tree, JourneySettings, "config")
    return settings


def _convert(tree: object, kind: type[Any], where: str) -> Any:
    try:
        return msgspec.convert(tree, kind)
    except msgspec.ValidationError as problem:
        raise _invalid(problem, where) from problem


def _invalid(problem: Exception, where: str) -> Invalid:
    """Say in a sentence which field is wrong: msgspec ends with its path, as ``- at `$.kind```."""
    reason, _, path = str(problem).partition(" - at `$")
    field = (where + path.rstrip("`")).removeprefix(".")
    return Invalid(f"{field}: {reason}." if field else f"{reason}.", field=field or None)


def _from_short(event: _Short, index: int) -> JourneyEvent:
    """Read the short form; the place in the line is the order of arrival."""
    started_ms = ms_of(event.t)
    lasted_s = 60 * event.dur_min if event.dur_min is not None else event.duration_s
    flags = event.flags
    missed = event.answered is False or event.missed or "missed" in flags
    kind: Kind = event.kind
    if kind == "call" and event.direction == "in" and missed:
        kind = "abandon"
    elif kind == "message" and event.direction == "out" and event.author == "bot":
        kind = "bot"
    return JourneyEvent(
        at_ms=started_ms,
        kind=kind,
        label=event.channel or "",
        direction="in" if kind == "abandon" else event.direction or "internal",
        customer=_customer(event.customer),
        source=event.source or "",
        id=event.id or "",
        sequence=event.sequence if event.seq is None else event.seq,
        received_us=index,
        issues=_issues(event.issue),
        topic=event.topic,
        queue=event.queue,
        agent=event.agent,
        end_ms=started_ms + round(1000 * lasted_s) if lasted_s else None,
        wait_ms=round(1000 * (event.wait_s or 0)),
        ack=event.ack or "ack" in flags,
        auto=event.auto or "auto" in flags,
        spam=event.spam or "spam" in flags,
        dup=event.dup or "dup" in flags,
        companion=event.companion or "companion" in flags,
        proactive=event.proactive or "proactive" in flags,
        opens=event.opens or "opens" in flags,
        missed=kind == "call" and missed,
        dropped=event.dropped or "dropped" in flags,
        asks=event.asks or "asks" in flags,
        redirect=event.redirect,
        outcome=event.outcome,
        resolved=event.resolved,
        merge_from=event.from_,
        merge_into=event.into,
    )


def _customer(named: str | Party | None) -> str:
    if isinstance(named, Party):
        return str(named.handle)
    return named or ""


def _issues(named: str | list[str] | None) -> tuple[str, ...]:
    if named is None:
        return ()
    return (named,) if isinstance(named, str) else tuple(named)


def _entry(event: Event, index: int, where: str) -> Entry:
    """Lay an event on a timeline as it would rest there: its handle is its customer."""
    if event.occurred_at is None:
        raise Invalid(f"{where}.occurred_at: a timeline needs to know when.", field=f"{where}.occurred_at")
    fields = {name: getattr(event, name) for name in Event.__struct_fields__}
    home = _customer(event.customer)
    return Entry(**fields, event=event.id, home=home, received_at=at_ms(index))
