"""Which channels of an Asterisk are legs that it dialled itself, where its REST interface does not say.

Without ``CHANNEL(linkedid)`` a leg looks like a call that comes in. But a channel that calls us is created
ringing and one that is dialled is created down; later it runs what stands for ``Dial()`` or ``Queue()``.
"""

from __future__ import annotations

from channels import wire
from channels.voice.asterisk_calls import Leg
from channels.voice.asterisk_trace import Trace

_DIALLED = frozenset({"AppDial", "AppDial2", "AppQueue"})


def note(trace: Trace, entry: object) -> None:
    """Note the channel of an event, if it is dialled, as a leg of a call nobody knows: it makes no events.

    What it does for the call it was dialled for, bridges and the events of dialling tell.
    """
    channel = wire.table(entry, "channel")
    own, name = wire.name(channel, "id"), wire.text(channel, "name") or ""
    created = (wire.text(entry, "type"), wire.text(channel, "state")) == ("ChannelCreated", "Down")
    dialled = created or wire.text(channel, "dialplan", "app_name") in _DIALLED
    if own and dialled and trace.calls.leg(own) is None:
        trace.calls.tell(own, Leg(f"{own}-leg", name))
