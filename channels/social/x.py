"""X, once Twitter: direct messages and mentions of an account of ours.

The X Activity API posts ``data{event_type, filter, payload}``; the Account Activity API, which it replaces,
posts the same payloads bare, with ``for_user_id``. Both are described at docs.x.com (X Activity API,
webhooks). Signed by base64(HMAC-SHA256(consumer secret, body)).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import parse_qs, urlsplit

import msgspec

from channels import batch, body_signature, wire
from channels.body_signature import in_base64
from channels.social import x_message, x_post
from channels.social.x_account import XAccount
from channels.wire import Table
from router.errors import Malformed
from router.model.cloudevents import decoded
from router.model.event import Event
from router.ports import Account, Reply, Request, Setting

_TOKEN = re.compile(r"[A-Za-z0-9+/=_.-]{1,256}", re.ASCII)
_JSON = {"content-type": "application/json"}
_POSTS = ("tweet_create_events", "tweet_delete_events")
_READERS: Mapping[str, Callable[[XAccount, object], list[Event]]] = {
    "direct_message_events": x_message.message, "direct_message_mark_read_events": x_message.seen,
    "direct_message_indicate_typing_events": x_message.typing,
    "tweet_create_events": x_post.post, "tweet_delete_events": x_post.deleted,
}  # fmt: skip


class X:
    """The adapter."""

    unverified_status = 401
    unreadable = Reply(200)
    settings = (Setting("secret", "consumer secret, also called API key secret"),)

    def verify(self, request: Request, account: Account, now: float) -> None:  # noqa: ARG002 - no time is signed
        """Check ``x-twitter-webhooks-signature``; a challenge carries none, and changes nothing."""
        wanted = f"sha256={in_base64(account.secret or '', request.body)}"
        if _challenge(request) is None:
            given = request.headers.get("x-twitter-webhooks-signature", "").strip()
            body_signature.require("x-twitter-webhooks-signature", given, wanted)

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read a webhook; Malformed where it names neither an event nor an account."""
        if _challenge(request) is not None:
            return []
        found = wire.table(decoded(request.body))
        data = wire.table(found, "data")
        if wire.text(data, "event_type"):
            return _activity(data, account)
        ours = wire.name(found, "for_user_id")
        if not ours and "user_event" not in found:
            raise Malformed("there is no event_type and no for_user_id: it is not X's")
        return _account_activity(found, XAccount(account.source, ours, wire.table(found, "users")))

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Answer the challenge by its HMAC, so that X knows that we know the secret; else say 200."""
        token = _challenge(request)
        if token is None:
            return Reply(200)
        if not account.secret:
            return Reply(403)
        found = {"response_token": f"sha256={in_base64(account.secret, token.encode('ascii'))}"}
        return Reply(200, _JSON, msgspec.json.encode(found))


def _challenge(request: Request) -> str | None:
    """Give the token of a challenge; None where it is no challenge.

    Webhooks are signed the same way. A token that could be the body of one is refused, else anybody could
    have a forged message signed by asking for the answer to it.
    """
    if request.method == "POST" or request.body:
        return None
    try:
        given = parse_qs(urlsplit(request.url).query, max_num_fields=100).get("crc_token", [""])[0]
    except ValueError:
        return None
    return given if _TOKEN.fullmatch(given) else None


def _activity(data: Table, account: Account) -> list[Event]:
    """Read an event of the X Activity API; a payload is as the older API writes it, or one object alone."""
    payload, kind = wire.table(data, "payload"), wire.text(data, "event_type") or ""
    us = XAccount(account.source, wire.name(data, "filter", "user_id"), wire.table(payload, "users"))
    if kind.startswith(("dm.", "chat.")) and "direct_message_events" not in payload:
        found = [x_message.activity(data, kind, us)]
    elif kind.startswith("post.") and not any(name in payload for name in _POSTS):
        found = x_post.activity(data, kind, us)
    else:
        found = _account_activity(payload, us)
    uuid = wire.text(data, "event_uuid")
    return [us.told(event, uuid) for event in found] or [x_message.other(data, kind, us)]


def _account_activity(found: Table, us: XAccount) -> list[Event]:
    """Read what the older API posts: arrays of events under the name of their kind."""
    return [
        event
        for name, read in _READERS.items()
        for event in batch.each(wire.array(found, name), functools.partial(read, us), us.source, "x")
    ]
