"""Slack: sends as the app's bot, under the message that began the conversation.

A refusal comes with HTTP 200 and ``ok: false``. Described at
docs.slack.dev/reference/methods/chat.postMessage.
"""

from __future__ import annotations

import re

from channels import provider_api, wire
from router.errors import CannotSend, OutcomeUnknown, Rejected, Unsent
from router.ports import Account, Outgoing, Outside, Sent, Setting

_API = "https://slack.com/api"
_MOST = 40_000  # characters, as escaped; Slack would cut the rest away
_THREAD = re.compile(r"slack:(?P<team>[^/]*)/(?P<channel>[A-Z0-9]+)/(?P<root>[0-9]+\.[0-9]+)", re.ASCII)
_USER = re.compile(r"(?P<team>[^/]+)/(?P<user>[A-Z0-9]+)", re.ASCII)
_LATER = frozenset({
    "accesslimited", "message_limit_exceeded", "rate_limited", "ratelimited", "service_unavailable",
    "team_added_to_org",
})  # fmt: skip
_UNSURE = frozenset({"fatal_error", "internal_error", "request_timeout"})
"""Slack says of these that some of it may have been done."""


class SlackSender:
    """Sends by the Web API."""

    settings = (
        Setting("bot_token", "bot token, xoxb-…, with the scope chat:write", required=True),
        provider_api.API_URL,
    )

    def lacks(self, account: Account) -> str | None:
        """Name the token if it is missing."""
        return None if account.setting("bot_token") else "bot_token"

    async def send(self, outgoing: Outgoing, account: Account, outside: Outside) -> Sent:
        """Post; team, channel and ``ts`` name the message, as reactions and replies do."""
        token = account.setting("bot_token") or ""
        team, place = _place(outgoing)
        text = provider_api.fitting(_escaped(outgoing.text), _MOST, provider_api.CHARACTERS)
        url = provider_api.address(account, _API, "chat.postMessage")
        call = provider_api.json(url, place | {"text": text}, provider_api.bearer(token))
        answer = await outside.call(call)
        told = provider_api.told(answer)
        error = wire.name(told, "error")
        said = provider_api.saying(error, wire.text(told, "needed"), token)
        provider_api.require_taken(answer, said, later=error in _LATER)
        if told.get("ok") is False:
            raise _refusal(error)(said or "Slack says no, and not why")
        channel, ts = wire.name(told, "channel"), wire.name(told, "ts")
        return provider_api.sent(
            f"{team}/{channel}/{ts}" if told.get("ok") is True and channel and ts else ""
        )


def _refusal(error: str) -> type[Unsent | OutcomeUnknown | Rejected]:
    if error in _LATER:
        return Unsent
    return OutcomeUnknown if error in _UNSURE else Rejected


def _place(outgoing: Outgoing) -> tuple[str, dict[str, str]]:
    """Tell the team, and where to post: in the thread, or to the person where none was begun."""
    if found := _THREAD.fullmatch(outgoing.thread or ""):
        return found["team"], {"channel": found["channel"], "thread_ts": found["root"]}
    person = _USER.fullmatch(outgoing.to.value) if outgoing.to.type == "slack" else None
    if person is None:
        raise CannotSend(f"Slack has no conversation with {outgoing.to.type} here")
    return person["team"], {"channel": person["user"]}


def _escaped(text: str) -> str:
    """Escape what would begin a link or a mention: nobody in a text of ours calls a whole channel."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
