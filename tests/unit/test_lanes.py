"""Lanes and crews: which work waits together, who may take it, what it weighs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.agent import AgentProfile, Capacity, Membership
from router.model.lane import Crew, Lane, Room
from router.model.routing import CAPACITY
from router.policy.lanes import MOST, WHOLE, crew_for, crew_id, lane_for, lane_id, room, rooms, serves

NAMES = ("german", "french", "vip")
levels = st.integers(0, 9)
needs = st.lists(
    st.builds("{}>={}".format, st.sampled_from(NAMES), levels) | st.sampled_from(NAMES), max_size=4
)
skills = st.dictionaries(st.sampled_from(NAMES), levels)


def test_a_skill_is_asked_for_by_name_or_by_level() -> None:
    """Without a level any will do, which is not the same as none."""
    lane = lane_for("support", "sms", ["german>=3", "french"])
    assert lane == Lane("support", "sms", {"french": 0, "german": 3})
    assert serves(Crew(("support",), {"german": 3, "french": 0}), lane)
    assert not serves(Crew(("support",), {"german": 2, "french": 9}), lane)
    assert not serves(Crew(("support",), {"german": 9}), lane)
    assert not serves(Crew(("billing",), {"german": 9, "french": 9}), lane)


def test_the_highest_of_two_levels_counts() -> None:
    """An item that asks twice asks for the most."""
    assert lane_for("q", "sms", ["german", "german>=3", "german>=1"]).needs == {"german": 3}


@given(needs, st.randoms())
def test_the_order_of_skills_makes_no_other_lane(asked: list[str], chance: object) -> None:
    """The same needs are the same lane, by name and by id, in every process."""
    mixed = asked.copy()
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = lane_for("q", "sms", asked), lane_for("q", "sms", mixed)
    assert one == other
    assert lane_id(one) == lane_id(other)


@given(needs, needs)
def test_other_needs_are_another_lane(asked: list[str], other: list[str]) -> None:
    """Ids are as different as what they name."""
    one, two = lane_for("q", "sms", asked), lane_for("q", "sms", other)
    assert (lane_id(one) == lane_id(two)) == (one == two)


def test_lanes_differ_by_queue_and_channel() -> None:
    """And their ids do not begin as a private lane does."""
    ids = {lane_id(lane_for(queue, channel, ())) for queue in ("a", "b") for channel in ("sms", "voice")}
    assert len(ids) == 4
    assert all(name.startswith("ln_") for name in ids)


@given(needs, skills, skills)
def test_who_can_more_serves_no_less(asked: list[str], has: dict[str, int], more: dict[str, int]) -> None:
    """Learning never takes work away."""
    lane = lane_for("q", "sms", asked)
    learned = {name: max(has.get(name, -1), more.get(name, -1)) for name in has | more}
    assert serves(Crew(("q",), learned), lane) or not serves(Crew(("q",), has), lane)


def test_a_crew_is_what_its_agents_serve_in_whatever_order() -> None:
    """Queues and skills, not names nor capacity."""
    ada = AgentProfile(name="Ada", queues=["b", Membership("a")], skills={"x": 1, "a": 2})
    bob = AgentProfile(
        name="Bob", queues=["a", "b"], skills={"a": 2, "x": 1}, capacity={"sms": Capacity(1, 1)}
    )
    assert crew_for(ada) == crew_for(bob) == Crew(("a", "b"), {"a": 2, "x": 1})
    assert crew_id(crew_for(ada)) == crew_id(crew_for(bob))
    assert crew_id(crew_for(ada)) != crew_id(Crew(("a",), {}))


def test_capacity_is_the_agents_own_or_the_routers() -> None:
    """A channel with room for none is not served."""
    own = AgentProfile(capacity={"voice": Capacity(1.0, 0), "chat": Capacity(0.5, 2)})
    found = rooms(own, CAPACITY)
    assert list(found) == ["chat", "email", "sms", "social"]
    assert found["chat"] == Room(500_000, 2)
    assert found["sms"] == room(CAPACITY["sms"])


@pytest.mark.parametrize(
    ("given_", "meant"),
    [
        (Capacity(max=3), Room(333_333, 3)),
        (Capacity(weight=0.34), Room(340_000, 2)),
        (Capacity(weight=0.2), Room(200_000, 5)),
        (Capacity(weight=0), Room(0, MOST)),
        (Capacity(max=0), Room(0, 0)),
    ],
)
def test_weight_and_limit_follow_from_each_other(given_: Capacity, meant: Room) -> None:
    """Where only one is named the other is what fits one person."""
    assert room(given_) == meant


def test_a_capacity_says_something() -> None:
    """Neither weight nor limit is a mistake."""
    with pytest.raises(ValueError, match="weight"):
        Capacity()


@pytest.mark.parametrize(
    ("weight", "ppm"), [(1.0, WHOLE), (0.34, 340_000), (1 / 3, 333_333), (0.0, 0), (0.7, 700_000)]
)
def test_weights_are_whole_parts(weight: float, ppm: int) -> None:
    """Text of a decimal becomes exactly its parts; what does not divide is rounded down."""
    assert room(Capacity(weight, 1)).weight_ppm == ppm


@given(st.integers(1, 100))
def test_n_shares_of_one_nth_fit_one_person(n: int) -> None:
    """And one more does not."""
    share = room(Capacity(1 / n, n)).weight_ppm
    assert n * share <= WHOLE < (n + 1) * share
