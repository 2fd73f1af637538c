"""What an Asterisk tells of its calls, read in the light of what it told before.

Events of the manager interface come as their fields (docs.asterisk.org, "AMI Events"); those of ARI are
brought into the same form by ``asterisk_ari``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from channels.voice import asterisk_bridges as bridges
from channels.voice import asterisk_lines as lines
from channels.voice import asterisk_queues as queues
from channels.voice.asterisk_blocks import Fields
from channels.voice.asterisk_known import Known
from router.model.event import Event
from router.ports import Account

_READERS: Mapping[str, Callable[[Known, Fields], list[Event]]] = {
    "Newchannel": lines.begins,
    "Hangup": lines.ends,
    "Cdr": lines.recorded,
    "DialBegin": lines.dials,
    "DialEnd": lines.dials,
    "BlindTransfer": lines.transfers,
    "AttendedTransfer": lines.transfers,
    "QueueCallerJoin": queues.joins,
    "QueueCallerAbandon": queues.gives_up,
    "QueueCallerLeave": queues.leaves,
    "AgentCalled": queues.rings,
    "AgentRingNoAnswer": queues.rings,
    "AgentConnect": queues.rings,
    "AgentComplete": queues.rings,
    "QueueEntry": queues.waits,
    "CoreShowChannel": bridges.is_there,
    "CoreShowChannelsComplete": bridges.surveyed,
    "StasisStart": lines.begins,
    "StasisEnd": lines.leaves,
    "ChannelStateChange": lines.progresses,
    "ChannelEnteredBridge": bridges.enters,
    "ChannelDestroyed": lines.ends,
}


class Trace:
    """Reads the events of one Asterisk, in order, into ours. What matters to nobody gives none."""

    def __init__(self, account: Account) -> None:
        self._known = Known(account)
        self.calls = self._known.calls

    def read(self, fields: Fields) -> list[Event]:
        """Read one event."""
        reader = _READERS.get(fields.get("event", ""))
        return reader(self._known, fields) if reader else []
