"""What is said in a WhatsApp message, whatever its type."""

from __future__ import annotations

from typing import NamedTuple

from channels import wire
from channels.wire import Table
from router.model.event import Attachment, Attribute, Flag, Kind, Location
from router.model.handle import Party


class Content(NamedTuple):
    """What is said; ``target`` is the message that an edit, a deletion or a reaction speaks of."""

    kind: Kind = "message"
    text: str | None = None
    payload: str | None = None
    attachments: list[Attachment] = []
    location: Location | None = None
    target: str | None = None
    flags: list[Flag] = []
    attrs: dict[str, Attribute] = {}
    also: list[Party] = []


def body(message: Table) -> Table:
    """Give what lies under the name of the type."""
    return wire.table(message, wire.name(message, "type"))
