"""The tokens of web chat: JSON Web Tokens (RFC 7519), HS256 with the account's secret.

The company's own site signs them for the visitors it knows, or the router does for whoever asks. Claims:
``sub`` the visitor's id, ``workspace``, ``exp`` at most 15 minutes ahead; ``name`` and ``email`` where the
site vouches for them. Ours say ``anyone``; ``use`` is ``renew`` in the one that only gets another.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime

from channels import jwt, wire
from channels.fit import SHORT, fit
from channels.wire import Table
from router.errors import Unverified
from router.model.chat import Pass, Visitor
from router.ports import Account

TOKEN_S = 15 * 60
"""How far ahead a token may end."""

LEEWAY_S = 30
"""How far the clock of the site that signs may be off; so long a connection outlives its token."""

RENEW_S = 30 * 86_400
"""How long an anonymous visitor may stay away and be the same: as long as the chat is kept."""

_RENEW = "renew"
_ID = re.compile(r"[A-Za-z0-9._:@+=-]{1,128}", re.ASCII)
_LAST = 2**53  # seconds that a float still counts
_ADDRESS = 320  # characters of a mail address: 64, @ and 255


def visitor(token: str, account: Account, now: float) -> Visitor:
    """Give whom a token lets in; Unverified where it is not signed, not in its time, or names nobody."""
    claims = jwt.hmac_claims(token, account.secret or "", ("HS256",))
    jwt.check_times(claims, now, leeway_s=LEEWAY_S)
    if claims.get("use") is not None:
        raise Unverified("this token only renews; it lets nobody in")
    if claims["exp"] > now + TOKEN_S + LEEWAY_S:
        raise Unverified(f"the token may end at most {TOKEN_S // 60} minutes ahead")
    return claimed(claims)


def renewing(token: str, account: Account, now: float) -> Visitor:
    """Give the anonymous visitor who brings a token of ours that is still good, of either use; Unverified.

    Whom the company's site vouches for comes back with a token of the site.
    """
    claims = jwt.hmac_claims(token, account.secret or "", ("HS256",))
    jwt.check_times(claims, now, leeway_s=LEEWAY_S)
    if claims.get("anyone") is not True:
        raise Unverified("this token is not one that the router gave")
    return claimed(claims)


def claimed(claims: Table) -> Visitor:
    """Read the claims of a token, proven or not; Unverified where they name nobody."""
    sub, until = wire.name(claims, "sub"), claims.get("exp")
    if not sub:
        raise Unverified("the token names no visitor: `sub` is missing")
    timed = isinstance(until, int | float) and not isinstance(until, bool) and 0 <= until <= _LAST
    anyone = claims.get("anyone") is True
    return Visitor(
        id=_fitting(sub),
        workspace=wire.text(claims, "workspace") or "",
        until=float(until) if until is not None and timed else 0.0,
        name=fit(wire.text(claims, "name"), SHORT),
        email=None if anyone else fit(wire.text(claims, "email"), _ADDRESS),
        anonymous=anyone,
    )


def issue(who: Visitor, account: Account, now: float) -> Pass:
    """Sign a token for an anonymous visitor, and the one to renew it with."""
    secret, begun = account.secret or "", int(now)
    claims = {"sub": who.id, "workspace": who.workspace, "anyone": True, "iat": begun}
    if who.name:
        claims["name"] = who.name
    return Pass(
        token=jwt.hs256(claims | {"exp": begun + TOKEN_S}, secret),
        expires_at=datetime.fromtimestamp(begun + TOKEN_S, UTC),
        renew=jwt.hs256(claims | {"exp": begun + RENEW_S, "use": _RENEW}, secret),
        visitor=who.id,
    )


def _fitting(sub: str) -> str:
    """Give a visitor's id in our form: without a slash, which divides it from its account."""
    if _ID.fullmatch(sub):
        return sub
    return "h:" + hashlib.sha256(sub.encode("utf-8", "replace")).hexdigest()
