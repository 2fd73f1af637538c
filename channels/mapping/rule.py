"""One table of a mapping: which payloads it is for, and the event it makes of them."""

from __future__ import annotations

from collections.abc import Mapping as Table
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from channels import wire
from channels.fit import PAYLOAD, overlong
from channels.mapping.fields import fields, pointer, wrong
from channels.mapping.node import Lookup, Node
from channels.mapping.pointer import Document, Pointer
from router.errors import Invalid
from router.model.event import Event, fit_id

_WHEN = "when"
_FLAGS = 16  # the bound of router.model.event
_SHOWN = ("text", "attachments", "location", "payload")


class Rule(Struct, frozen=True):
    """One table: the values a payload must have for it, and where the fields of its event come from."""

    when: Sequence[tuple[Pointer, Sequence[object]]]
    fields: Table[str, Node]

    @classmethod
    def of(cls, said: object, place: str, each: Pointer | None) -> Rule:
        """Read a table of the settings; ConfigInvalid names what is wrong in it. ``each``: of the account."""
        if not isinstance(said, dict):
            raise wrong(place, "it is a table of fields")
        when = said.get(_WHEN, {})
        if not isinstance(when, dict):
            raise wrong(f"{place}.{_WHEN}", "it is a table of pointers and the values they must lead to")
        wanted = [
            (pointer(where, f"{place}.{_WHEN}"), value if isinstance(value, list) else [value])
            for where, value in when.items()
        ]
        found = fields({name: value for name, value in said.items() if name != _WHEN}, place)
        own = found.get("id")
        if each is not None and isinstance(own, Lookup) and own.pointer.beyond(each) is None:
            raise wrong(f"{place}.id", "it lies outside of `each`, so that all entries would have one id")
        return cls(wanted, found)

    def fits(self, document: Document) -> bool:
        """Tell whether the payload has what ``when`` wants."""
        return all(_among(document.at(place), wanted) for place, wanted in self.when)

    def event(self, document: Document, known: Table[str, object]) -> Event:
        """Make the event; ``known`` stands where the payload has nothing. Invalid says what is missing."""
        found = {name: node.value(document) for name, node in self.fields.items()}
        made: dict[str, Any] = {
            **known,
            **{name: value for name, value in found.items() if value is not None},
        }
        if "kind" not in made:
            raise Invalid("what is found for the kind is none of ours", field="kind")
        made["id"] = fit_id(str(made["id"]))
        if made["kind"] == "message" and not any(made.get(name) for name in _SHOWN):
            made["flags"] = ["unsupported", *made.get("flags", ())][:_FLAGS]
            made["payload"] = wire.written(document.entry, PAYLOAD)
        if (whole := overlong(self._text(document))) is not None:
            made.setdefault("text_full", whole)
        try:
            return msgspec.convert(made, Event)
        except msgspec.ValidationError as error:
            raise Invalid(str(error)) from None

    def _text(self, document: Document) -> str | None:
        node = self.fields.get("text")
        found = document.at(node.pointer) if isinstance(node, Lookup) else None
        return found if isinstance(found, str) else None


def _among(found: object, wanted: Sequence[object]) -> bool:
    """Tell whether a value is one of those wanted; true is not 1."""
    return any(found == one and isinstance(found, bool) == isinstance(one, bool) for one in wanted)
