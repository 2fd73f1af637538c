"""Check the token of the Bot Framework Connector, by which Microsoft Teams calls a bot.

The rules are those of learn.microsoft.com (Bot Connector authentication, "from the Connector to your bot").
The token says who calls whom and from where; it does not speak of the body.
"""

from __future__ import annotations

import hmac

from channels import jwt, public_keys, wire
from channels.wire import Table
from router.errors import Malformed, Unverified
from router.model.cloudevents import decoded
from router.ports import Account, Request

_ISSUER = "https://api.botframework.com"
_LEEWAY_S = 300
_MOST = 1_048_576  # characters of a key set; the published one has some ten thousand


def verify(request: Request, account: Account, now: float) -> None:
    """Raise Unverified unless the bearer token is the Connector's, for us, and for this activity.

    The keys are the account's ``secret`` (PEM public key, or a key set), else those of ``Request.document``:
    the published key set, where each key says which channels it speaks for. ``now`` in unix seconds.
    """
    scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
    keys = account.secret or (request.document or b"").decode("utf-8", "replace")
    if scheme.lower() != "bearer" or not keys or len(keys) > _MOST:
        raise Unverified("there is no bearer token, or no key to check it by")
    app_id, activity = account.setting("app_id"), _activity(request)
    if not app_id:
        raise Unverified("the account has no app_id, so that nobody can be meant")
    claims, key = jwt.rs256_claims(token.strip(), public_keys.read(keys))
    jwt.check_times(claims, now, leeway_s=_LEEWAY_S)
    if claims.get("iss") != _ISSUER:
        raise Unverified("the token is not issued by the Bot Framework")
    if app_id not in wire.array(claims, "aud"):
        raise Unverified("the token is for another app")
    service = wire.text(claims, "serviceurl") or wire.text(claims, "serviceUrl") or ""
    told = wire.text(activity, "serviceUrl") or ""
    if not service or not hmac.compare_digest(service.encode("utf-8"), told.encode("utf-8")):
        raise Unverified("the token is for calls from another service")
    if (key.endorsements or not account.secret) and wire.text(activity, "channelId") not in key.endorsements:
        raise Unverified("the key does not speak for this channel")


def _activity(request: Request) -> Table:
    """Give the activity of a call; an empty one where the body is none."""
    try:
        return wire.table(decoded(request.body))
    except Malformed:
        return wire.NONE
