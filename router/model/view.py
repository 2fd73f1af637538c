"""The view: which handles are one customer, and the edges that say so."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from router.model.handle import Handle


class Member(Struct, frozen=True):
    """A handle of a view. ``first_seen``: receipt of its first event or first link, in ms."""

    hid: str
    handle: Handle
    first_seen: int


class View(Struct, frozen=True):
    """A customer: ``view`` is the id of its canonical member, ``rev`` its revision (0: never changed).

    A handle that is linked to none is a view of one and has no ``members`` here.
    """

    view: str
    rev: int = 0
    members: tuple[Member, ...] = ()

    @property
    def hids(self) -> tuple[str, ...]:
        """The ids of all members."""
        return tuple(member.hid for member in self.members) or (self.view,)


class Edge(Struct, frozen=True, kw_only=True):
    """That two handles are, were, or must not be one person.

    Linked by ``who`` at ``when`` (ms), because of ``why``, with ``trust``; in force until ``removed``.
    ``apart``: the person who removed it keeps the two apart. ``past``: earlier times in force.
    """

    id: str
    a: Member
    b: Member
    who: str
    when: int
    why: str
    trust: str
    removed: int | None = None
    removed_by: str | None = None
    apart: bool = False
    past: tuple[tuple[int, int], ...] = ()

    def holds(self, at: int | None = None) -> bool:
        """Tell whether the edge is in force now, or was at ``at`` ms: from ``when`` until removed."""
        if at is None:
            return self.removed is None
        spans = (*self.past, (self.when, at + 1 if self.removed is None else self.removed))
        return any(start <= at < end for start, end in spans)


class Grouping(Struct, frozen=True):
    """A view as it shall be: its id and members."""

    view: str
    members: tuple[Member, ...]


class Regrouping(Struct, frozen=True):
    """A decision about an edge and what follows: views as they shall be, views that cease.

    ``guards``: the revisions of the views that were looked at. ``automatic``: no person decided.
    """

    edge: Edge
    views: tuple[Grouping, ...]
    gone: tuple[str, ...]
    guards: Mapping[str, int]
    automatic: bool
