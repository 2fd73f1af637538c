"""What is known of one Asterisk: its settings, its calls, and which of them an event speaks of."""

from __future__ import annotations

from channels.voice.asterisk_blocks import Fields
from channels.voice.asterisk_calls import Call, Calls, Leg
from channels.voice.asterisk_ends import Ends, Pbx, said
from router.ports import Account

_INNER = frozenset({
    "local", "message", "surrogate", "announcer", "recorder", "cbann", "cbrec", "snoop", "asyncgoto",
    "multicastrtp", "unicastrtp", "bridge", "console", "parked",
})  # fmt: skip
"""Technologies of channels that are Asterisk's own: no telephone is at their end."""


class Known:
    """The calls of one Asterisk by now. Whoever reads an event asks here, and notes what it tells."""

    def __init__(self, account: Account) -> None:
        self.pbx = Pbx.of(account)
        self.calls = Calls()

    def call(self, fields: Fields, prefix: str = "", *, queued: bool = False) -> Call | None:
        """Give the call a channel belongs to; ``queued``: it waits for an agent, so it came in.

        None where the fields name no channel.
        """
        own = said(fields, f"{prefix}uniqueid")
        leg = self.calls.leg(own) if own else None
        linked = said(fields, f"{prefix}linkedid") or (leg.linked if leg else own)
        if linked is None:
            return None
        if own:
            self.calls.tell(own, Leg(linked, said(fields, f"{prefix}channel") or (leg.name if leg else "")))
        call = self.calls.find(linked) or self.calls.put(Call(linked))
        first = own == linked
        if first and not call.judged:
            call.judged = True
            found = Ends() if is_inner(fields, prefix) else self.pbx.ends(fields, prefix)
            call.ends = found if found.direction else call.ends
        if queued and call.ends.direction is None:
            call.ends = Ends("in", self.pbx.caller(fields, prefix) if first else None)
        return call

    def first(self, fields: Fields) -> Call | None:
        """Give the call that this is the first channel of, unless it stays in the house."""
        call = self.call(fields)
        first = call is not None and said(fields, "uniqueid") == call.linked
        return call if first and call and call.ends.direction else None


def is_inner(fields: Fields, prefix: str = "") -> bool:
    """Tell whether a channel is Asterisk's own."""
    return fields.get(f"{prefix}channel", "").partition("/")[0].lower() in _INNER
