"""Matrix: a homeserver pushes what happens in the rooms of our application service, one transaction a call.

The calls are those of the Application Service API (spec.matrix.org), under the address of the account:
``PUT …/_matrix/app/v1/transactions/{txnId}``. A homeserver sends a transaction again, for ever and before
any other, until it is answered with 200: what cannot be read of one is kept unread, and no reason to refuse.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from urllib.parse import parse_qs, urlsplit

from channels import batch, wire
from channels.body_signature import require
from channels.chat import matrix_event, matrix_signs
from channels.unread import unread
from router.errors import Invalid, Malformed
from router.model.cloudevents import Refused, decoded
from router.model.event import Event
from router.ports import Account, Reply, Request, Setting

_JSON = {"content-type": "application/json"}
_NOT_HERE = b'{"errcode":"M_NOT_FOUND","error":"not made on demand"}'
_EPHEMERAL = ("ephemeral", "de.sorunome.msc2409.ephemeral")
_TRANSACTION = "/transactions/"
_QUERIES = ("/users/", "/rooms/", "/thirdparty/")


class Matrix:
    """The adapter."""

    unverified_status = 403
    settings = (
        Setting("secret", "hs_token of the registration"),
        Setting("ours", "user ids of our bot and agents, with `*`, a list"),
    )

    def verify(self, request: Request, account: Account, now: float) -> None:  # noqa: ARG002 - no time is signed
        """Check the hs_token: bearer token, or in the query as old homeservers send it; raise Unverified."""
        scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
        given = token.strip() if scheme.lower() == "bearer" else _query(request, "access_token")
        require("Authorization", given, account.secret or "")

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read a transaction; a question after a user or a room, and a ping, make no event."""
        if request.method == "GET" or _path(request).endswith("/ping"):
            return []
        try:
            found = wire.table(decoded(request.body))
        except Malformed as reason:
            if _TRANSACTION not in _path(request):
                raise
            kept = Refused(request.body.decode("utf-8", "replace"), Invalid(reason.detail))
            return [unread(kept, account.source, "matrix")]
        if not (found.keys() & {"events", *_EPHEMERAL} or _TRANSACTION in _path(request)):
            raise Malformed("there are no events: it is no transaction")
        told = [entry for name in _EPHEMERAL for entry in wire.array(found, name)]
        return [
            *batch.each(
                wire.array(found, "events"), partial(matrix_event.read, account), account.source, "matrix"
            ),
            *batch.each(told, partial(matrix_signs.read, account), account.source, "matrix"),
        ]

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say 200 and an empty object; to a question after a user or a room that it is not there."""
        asked = request.method == "GET" and any(part in _path(request) for part in _QUERIES)
        return Reply(404, _JSON, _NOT_HERE) if asked else Reply(200, _JSON, b"{}")


def _path(request: Request) -> str:
    try:
        return urlsplit(request.url).path
    except ValueError:
        return ""


def _query(request: Request, name: str) -> str:
    try:
        return parse_qs(urlsplit(request.url).query, max_num_fields=100).get(name, [""])[0]
    except ValueError:
        return ""
