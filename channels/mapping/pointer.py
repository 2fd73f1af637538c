"""JSON pointers (RFC 6901): where in a payload a value lies, as a setting may say it."""

from __future__ import annotations

import re

from msgspec import Struct

_BARE_TILDE = re.compile(r"~(?![01])")
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)


class Pointer(Struct, frozen=True):
    """The names and numbers that lead to a value, from the outside in."""

    steps: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> Pointer:
        """Read ``/data/from/0``; ValueError says what is wrong with it."""
        if not text.startswith("/"):
            message = f"`{text}` is no JSON pointer: one begins with a slash"
            raise ValueError(message)
        if _BARE_TILDE.search(text):
            message = f"`{text}` is no JSON pointer: in a name ~ is written ~0, and / is written ~1"
            raise ValueError(message)
        return cls(tuple(step.replace("~1", "/").replace("~0", "~") for step in text[1:].split("/")))

    def find(self, document: object) -> object:
        """Give what lies there; None where there is nothing, or null."""
        for step in self.steps:
            if isinstance(document, dict):
                document = document.get(step)
            elif isinstance(document, list) and _INDEX.fullmatch(step) and int(step) < len(document):
                document = document[int(step)]
            else:
                return None
        return document

    def beyond(self, other: Pointer) -> Pointer | None:
        """Give the way from where another leads to where this one does; None where it leads elsewhere."""
        reached = len(other.steps)
        return Pointer(self.steps[reached:]) if self.steps[:reached] == other.steps else None


class Document(Struct, frozen=True):
    """A payload. ``inside`` are arrays of which one entry is read, the innermost first.

    A pointer to or beyond such an array leads to its one entry, so that entries are written without a number.
    """

    whole: object
    inside: tuple[tuple[Pointer, object], ...] = ()

    @property
    def entry(self) -> object:
        """What is read of it: the one entry, or all of it."""
        return self.inside[0][1] if self.inside else self.whole

    def at(self, pointer: Pointer) -> object:
        """Give what a pointer leads to; None where there is nothing."""
        for array, entry in self.inside:
            if (rest := pointer.beyond(array)) is not None:
                return rest.find(entry)
        return pointer.find(self.whole)

    def each(self, array: Pointer) -> list[Document]:
        """Give one document for each entry of an array; what is no array stands alone, nothing is none."""
        there = self.at(array)
        entries = there if isinstance(there, list) else [] if there is None else [there]
        return [Document(self.whole, ((array, entry), *self.inside)) for entry in entries]
