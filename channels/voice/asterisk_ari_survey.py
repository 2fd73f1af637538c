"""What there is in an Asterisk by the lists of its REST interface, beside what is known of its calls."""

from __future__ import annotations

from collections.abc import Sequence

from channels import wire
from channels.voice import asterisk_ari, asterisk_ari_legs
from channels.voice.asterisk_trace import Trace
from router.model.event import Event


def read(trace: Trace, channels: Sequence[object], bridges: Sequence[object]) -> list[Event]:
    """Tell what came, what went and what was answered since ``trace.calls.begin_survey``.

    Who was answered and by whom the bridges say, as they do when somebody enters one.
    """
    found: list[Event] = []
    for channel in channels:
        entry = {"type": "CoreShowChannel", "channel": channel}
        asterisk_ari_legs.note(trace, entry)
        found += asterisk_ari.read(trace, entry)
    found += trace.read({"event": "CoreShowChannelsComplete", "end": "ChannelDestroyed"})
    for bridge in bridges:
        inside = [one for one in wire.array(bridge, "channels") if isinstance(one, str)]
        if any(not call.answered for _, call in trace.calls.named(inside)):
            found += asterisk_ari.read(trace, {"type": "ChannelEnteredBridge", "bridge": bridge})
    return found
