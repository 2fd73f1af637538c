"""CloudEvents: any system that speaks them can post to a hook, signed by Standard Webhooks."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from channels import webhook_signature
from channels.mapping.tables import Tables
from channels.unread import unread
from router.errors import Malformed
from router.model.cloudevent import CloudEvent
from router.model.cloudevents import Refused, is_cloudevent, parts
from router.model.event import Event
from router.ports import Account, Reply, Request, Setting

PROVIDER = "cloudevents"


class CloudEvents:
    """The adapter: structured, batch and binary content mode.

    The events get the account's source, since only the account is known to be true; the CloudEvent's own
    source stays in ``provider_event_id``.
    """

    unverified_status = 401
    settings = (
        Setting("secret", "signing secret, `whsec_…`; or the sender's public key, `whpk_…`"),
        Setting("map", "what becomes of their payloads: fields of an event, each by a JSON pointer"),
        Setting("each", "JSON pointer to the array whose entries are events of their own"),
    )

    def verify(self, request: Request, account: Account, now: float) -> None:
        """Check the Standard Webhooks signature; raise Unverified."""
        webhook_signature.verify(request, account.secret or "", now)

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read the CloudEvents, each once; a bad entry of a batch is kept unread beside the good ones."""
        if not is_cloudevent(request.headers):
            raise Malformed("neither the Content-Type nor a ce- header says that this is a CloudEvent")
        mapping = Tables.of(account)

        def read(entry: CloudEvent) -> Sequence[Event]:
            if mapping is None:
                return [msgspec.structs.replace(entry.event(), source=account.source)]
            return mapping.events({**entry.attributes, "data": entry.data}, account, entry.name)

        found: dict[str, Event] = {}
        for entry in parts(request.headers, request.body, read):
            events = [unread(entry, account.source, PROVIDER)] if isinstance(entry, Refused) else entry
            for event in events:
                found.setdefault(event.id, event)
        return list(found.values())

    def check(self, account: Account) -> None:
        """See that the mapping of an account can be read; ConfigInvalid names what is wrong in it."""
        Tables.of(account)

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say that it is kept; there is nothing to tell the sender."""
        return Reply(204)
