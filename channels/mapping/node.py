"""Where the parts of an event come from: constants, pointers into a payload, and groups and lists of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec.inspect as kinds
from msgspec import Struct

from channels.mapping.pointer import Document, Pointer
from channels.mapping.value import fitted
from router.errors import Invalid


class Node(Protocol):
    """What gives a field, or a part of one."""

    def value(self, document: Document) -> object:
        """Give the value; None where there is none. Invalid where it is half there."""

    @property
    def found(self) -> bool:
        """Whether it is looked up in the payload, not only said in the settings."""


class Constant(Struct, frozen=True):
    """What is always the same."""

    said: object
    found: bool = False

    def value(self, _: Document) -> object:
        """Give it."""
        return self.said


class Lookup(Struct, frozen=True):
    """What a pointer leads to, brought into the field's kind."""

    kind: kinds.Type
    pointer: Pointer
    found: bool = True

    def value(self, document: Document) -> object:
        """Look it up."""
        return fitted(self.kind, document.at(self.pointer))


class Group(Struct, frozen=True):
    """What has parts of its own: a customer, the attributes. ``needs`` are those that it cannot be without.

    ``looked``: constants alone make none of it, where some parts are looked up and nothing is found.
    ``whole``: half of it is none of it; else what is half there is refused.
    """

    name: str
    parts: Mapping[str, Node]
    needs: frozenset[str] = frozenset()
    looked: bool = True
    whole: bool = False

    @property
    def found(self) -> bool:
        """Whether one of the parts is looked up."""
        return any(part.found for part in self.parts.values())

    def value(self, document: Document) -> dict[str, object] | None:
        """Give the parts that are there; Invalid where one that it cannot be without is missing."""
        given = {
            name: value for name, part in self.parts.items() if (value := part.value(document)) is not None
        }
        if self.looked and self.found and not any(self.parts[name].found for name in given):
            return None
        for name in sorted(self.needs - given.keys()):
            if self.whole:
                return None
            raise Invalid(f"the payload has no {name} of the {self.name}", field=f"{self.name}.{name}")
        return given


class Many(Struct, frozen=True):
    """A list of what has parts: one for each entry of an array, or one."""

    each: Pointer | None
    group: Group
    most: int

    @property
    def found(self) -> bool:
        """Whether one of the parts is looked up."""
        return self.group.found

    def value(self, document: Document) -> list[object] | None:
        """Give those that are whole."""
        entries = [document] if self.each is None else document.each(self.each)[: self.most]
        return [value for entry in entries if (value := self.group.value(entry))] or None
