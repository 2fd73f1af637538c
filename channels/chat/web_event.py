"""Events of web chat, all of a visitor, and the handle of one."""

from __future__ import annotations

from typing import Any, Literal

from router.model.chat import Visitor
from router.model.event import Event, fit_id
from router.model.handle import Party
from router.ports import Account

PROVIDER = "web"
HANDLE = "web-visitor"


def party(who: Visitor, account: Account) -> Party:
    """Give the handle of a visitor, which carries its account."""
    trust: Literal["claimed", "attested"] = "claimed" if who.anonymous else "attested"
    return Party(HANDLE, f"{account.name}/{who.id}", name=who.name, trust=trust)


def event(name: str, who: Visitor, account: Account, **told: Any) -> Event:
    """Make an event of a visitor's chat; its time is when we received it: the client's clock is hearsay."""
    base = {"direction": "in", "author": "customer"}
    return Event(
        id=fit_id(f"{who.id}/{name}"),
        source=account.source,
        channel="chat",
        customer=party(who, account),
        provider=PROVIDER,
        provider_event_id=name,
        thread=who.id,
        **(base | told),
    )
