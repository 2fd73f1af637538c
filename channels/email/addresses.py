"""Addresses: who a From, To or Cc names, read without recursion and in one pass."""

from __future__ import annotations

import re

from msgspec import Struct

from channels.email.fields import words

MAX_ADDRESSES = 1000

# The bound on a quoted name keeps a field of open quotes from costing the square of its length.
_PIECE = re.compile(r'"(?:[^"\\]|\\.){0,300}"|<[^<>]*>|[(),;:]|[^"<>(),;:]+|.', re.DOTALL)
_ADDRESS = re.compile(r'(?:"[^"<>\r\n]+"|[^\s<>"(),;:@]+)@(?:\[[^\s<>@]+\]|[^\s<>"(),;:@\[\]]+)')
_LOOSE = re.compile(r"\([^()]*\)|\s+(?=[.@])|(?<=[.@])\s+")  # comments and blanks of the obsolete syntax
_ROUTE = re.compile(r"^@[^:]*:")  # the obsolete <@relay,@relay:user@host>
_QUOTED_PAIR = re.compile(r"\\(.)")
_LOOK = 1000  # characters in which an address must stand
_TOO_LONG = 320  # octets of an address: 64 @ 255, RFC 3696 errata 1690


class Mailbox(Struct, frozen=True):
    """One address as written, its domain in lower case, and the display name beside it."""

    address: str
    name: str | None = None

    @property
    def local(self) -> str:
        """The part before the @, in lower case."""
        return self.address.rpartition("@")[0].lower()

    @property
    def domain(self) -> str:
        """The part after the @."""
        return self.address.rpartition("@")[2]


def mailboxes(value: str | None) -> list[Mailbox]:
    """Read an address list; what is no address gives nothing, never an empty one.

    Comments nest, groups are opened, and the address between angle brackets counts, whatever the
    display name pretends to be.
    """
    found: list[Mailbox] = []
    display: list[str] = []
    comment: list[str] = []
    angle: str | None = None
    depth = 0
    for piece in _PIECE.findall(value or ""):
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth = max(0, depth - 1)
        elif depth:
            comment.append(piece)
        elif piece in {",", ";"}:
            found += _mailbox(display, angle, comment)
            display, comment, angle = [], [], None
        elif piece == ":":
            display = []  # what came before was the name of a group
        elif piece[0] == "<" and len(piece) > 1:
            angle = angle or piece[1:-1]
        else:
            display.append(piece)
        if len(found) >= MAX_ADDRESSES:
            return found
    return found + _mailbox(display, angle, comment)


def address(text: str | None) -> str | None:
    """Give a bare address its one form (domain in lower case), or None where it is none."""
    bare = _ROUTE.sub("", _LOOSE.sub("", (text or "")[:_LOOK]).strip())
    if len(bare.encode()) > _TOO_LONG or not _ADDRESS.fullmatch(bare):
        return None
    local, _, domain = bare.rpartition("@")
    return f"{local}@{domain.lower().rstrip('.')}"


def _mailbox(display: list[str], angle: str | None, comment: list[str]) -> list[Mailbox]:
    """Make the one mailbox of these parts, or none; the obsolete ``user@host (Name)`` names it too."""
    found = address("".join(display) if angle is None else angle)
    if found is None:
        return []
    name = _name(comment if angle is None else display)
    return [Mailbox(found, None if name == found else name)]


def _name(display: list[str]) -> str | None:
    parts = [
        _QUOTED_PAIR.sub(r"\1", part[1:-1]) if part[0] == '"' and len(part) > 1 else part for part in display
    ]
    return words(" ".join(" ".join(parts).split()), 256) or None
