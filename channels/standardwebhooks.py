"""Standard Webhooks: any JSON, signed by the scheme that many systems share.

The body is usually ``{"type", "timestamp", "data"}``. The account's ``map`` says what becomes of it. Without
one it is an event where it, or its data, is one of ours (it has ``kind`` and ``channel``), else generic.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from channels import webhook_signature
from channels.cloudevents import CloudEvents
from channels.fit import fit
from channels.mapping.tables import Tables
from router.errors import Invalid
from router.model.cloudevent import CloudEvent
from router.model.cloudevents import decoded, is_cloudevent
from router.model.event import Event, fit_id
from router.ports import Account, Request


class StandardWebhooks(CloudEvents):
    """The adapter; signature and answer are those of CloudEvents, which it reads too."""

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:
        """Read the body into events, whose id is ``webhook-id``, the same on every attempt."""
        if is_cloudevent(request.headers):
            return super().parse(request, account, now)
        body = decoded(request.body)
        name = webhook_signature.header(request, "id") or f"h:{hashlib.sha256(request.body).hexdigest()}"
        mapping = Tables.of(account)
        if mapping is not None:
            return mapping.events(body, account, name)
        if not isinstance(body, dict):
            raise Invalid("the body is a JSON object")
        return [
            msgspec.structs.replace(
                _cloudevent(body).event(),
                id=fit_id(name),
                source=account.source,
                provider="standardwebhooks",
                provider_event_id=fit(name),
            )
        ]


def _cloudevent(body: Mapping[str, Any]) -> CloudEvent:
    """Read the body as a CloudEvent, whose rules for data are the same; a time that is none is left out."""
    kind = body.get("type")
    known = {
        "specversion": "1.0", "id": "webhook", "source": "webhook",
        "type": kind if isinstance(kind, str) and kind else "webhook",
    }  # fmt: skip
    data = body if "kind" in body else body.get("data", body)
    try:
        return CloudEvent.check(known | {"time": body.get("timestamp")}, data)
    except Invalid:
        return CloudEvent.check(known, data)
