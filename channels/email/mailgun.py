"""Mailgun: routes, which post a mail as a form, and webhooks, which post what became of mail sent as JSON.

Both bring ``timestamp``, ``token`` and ``signature``, the hexadecimal HMAC-SHA256 of the two under the
signing key: **not of the body**. So the token is the id of what comes, and whoever uses one again changes
nothing. Published at documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from channels import wire
from channels.body_signature import in_hex, require, require_fresh
from channels.email import mailgun_event, mailgun_mail
from channels.fit import number
from channels.form import Form, is_form, read_form
from router.errors import Malformed, Unverified
from router.model.cloudevents import decoded
from router.model.event import Event
from router.ports import Account, Reply, Request, Setting

_TOLERANCE_S = 300.0
_LONGEST_S = 86_400.0  # a token is new for a day at most, whatever the setting says


class _Proof(NamedTuple):
    timestamp: str
    token: str
    signature: str


class Mailgun:
    """The adapter."""

    unverified_status = 401  # 406 would make Mailgun drop the mail, where only our key may be wrong
    unreadable = Reply(406)
    settings = (
        Setting("secret", "HTTP webhook signing key"),
        Setting("tolerance_s", "how old a call may be, in seconds; 300"),
        Setting("authserv_id", "mail server whose DMARC verdict is believed"),
    )

    def verify(self, request: Request, account: Account, now: float) -> None:
        """Check the signature and that the timestamp is within ``tolerance_s`` of now; raise Unverified."""
        try:
            proof = _proof(request)
        except Malformed as error:
            raise Unverified(error.detail) from None
        tolerance = number(account.setting("tolerance_s"), 0, _LONGEST_S) or _TOLERANCE_S
        signed = (proof.timestamp + proof.token).encode()
        require("signature", proof.signature.lower(), in_hex(account.secret or "", signed))
        require_fresh("timestamp", proof.timestamp, now, tolerance)
        if not proof.token:
            raise Unverified("the token is empty, so the same signature could be used again and again")

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read a mail or what became of one; Malformed where it is neither."""
        if is_form(request):
            form = read_form(request)
            if mailgun_event.is_legacy(form):
                return mailgun_event.read_legacy(form, account)
            return mailgun_mail.read(form, account)
        return mailgun_event.read(decoded(request.body), account)

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say 200: kept. Anything else but 406 brings it again."""
        return Reply(200)


def _proof(request: Request) -> _Proof:
    if is_form(request):
        return _of_form(read_form(request))
    told = wire.table(decoded(request.body), "signature")
    return _Proof(wire.name(told, "timestamp"), wire.name(told, "token"), wire.name(told, "signature"))


def _of_form(form: Form) -> _Proof:
    """Take the last of each: the fields of a mail's head come before, and a sender may name one so."""
    return _Proof(form.last("timestamp"), form.last("token"), form.last("signature"))
