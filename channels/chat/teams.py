"""Microsoft Teams, and whatever else the Bot Framework connects: one activity a call.

A thread of a channel is a conversation of its own, ``…;messageid=…``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from channels import wire
from channels.chat import teams_activity, teams_token
from router.errors import Malformed
from router.model.cloudevents import decoded
from router.model.event import Event, Kind
from router.ports import Account, Reply, Request, Setting

KEYS = "https://login.botframework.com/v1/.well-known/keys"
"""Where the Bot Framework publishes the keys of its Connector, as a key set."""

_CHANGES: Mapping[str, tuple[Kind, str]] = {
    "messageUpdate": ("edit", "edit"), "messageDelete": ("delete", "deleted"),
}  # fmt: skip


class Teams:
    """The adapter: an account without a ``secret`` is checked by the published keys."""

    unverified_status = 403
    settings = (
        Setting("app_id", "id of the bot's app", required=True),
        Setting(
            "secret",
            "key set or public key (PEM), for a router that cannot read the published",
            unless="app_id",
        ),
        Setting("ours", "our own bots, by id, a list"),
    )

    def verify(self, request: Request, account: Account, now: float) -> None:
        """Check the bearer token against keys, app and activity; raise Unverified."""
        teams_token.verify(request, account, now)

    def needs(self, request: Request, account: Account) -> str | None:
        """Give where the keys are published, unless the account has them or nothing could be proven."""
        bearer = request.headers.get("authorization", "").lower().startswith("bearer ")
        return KEYS if bearer and account.setting("app_id") and not account.secret else None

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read an activity; Malformed where it has no type."""
        activity = wire.table(decoded(request.body))
        kind = wire.text(activity, "type")
        if not kind:
            raise Malformed("there is no type: it is no activity")
        if kind == "message":
            return [teams_activity.message(activity, account)]
        if kind in _CHANGES:
            return [teams_activity.changed(activity, account, *_CHANGES[kind])]
        if kind == "messageReaction":
            return teams_activity.reactions(activity, account)
        if kind == "conversationUpdate":
            members = teams_activity.members(activity, account)
            return members or [teams_activity.other(activity, account, "system")]
        return [teams_activity.other(activity, account, "typing" if kind == "typing" else "system")]

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say 200; an invoke waits for a body, an empty object says that all is well."""
        if wire.text(wire.table(decoded(request.body)), "type") == "invoke":
            return Reply(200, {"content-type": "application/json"}, b"{}")
        return Reply(200)
