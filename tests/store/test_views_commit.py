"""views_commit, view_get, edges_read, view_mark_clear: views are regrouped whole or not at all."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from router.errors import Apart, Stale
from router.model import ids
from router.model.handle import Handle
from router.model.view import Member, View
from router.policy import linking
from router.store import keys
from router.store.link import Link
from router.store.timelines import Timelines
from router.store.views import Views
from router.store.workspace import Workspace

WHEN = 1_772_442_000_000


class Town:
    """People of a test: their handles, and how they are linked."""

    def __init__(self, place: Workspace, timelines: Timelines, views: Views) -> None:
        self.place, self.timelines, self.views = place, timelines, views

    async def member(self, name: str) -> Member:
        """Meet a handle."""
        handle = Handle("igsid", name)
        hid = ids.handle_id(self.place.hash_key, handle)
        return Member(hid, handle, await self.timelines.meet(hid, handle))

    async def link(self, a: str, b: str, *, automatic: bool = False) -> dict[str, int] | None:
        """Link two as flow does: look, think, commit; once more when somebody was faster."""
        one, other = await self.member(a), await self.member(b)
        while True:
            change = linking.join(
                await self.views.get(one.hid),
                await self.views.get(other.hid),
                linking.new_edge(one, other, linking.Evidence("sup", WHEN, "asked", "attested")),
                await self.views.edges(one.hid, other.hid),
                automatic=automatic,
            )
            if change is None:
                return None
            try:
                return await self.views.commit(change)
            except Stale:
                continue

    async def unlink(self, a: str, b: str, when: int = WHEN + 1000) -> dict[str, int] | None:
        """Unlink two."""
        one, other = await self.member(a), await self.member(b)
        known = await self.views.edges(one.hid)
        edge = next(edge for edge in known if edge.id == ids.edge_id(one.hid, other.hid))
        change = linking.part(await self.views.get(one.hid), edge, known, who="sup", when=when)
        return change and await self.views.commit(change)

    async def view(self, name: str) -> View:
        """Give somebody's view."""
        return await self.views.get((await self.member(name)).hid)

    async def names(self, name: str) -> set[str]:
        """Name the members of somebody's view."""
        return {member.handle.value for member in (await self.view(name)).members} or {name}


@pytest.fixture
def town(place: Workspace, timelines: Timelines, views: Views) -> Town:
    """Give a town where nobody is linked."""
    return Town(place, timelines, views)


async def test_who_is_linked_to_nobody_is_a_view_of_one(town: Town) -> None:
    """No record is needed: the view is the handle itself."""
    ada = await town.member("ada")
    assert await town.view("ada") == View(ada.hid)
    assert (await town.view("ada")).hids == (ada.hid,)
    assert await town.views.edges(ada.hid) == []


async def test_two_handles_become_one_view(town: Town) -> None:
    """Both name the same view, by the member first seen; both old views have a new revision and owe rows."""
    ada, ben = await town.member("ada"), await town.member("ben")
    revs = await town.link("ben", "ada")
    first = min((ada, ben), key=lambda one: (one.first_seen, one.hid))
    assert revs == {ada.hid: 1, ben.hid: 1}
    view = await town.view("ada")
    assert view == await town.view("ben")
    assert (view.view, view.rev, set(view.members)) == (first.hid, 1, {ada, ben})
    (edge,) = await town.views.edges(ada.hid)
    assert (edge.who, edge.when, edge.why, edge.trust, edge.removed) == (
        "sup",
        WHEN,
        "asked",
        "attested",
        None,
    )
    assert set(await town.views.owed(10)) == {ada.hid, ben.hid}
    assert not await town.views.clear(first.hid, 0)
    assert await town.views.clear(first.hid, 1)
    assert not await town.views.clear(first.hid, 1)
    assert len(await town.views.owed(10)) == 1


async def test_linking_twice_is_once(town: Town) -> None:
    """What is one view by this very edge needs no commit."""
    await town.link("ada", "ben")
    assert await town.link("ben", "ada") is None


async def test_unlinking_gives_back_what_was(town: Town) -> None:
    """A chain of three cut in the middle: two views, each named by its own member."""
    await town.link("ada", "ben")
    await town.link("ben", "cyn")
    assert await town.names("cyn") == {"ada", "ben", "cyn"}
    before = await town.view("cyn")
    revs = await town.unlink("ada", "ben")
    assert revs
    assert await town.names("ada") == {"ada"}
    assert await town.names("ben") == await town.names("cyn") == {"ben", "cyn"}
    assert (await town.view("ada")).members == ()
    assert before.view in revs
    assert all(rev > 0 for rev in revs.values())
    assert await town.unlink("ada", "ben") is None


async def test_apart_holds_until_a_person_links_again(link: Link, town: Town, place: Workspace) -> None:
    """No automatic rule joins a pair a person parted, nor another pair across the same wall."""
    await town.link("ada", "ben")
    await town.unlink("ada", "ben")
    await town.link("ben", "cyn")
    for pair in (("ada", "ben"), ("cyn", "ada")):
        with pytest.raises(Apart):
            await town.link(*pair, automatic=True)
    assert await town.names("ada") == {"ada"}
    assert await town.link("ada", "ben")
    assert await town.names("cyn") == {"ada", "ben", "cyn"}
    (edge,) = [
        edge
        for edge in await town.views.edges((await town.member("ada")).hid)
        if not edge.apart and edge.past
    ]
    assert edge.past == ((WHEN, WHEN + 1000),)
    walls = [keys.edge(place.routing, edge.id) for edge in await town.views.edges(edge.a.hid)]
    assert [await link.call("HEXISTS", wall, "apart", key=wall) for wall in walls] == [0, 0]


async def test_the_store_holds_apart_by_itself(town: Town) -> None:
    """A process that thought without the wall is refused where the pair is the same."""
    await town.link("ada", "ben")
    await town.unlink("ada", "ben")
    one, other = await town.member("ada"), await town.member("ben")
    edge = linking.new_edge(one, other, linking.Evidence("rule", WHEN, "login", "attested"))
    change = linking.join(await town.view("ada"), await town.view("ben"), edge, [], automatic=True)
    assert change
    with pytest.raises(Apart):
        await town.views.commit(change)
    assert await town.names("ada") == {"ada"}


async def test_a_decision_on_old_views_is_refused(town: Town) -> None:
    """Somebody else regrouped one of the views: nothing of the decision happens."""
    one, other = await town.member("ada"), await town.member("ben")
    edge = linking.new_edge(one, other, linking.Evidence("sup", WHEN, "", "claimed"))
    change = linking.join(await town.view("ada"), await town.view("ben"), edge, [], automatic=False)
    assert change
    await town.link("ben", "cyn")
    with pytest.raises(Stale):
        await town.views.commit(change)
    assert await town.names("ada") == {"ada"}
    assert edge.id not in {known.id for known in await town.views.edges(one.hid)}


async def test_fifty_links_at_once_are_one_edge(town: Town) -> None:
    """Fifty events name the same pair: one edge, one view, nobody fails."""
    done = await asyncio.gather(*(town.link(*(("ada", "ben"), ("ben", "ada"))[i % 2]) for i in range(50)))
    assert sum(one is not None for one in done) == 1
    assert len(await town.views.edges((await town.member("ada")).hid)) == 1


async def test_links_of_all_with_all_end_in_one_view(town: Town) -> None:
    """Links that race each other lose nobody, and the id does not depend on who won."""
    names = [f"p{i}" for i in range(8)]
    pairs = [(a, b) for i, a in enumerate(names) for b in names[:i]]
    await asyncio.gather(*(town.link(a, b) for a, b in pairs))
    views = [await town.view(name) for name in names]
    assert all(view == views[0] for view in views)
    members = [await town.member(name) for name in names]
    assert views[0].view == linking.canonical(members).hid
    assert set(views[0].members) == set(members)


async def test_open_items_go_with_their_handle(link: Link, town: Town, place: Workspace) -> None:
    """Linking re-homes the items of every handle; unlinking gives each its own again."""
    p = place.routing
    for name in ("ada", "ben"):
        hid = (await town.member(name)).hid
        item = f"itm_{name}"
        fields = {
            "view": hid,
            "cnv": "cnv_1",
            "in_n": 1,
            "seen_n": 0,
            "agent": "",
            "offer": "",
            "state": "waiting",
        }
        await link.call(
            "HSET", keys.item(p, item), *(word for pair in fields.items() for word in pair), key=p
        )
        await link.call("SADD", keys.open_items(p, hid), item, "itm_gone", key=p)

    async def homes() -> list[str]:
        found = [
            await link.call("HGET", keys.item(p, f"itm_{name}"), "view", key=p) for name in ("ada", "ben")
        ]
        return [view.decode() for view in found]

    await town.link("ada", "ben")
    assert await homes() == [(await town.view("ada")).view] * 2
    await town.unlink("ada", "ben")
    assert await homes() == [(await town.view(name)).view for name in ("ada", "ben")]
    feed = await link.call("XRANGE", keys.feed(p), "-", "+", key=p)
    told = [pair for _, facts in feed for pair in zip(facts[::2], facts[1::2], strict=True)]
    assert "item" in {topic.decode() for topic, _ in told}
    customers = [msgspec.json.decode(fact) for topic, fact in told if topic == b"customer"]
    assert len(customers) == 4
    assert {one["id"]: one["rev"] for one in customers[2:]} == {
        view.view: view.rev for view in (await town.view("ada"), await town.view("ben"))
    }


async def test_edges_are_read_over_the_whole_neighbourhood(town: Town) -> None:
    """From any handle, also over removed edges, each once."""
    for a, b in (("ada", "ben"), ("ben", "cyn"), ("cyn", "dan")):
        await town.link(a, b)
    await town.unlink("ben", "cyn")
    found = await town.views.edges((await town.member("dan")).hid, (await town.member("ada")).hid)
    assert len(found) == len({edge.id for edge in found}) == 3
    assert [edge.apart for edge in found].count(True) == 1


async def test_at_most_two_thousand_edges_are_read(link: Link, town: Town, place: Workspace) -> None:
    """A neighbourhood without end does not hold up the slot."""
    p = place.routing
    hub = await town.member("hub")
    for i in range(2050):
        other = Member(f"cus_00{i:016d}", Handle("igsid", str(i)), WHEN)
        edge = linking.new_edge(hub, other, linking.Evidence("sup", WHEN, "", "claimed"))
        doc = msgspec.json.encode(edge)
        await link.call("HSET", keys.edge(p, edge.id), "a", edge.a.hid, "b", edge.b.hid, "doc", doc, key=p)
        await link.call("SADD", keys.edges_of(p, hub.hid), edge.id, key=p)
    assert len(await town.views.edges(hub.hid)) == 2000
