"""docs/state-machines.md: every function of routing is an arrow there, and every arrow a function."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from drawings import drawn

from router.model.item import ItemState, OfferState

LUA = Path(__file__).parents[2] / "router" / "store" / "lua" / "fn"
NOUNS = {"item", "offer", "agent", "lane", "queue", "happening", "routing", "sending", "lease"}
TIMELINE = {"event_record", "event_apply"}
"""Functions of the timeline, of which a message of ours is a part."""

MACHINES = drawn()


def test_every_function_is_an_arrow_and_every_arrow_a_function() -> None:
    """None is forgotten, none is imagined."""
    files = {path.stem for path in LUA.glob("*.lua") if path.stem.partition("_")[0] in NOUNS}
    named = {function for arrows in MACHINES.values() for arrow in arrows for function in arrow.functions}
    assert named - TIMELINE == files


def test_every_arrow_between_states_names_its_functions() -> None:
    """Only the end of a final state has none."""
    bare = [arrow for arrows in MACHINES.values() for arrow in arrows if not arrow.functions]
    assert {arrow.end for arrow in bare} == {"[*]"}
    assert {arrow.start for arrow in bare} == {
        "done", "closed", "abandoned", "accepted", "declined", "expired", "rescinded",
        "sent", "delivered", "read", "failed", "unknown",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("machine", "states"),
    [("Item", ItemState), ("Offer", OfferState)],
)
def test_every_state_is_drawn(machine: str, states: object) -> None:
    """Those of the model; ``scheduled`` is the one this release does not reach."""
    found = {state for arrow in MACHINES[machine] for state in arrow[:2]} - {"[*]"}
    named = set(msgspec.inspect.type_info(states).values)  # type: ignore[union-attr]
    assert found == named - {"scheduled"}


@pytest.mark.parametrize("machine", ["Item", "Offer", "Agent"])
def test_every_state_is_reached_and_left(machine: str) -> None:
    """From the beginning one can come everywhere."""
    arrows, reached = MACHINES[machine], {"[*]"}
    for _ in arrows:
        reached |= {arrow.end for arrow in arrows if arrow.start in reached}
    assert reached == {state for arrow in arrows for state in arrow[:2]} | {"[*]"}
    assert {arrow.start for arrow in arrows} == {state for arrow in arrows for state in arrow[:2]} | {"[*]"}
