"""Asterisk's REST interface: its events, brought into the form of those of the manager interface.

Described at docs.asterisk.org, "Asterisk REST Data Models". Only channels that the dialplan sent into
``Stasis()`` are seen. A channel names the call it belongs to only where ``channelvars`` of ari.conf has
``CHANNEL(linkedid)``; else each channel is a call of its own, and a bridge brings them together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from channels import batch, wire
from channels.fit import clean
from channels.voice.asterisk_blocks import Fields
from channels.voice.asterisk_trace import Trace
from router.errors import Invalid
from router.model.event import Event

_RINGS = frozenset({"RINGING", "PROGRESS", "PROCEEDING"})


def read(trace: Trace, entry: object) -> list[Event]:
    """Read one event; Invalid for what is none. Kinds that do not matter give no event."""
    found = batch.record(entry)
    kind = wire.text(found, "type")
    if kind is None:
        raise Invalid("the entry has no type", field="type")
    fields = _FIELDS.get(kind, _channel)(found)
    return trace.read({name: clean(value) for name, value in fields.items() if value})


def _channel(found: wire.Table) -> Fields:
    cause = wire.whole(found, "cause")
    return {
        **_ends(found, "channel"),
        "event": wire.text(found, "type") or "",
        "timestamp": wire.text(found, "timestamp") or "",
        "state": wire.text(found, "channel", "state") or "",
        "application": wire.text(found, "channel", "dialplan", "app_name") or "",
        "cause": "" if cause is None else str(cause),
        "cause-txt": wire.text(found, "cause_txt") or "",
    }


def _bridge(found: wire.Table) -> Fields:
    """Name who is in the bridge; the one who enters may be among them already."""
    named = [one for one in wire.array(found, "bridge", "channels") if isinstance(one, str)]
    entering = wire.text(found, "channel", "id") or ""
    return {**_channel(found), "inside": " ".join(dict.fromkeys([entering, *named]))}


def _dial(found: wire.Table) -> Fields:
    """Read what a dialled channel came to; that it rings by now is nothing new."""
    status = (wire.text(found, "dialstatus") or "").upper()
    kind = "" if status in _RINGS else "DialEnd" if status else "DialBegin"
    ends = _ends(found, "caller") | _ends(found, "peer", "dest")
    return {**_channel(found), **ends, "event": kind, "dialstatus": status}


def _ends(found: wire.Table, which: str, prefix: str = "") -> dict[str, str]:
    channel = wire.table(found, which)
    told = {
        "uniqueid": wire.name(channel, "id"),
        "linkedid": wire.text(channel, "channelvars", "CHANNEL(linkedid)"),
        "channel": wire.text(channel, "name"),
        "calleridnum": wire.text(channel, "caller", "number"),
        "calleridname": wire.text(channel, "caller", "name"),
        "exten": wire.text(channel, "dialplan", "exten"),
        "context": wire.text(channel, "dialplan", "context"),
    }
    return {f"{prefix}{name}": value for name, value in told.items() if value}


_FIELDS: Mapping[str, Callable[[wire.Table], Fields]] = {"ChannelEnteredBridge": _bridge, "Dial": _dial}
