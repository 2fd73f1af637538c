"""Linking: views as components, their ids, walls, and what was true when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from router.errors import Apart
from router.model.handle import Handle
from router.model.view import Edge, Member, Regrouping, View
from router.policy.linking import (
    Evidence,
    canonical,
    component,
    excess,
    hids_at,
    join,
    kept_apart,
    new_edge,
    part,
)

LEG = Member("cus_000", Handle("thread", "pbx/call-1"), 0)
SAID = Evidence("sup", 100, "login", "attested")
A, B, C, D = (
    Member(f"cus_00{name}", Handle("igsid", name), seen)
    for name, seen in zip("abcd", (3, 1, 1, 2), strict=True)
)


class World:
    """The views and edges as the store would keep them, in plain dictionaries."""

    def __init__(self) -> None:
        self.edges: dict[str, Edge] = {}
        self.views: dict[str, View] = {}
        self.revs: dict[str, int] = {}

    def view(self, member: Member) -> View:
        """Give a member's view."""
        return self.views.get(member.hid, View(member.hid, self.revs.get(member.hid, 0)))

    def commit(self, change: Regrouping) -> None:
        """Do what was decided."""
        assert all(self.revs.get(view, 0) == rev for view, rev in change.guards.items())
        self.edges[change.edge.id] = change.edge
        for gone in change.gone:
            self.revs[gone] = self.revs.get(gone, 0) + 1
        for group in change.views:
            rev = self.revs[group.view] = self.revs.get(group.view, 0) + 1
            for member in group.members:
                self.views[member.hid] = View(group.view, rev, group.members)

    def link(self, one: Member, other: Member, when: int = 100, *, automatic: bool = False) -> bool:
        """Link two members; False when nothing changed."""
        edge = new_edge(one, other, replace(SAID, when=when))
        change = join(self.view(one), self.view(other), edge, list(self.edges.values()), automatic=automatic)
        if change:
            self.commit(change)
        return change is not None

    def unlink(self, one: Member, other: Member, when: int) -> bool:
        """Unlink two members; False when they are not linked."""
        edge = self.edges[new_edge(one, other, SAID).id]
        change = part(self.view(one), edge, list(self.edges.values()), who="sup", when=when)
        if change:
            self.commit(change)
        return change is not None


def test_a_view_is_named_by_the_member_first_seen() -> None:
    """The smallest (first_seen, id); the others cease and the revisions looked at are guarded."""
    change = join(View(A.hid), View(B.hid, 4), new_edge(A, B, SAID), [], automatic=True)
    assert change
    assert canonical((A, B, C, D)) == B
    assert [(group.view, group.members) for group in change.views] == [(B.hid, (B, A))]
    assert (change.gone, dict(change.guards)) == ((A.hid,), {A.hid: 0, B.hid: 4})


def test_an_edge_has_no_direction() -> None:
    """The pair is sorted, so fifty links of the same two are one edge."""
    assert new_edge(A, B, SAID) == new_edge(B, A, SAID)
    assert new_edge(A, B, SAID).id != new_edge(A, C, SAID).id


def test_a_view_falls_apart_along_its_edges() -> None:
    """A chain in two; a ring not at all; each part is named by its own member."""
    chain = [new_edge(A, B, SAID), new_edge(B, C, SAID), new_edge(C, D, SAID)]
    view = View(B.hid, 9, (B, C, D, A))
    change = part(view, chain[1], chain, who="sup", when=200)
    assert change
    assert {group.view: group.members for group in change.views} == {B.hid: (B, A), C.hid: (C, D)}
    assert (change.edge.removed, change.edge.removed_by, change.edge.apart) == (200, "sup", True)
    assert (change.gone, dict(change.guards)) == ((), {B.hid: 9})
    ring = part(view, chain[1], [*chain, new_edge(A, D, SAID)], who="sup", when=200)
    assert ring
    assert [group.members for group in ring.views] == [(B, C, D, A)]
    assert part(view, change.edge, chain, who="sup", when=300) is None


def test_a_wall_stands_between_views() -> None:
    """It keeps any two of either side apart, until a person links over it."""
    world = World()
    world.link(A, B)
    world.unlink(A, B, 200)
    world.link(B, C)
    world.link(A, D)
    with pytest.raises(Apart, match="sup keeps"):
        world.link(C, D, automatic=True)
    assert kept_apart([A.hid], [B.hid], world.edges.values())
    assert not kept_apart([A.hid], [C.hid], world.edges.values())
    assert world.link(A, B, 300)
    assert set(world.view(C).members) == {A, B, C, D}
    assert not world.link(B, A, 400, automatic=True)


def test_a_wall_within_a_view_stops_nobody_else() -> None:
    """Parted, yet one by a third: the pair stays parted, other pairs of the view get their edges."""
    world = World()
    for pair in ((A, B), (B, C), (C, A)):
        world.link(*pair)
    world.unlink(A, B, 200)
    assert set(world.view(A).members) == {A, B, C}
    with pytest.raises(Apart):
        world.link(A, B, 300, automatic=True)
    world.link(B, D, 300)
    assert world.link(C, D, 400, automatic=True)


def person(kind: str, value: str, seen: int = 1) -> Member:
    """Make a member with an address of some type."""
    return Member(f"cus_00{kind}{value}", Handle(kind, value), seen)


def test_people_who_share_a_number_are_not_joined() -> None:
    """Each brings an account of one system; of two systems they may be one, and a person may join them."""
    world, desk = World(), person("tel", "+1")
    ann, ben, shop = person("external", "crm/1"), person("external", "crm/2"), person("external", "shop/9")
    assert world.link(desk, ann, automatic=True)
    with pytest.raises(Apart, match="2 external of crm"):
        world.link(desk, ben, automatic=True)
    assert world.view(ben).hids == (ben.hid,)
    assert world.link(desk, shop, automatic=True)
    assert world.link(desk, ben)
    assert set(world.view(ann).members) == {desk, ann, ben, shop}


@pytest.mark.parametrize(
    ("kind", "most"), [("acct", 1), ("tel", 5), ("mailto", 5), ("web-visitor", 20), ("line", 49)]
)
def test_limits_ask_a_person(kind: str, most: int) -> None:
    """So many of a type link by themselves, then none; the sum has a limit too."""
    world, hub = World(), person("igsid", "hub")
    for i in range(most):
        assert world.link(hub, person(kind, str(i)), automatic=True)
    with pytest.raises(Apart, match="a person may link more"):
        world.link(hub, person(kind, "more"), automatic=True)
    assert world.link(hub, person(kind, "more"))


def test_a_limit_by_time_forgets() -> None:
    """A browser forgets its visitor: those first seen more than 30 days ago do not count."""
    day, when = 86_400_000, 100 * 86_400_000
    visitors = [person("web-visitor", str(i), when - 30 * day - (i > 0)) for i in range(21)]
    assert excess(visitors, when) is None
    assert excess([person("web-visitor", str(i), when - 30 * day) for i in range(21)], when)


def test_the_past_stays_as_it_was() -> None:
    """Linked, unlinked, linked again: each time has its own view; from when it was linked, until removed."""
    world = World()
    world.link(A, B, 100)
    world.unlink(A, B, 200)
    world.link(A, B, 300)
    edges = list(world.edges.values())
    assert edges[0].past == ((100, 200),)
    alone, both = (A.hid,), (B.hid, A.hid)
    seen = [hids_at(A.hid, edges, at) for at in (99, 100, 199, 200, 299, 300, 10**15)]
    assert seen == [alone, both, both, alone, alone, both, both]
    assert hids_at("cus_unknown", edges, 300) == ("cus_unknown",)


members = [Member(f"cus_00{i}", Handle("igsid", str(i)), 10 - i % 4) for i in range(7)]
steps = st.tuples(st.booleans(), st.integers(0, 6), st.integers(0, 6)).filter(lambda step: step[1] != step[2])


@given(st.lists(steps, max_size=25))
def test_views_are_always_the_components_of_the_edges(todo: list[tuple[bool, int, int]]) -> None:
    """Whatever is linked and unlinked in whatever order, now and as of each step before."""
    world, history = World(), []
    for when, (links, i, j) in enumerate(todo):
        one, other = members[i], members[j]
        if links:
            world.link(one, other, when)
        elif new_edge(one, other, SAID).id in world.edges:
            world.unlink(one, other, when)
        for member in members:
            group = component(member, list(world.edges.values()))
            assert set(world.view(member).hids) == {one.hid for one in group}
            assert world.view(member).view == canonical(group).hid
        history.append([set(world.view(member).hids) for member in members])
    edges = list(world.edges.values())
    for when, views in enumerate(history):
        assert [set(hids_at(member.hid, edges, when)) for member in members] == views


def test_a_thread_names_no_view_and_fills_no_limit() -> None:
    """What named only its thread is a leaf: an address names the view, however late it was seen."""
    assert canonical([LEG, A, D]) == D
    assert canonical([LEG]) == LEG
    legs = [Member(f"cus_01{n}", Handle("thread", f"pbx/{n}"), n) for n in range(100)]
    assert excess([A, *legs], 0) is None
