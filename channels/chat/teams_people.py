"""The people of an activity of the Bot Framework, and which of them are bots."""

from __future__ import annotations

from channels import carriers, wire
from channels.ours import is_ours
from channels.wire import Table
from router.model.handle import Party
from router.ports import Account


def party(who: Table, activity: Table) -> Party | None:
    """Give a person by tenant and directory id, which are the same for every bot; else by channel and id."""
    tenant = wire.text(activity, "channelData", "tenant", "id") or wire.text(
        activity, "conversation", "tenantId"
    )
    directory, name = wire.text(who, "aadObjectId") or wire.text(who, "objectId"), wire.text(who, "name")
    own = directory or wire.name(who, "id")
    if tenant and own:
        return carriers.party("teams", f"{tenant}/{own}", name)
    scope = wire.text(activity, "channelId") or "teams"
    return carriers.party("botframework", f"{scope}/{own}" if own else None, name)


def is_bot(who: Table, activity: Table, account: Account) -> bool:
    """Tell whether somebody is a bot: in Teams their ids begin with ``28:``."""
    own = wire.name(who, "id")
    in_teams = wire.text(activity, "channelId") == "msteams"
    return wire.text(who, "role") == "bot" or (in_teams and own.startswith("28:")) or is_ours(account, own)
