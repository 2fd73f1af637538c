"""WhatsApp calls: a call rings and ends as ``calls``, and what becomes of one of ours comes as a status.

Described at developers.facebook.com/documentation/business-messaging/whatsapp/calling.
"""

from __future__ import annotations

from collections.abc import Mapping

from channels import batch, wire
from channels.fit import SHORT, YEAR_S, fit
from channels.social.meta_whatsapp_line import Line, Person
from channels.wire import Table
from router.model.event import Attribute, Call, Event, Status

_OURS: Mapping[str, Status] = {"ringing": "offered", "accepted": "answered", "rejected": "missed"}


def call(told: Table, line: Line) -> list[Event]:
    """Read that a call rings or has ended; its end tells how long it was, if anybody answered."""
    theirs, ours = wire.name(told, "from"), wire.name(told, "to")
    out = wire.name(told, "direction").upper() == "BUSINESS_INITIATED"
    if out or (line.number and f"+{theirs.lstrip('+')}" == line.number):
        theirs, ours = ours, theirs
    person = line.person(theirs, wire.name(told, "to_user_id" if out else "from_user_id"))
    event, seconds = wire.name(told, "event").lower(), wire.whole(told, "duration")
    state: Status | None = None
    if event == "connect":
        state = "offered"
    elif event == "terminate":
        state = "ended" if seconds else "missed"
    attrs: dict[str, Attribute] = {"event": fit(event, SHORT)}
    if ended := wire.name(told, "status"):
        attrs["call_status"] = fit(ended, SHORT)
    return [_event(told, event, person, line, out=out, state=state, seconds=seconds, attrs=attrs)]


def status(told: Table, line: Line) -> list[Event]:
    """Read what became of a call of ours: it rings, is accepted, is rejected."""
    person = line.person(wire.name(told, "recipient_id"), wire.name(told, "recipient_user_id"))
    state = wire.name(told, "status").lower()
    attrs: dict[str, Attribute] = {"event": fit(state, SHORT)}
    return [_event(told, state, person, line, out=True, state=_OURS.get(state), seconds=None, attrs=attrs)]


def _event(  # noqa: PLR0913 - a call has this many sides
    told: Table,
    variant: str,
    person: Person,
    line: Line,
    *,
    out: bool,
    state: Status | None,
    seconds: int | None,
    attrs: dict[str, Attribute],
) -> Event:
    native = batch.native(told, "id")
    cause = next((wire.name(each, "code") for each in wire.tables(told, "errors")), "")
    return line.event(
        f"{native}:{variant}",
        channel="voice",
        medium="whatsapp_call",
        kind="call",
        direction="out" if out else "in",
        author="agent" if out else "customer",
        occurred_at=wire.moment(told, "timestamp"),
        customer=person.party,
        also=person.also,
        thread=fit(native),
        status=state,
        duration_s=float(seconds) if seconds is not None and 0 <= seconds <= YEAR_S else None,
        call=Call(id=fit(native, SHORT), cause=fit(cause, SHORT)),
        attrs=attrs,
    )
