"""Linking: which handles are one customer, now or at any time, and what a new or removed edge changes.

A view is a connected component of the edges in force. Its id is that of the address with the smallest
(first_seen, id), so it does not depend on the order of links.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from router.errors import Apart
from router.model.ids import edge_id
from router.model.view import Edge, Grouping, Member, Regrouping, View


class Limit(Struct, frozen=True):
    """So many handles of a type one customer may have before a person must decide.

    ``days``: only those first seen within so many days of the link count; None: all.
    """

    most: int
    days: int | None = None


LIMITS: Mapping[str, Limit] = {
    "external": Limit(1),
    "acct": Limit(1),
    "tel": Limit(5),
    "mailto": Limit(5),
    "web-visitor": Limit(20, days=30),
}
"""By type; of ``external SYSTEM/ID`` in each system. What is not named has no limit of its own."""

MOST = 50
"""Handles of one customer that link by themselves."""

LEAVES = frozenset({"thread"})
"""Types that are nobody's address: what rests there named only its thread. They are outside the limits."""

_DAY_MS = 86_400_000


class Evidence(Struct, frozen=True):
    """Who says that two handles are one person, ``when`` (ms), ``why``, and how sure that is."""

    who: str
    when: int
    why: str
    trust: str


def new_edge(one: Member, other: Member, evidence: Evidence) -> Edge:
    """Give the edge that links two handles; it is the same edge in whichever order they are named."""
    a, b = sorted((one, other), key=lambda member: member.hid)
    return Edge(
        id=edge_id(a.hid, b.hid),
        a=a,
        b=b,
        who=evidence.who,
        when=evidence.when,
        why=evidence.why,
        trust=evidence.trust,
    )


def canonical(members: Iterable[Member]) -> Member:
    """Give the member whose id names the view: the first seen, of those that are addresses."""
    return min(members, key=lambda member: (member.handle.type in LEAVES, member.first_seen, member.hid))


def component(start: Member, edges: Collection[Edge], at: int | None = None) -> tuple[Member, ...]:
    """Give the members of the view of ``start`` now, or at ``at`` ms, ordered by (first_seen, id)."""
    beside: dict[str, list[Member]] = {}
    for edge in edges:
        if edge.holds(at):
            beside.setdefault(edge.a.hid, []).append(edge.b)
            beside.setdefault(edge.b.hid, []).append(edge.a)
    found, fresh = {start.hid: start}, [start]
    while fresh:
        for member in beside.get(fresh.pop().hid, ()):
            if member.hid not in found:
                found[member.hid] = member
                fresh.append(member)
    return tuple(sorted(found.values(), key=lambda member: (member.first_seen, member.hid)))


def hids_at(hid: str, edges: Collection[Edge], at: int) -> tuple[str, ...]:
    """Give the handle ids of the view that ``hid`` was in at ``at`` ms."""
    ends = (end for edge in edges for end in (edge.a, edge.b) if end.hid == hid)
    start = next(ends, None)
    return (hid,) if start is None else tuple(member.hid for member in component(start, edges, at))


def kept_apart(one: Collection[str], other: Collection[str], edges: Iterable[Edge]) -> Edge | None:
    """Give an edge by which a person keeps a handle of one side from a handle of the other."""
    for edge in edges:
        a, b = edge.a.hid, edge.b.hid
        if edge.apart and ((a in one and b in other) or (b in one and a in other)):
            return edge
    return None


def excess(members: Collection[Member], when: int, limits: Mapping[str, Limit] = LIMITS) -> str | None:
    """Say which limit these handles would break as one customer at ``when`` ms; None: none.

    Two people who share a number or a machine each bring an account of their own: that is where a limit
    of one stops the machine and asks a person.
    """
    addresses = sum(member.handle.type not in LEAVES for member in members)
    if addresses > MOST:
        return f"one customer would have {addresses} handles, {MOST} link by themselves"
    counts: Counter[tuple[str, str]] = Counter()
    for member in members:
        kind, value = member.handle.type, member.handle.value
        limit = limits.get(kind)
        if limit and (limit.days is None or when - member.first_seen <= limit.days * _DAY_MS):
            counts[kind, value.partition("/")[0] if kind == "external" else ""] += 1
    for (kind, scope), count in counts.items():
        if count > limits[kind].most:
            named = f"{kind} of {scope}" if scope else kind
            return f"one customer would have {count} {named}, {limits[kind].most} link by themselves"
    return None


def join(one: View, other: View, edge: Edge, known: Sequence[Edge], *, automatic: bool) -> Regrouping | None:
    """Decide what a new edge between members of two views changes; None when they are one already.

    ``known``: every edge there ever was around either view. Raises Apart when no person decides and a
    person keeps the two apart, or a limit of ``excess`` asks for one.
    """
    before = next((old for old in known if old.id == edge.id), None)
    if before is not None and before.holds():
        return None
    # within one view only this very pair may be kept apart: who is one already is joined no further
    walls = known if one.view != other.view else [before] if before else []
    if automatic and (wall := kept_apart(one.hids, other.hids, walls)):
        raise Apart(f"{wall.removed_by} keeps {wall.a.hid} and {wall.b.hid} apart")
    members = {member.hid: member for member in (edge.a, edge.b, *one.members, *other.members)}
    if automatic and one.view != other.view and (words := excess(members.values(), edge.when)):
        raise Apart(f"{words}; a person may link more")
    grouping = _grouping(members.values())
    return Regrouping(
        edge=_again(edge, before),
        views=(grouping,),
        gone=tuple(sorted({one.view, other.view} - {grouping.view})),
        guards={one.view: one.rev, other.view: other.rev},
        automatic=automatic,
    )


def part(view: View, edge: Edge, known: Sequence[Edge], *, who: str, when: int) -> Regrouping | None:
    """Decide what removing an edge of a view changes; None when it is removed already.

    The pair is kept apart from now on: no automatic rule joins it until a person does.
    """
    if not edge.holds():
        return None
    removed = replace(edge, removed=when, removed_by=who, apart=True)
    left = [removed if old.id == edge.id else old for old in known]
    groups = {component(end, left) for end in (edge.a, edge.b)}
    return Regrouping(
        edge=removed,
        views=tuple(sorted((_grouping(group) for group in groups), key=lambda grouping: grouping.view)),
        gone=(),
        guards={view.view: view.rev},
        automatic=False,
    )


def _grouping(members: Iterable[Member]) -> Grouping:
    ordered = tuple(sorted(members, key=lambda member: (member.first_seen, member.hid)))
    return Grouping(canonical(ordered).hid, ordered)


def _again(edge: Edge, before: Edge | None) -> Edge:
    """Keep the times an edge was in force before."""
    if before is None or before.removed is None:
        return edge
    return replace(edge, past=(*before.past, (before.when, before.removed)))
