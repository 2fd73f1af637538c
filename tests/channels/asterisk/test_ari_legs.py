"""Legs that an Asterisk dials itself, where its REST interface does not say whose they are."""

from __future__ import annotations

from typing import Any

import msgspec
from asterisk_rest import channel, listen, tell, trace

STARTS, _, _, AGENT, _, _, _, _, _, ENDS = trace("ari_lines")
BEGIN, END = f"{channel(STARTS)['id']}:Newchannel", f"{channel(STARTS)['id']}:ChannelDestroyed"


def changed(event: bytes, kind: str, **channel: Any) -> bytes:
    """Give an event as another one, of another channel."""
    found: dict[str, Any] = msgspec.json.decode(event)
    dialplan = found["channel"]["dialplan"] | channel.pop("dialplan", {})
    return msgspec.json.encode(
        found | {"type": kind, "channel": found["channel"] | {"dialplan": dialplan} | channel}
    )


async def test_a_leg_that_asterisk_dials_is_no_call() -> None:
    """Nobody says whose it is; it is created down, or what it runs is what dialled it."""
    trunk = {"id": "1772445601.9", "name": "PJSIP/trunk-00000009", "dialplan": {"exten": "s"}}
    other = {"id": "1772445601.8", "name": "PJSIP/trunk-00000008"}
    dialled = {"exten": "s", "app_name": "AppDial"}
    async with listen() as (rest, kept):
        await tell(
            rest,
            changed(STARTS, "ChannelCreated", state="Down", **trunk),
            changed(STARTS, "ChannelStateChange", state="Ringing", **trunk),
            changed(STARTS, "ChannelStateChange", state="Up", **trunk),
            changed(STARTS, "ChannelStateChange", state="Up", dialplan=dialled, **other),
            changed(ENDS, "ChannelDestroyed", **trunk),
            changed(ENDS, "ChannelDestroyed", dialplan=dialled, **other),
            changed(STARTS, "ChannelCreated"),
        )
        assert await kept.until(1) == [BEGIN]


async def test_a_leg_that_is_there_already_is_no_call() -> None:
    """Nor in the list of channels."""
    async with listen() as (rest, kept):
        await rest.sockets.get()
        leg = changed(AGENT, "StasisStart", dialplan={"exten": "s", "app_name": "AppQueue"})
        rest.there(leg, STARTS)
        rest.cut()
        await tell(rest, ENDS)
        assert await kept.until(2) == [BEGIN, END]
