"""Check the token of the Bot Framework Connector, by which Microsoft Teams calls a bot.

The rules are those of learn.microsoft.com (Bot Connector authentication, "from the Connector to your bot").
The token says who calls whom and from where; it does not speak of the body.
"""

from __future__ import annotations

import hmac

from channels import jwt, wire
from channels.wire import Table
from router.errors import Unverified

_ISSUER = "https://api.botframework.com"
_LEEWAY_S = 300
_MOST = 1_048_576  # characters of a key set; the published one has some ten thousand


def verify(authorization: str, activity: Table, secret: str, app_id: str | None, now: float) -> None:
    """Raise Unverified unless the bearer token is the Connector's, for us, and for this activity.

    ``secret``: the PEM public key, or the published key set as JSON. ``app_id``: who we are. ``now`` in
    unix seconds.
    """
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not secret or len(secret) > _MOST:
        raise Unverified("there is no bearer token, or no key to check it by")
    if not app_id:
        raise Unverified("the account has no app_id, so that nobody can be meant")
    claims, key = jwt.rs256_claims(token.strip(), jwt.public_keys(secret))
    jwt.check_times(claims, now, leeway_s=_LEEWAY_S)
    if claims.get("iss") != _ISSUER:
        raise Unverified("the token is not issued by the Bot Framework")
    if app_id not in wire.array(claims, "aud"):
        raise Unverified("the token is for another app")
    service = wire.text(claims, "serviceurl") or wire.text(claims, "serviceUrl") or ""
    told = wire.text(activity, "serviceUrl") or ""
    if not service or not hmac.compare_digest(service.encode("utf-8"), told.encode("utf-8")):
        raise Unverified("the token is for calls from another service")
    if key.endorsements and wire.text(activity, "channelId") not in key.endorsements:
        raise Unverified("the key does not speak for this channel")
