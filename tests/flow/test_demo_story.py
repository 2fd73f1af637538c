"""The demo's people and stories: the same each time, believable, and told in events the router takes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from router.demo.history import AGENTS, past
from router.demo.logins import Memory, recall, remember
from router.demo.people import MOST, person
from router.demo.run import demo_file
from router.demo.story import PLOTS, Stories
from router.demo.traffic import CALM, EVERY_S, RUSH, RUSH_FROM_S, RUSH_TO_S, rate
from router.model.event import Event
from router.model.handle import Party
from router.policy.handles import normalise
from router.settings import load

AS_OF = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_number_is_always_the_same_person_with_addresses_of_their_own() -> None:
    """No two people share an address, every telephone number is one, and the row of people ends."""
    people = [person(number) for number in range(MOST)]
    assert person(MOST) == people[0]
    for own in ("tel", "mail", "visitor"):
        assert len({getattr(one, own) for one in people}) == MOST
    for one in people[::97]:
        handle = normalise(Party("tel", one.tel))
        assert handle is not None
        assert (handle.type, handle.value) == ("tel", one.tel)


def test_the_same_seed_tells_the_same_stories_and_every_plot() -> None:
    """A thousand stories hold each plot about as often as it should come."""
    stories = [Stories(7), Stories(7), Stories(8)]
    one, same, other = ([stories[n].tell() for _ in range(1000)] for n in range(3))
    assert one == same
    assert one != other
    plots = Counter(story.plot for story in one)
    total = sum(weight for weight, _ in PLOTS.values())
    for plot, (weight, _) in PLOTS.items():
        expected = 1000 * weight / total
        assert abs(plots[plot] - expected) < 5 * expected**0.5, plot


def test_every_story_begins_with_the_customer_and_names_its_matter() -> None:
    """Its first words, or its reminder, hold the case that joins its channels."""
    stories = Stories(3)
    for _ in range(200):
        story = stories.tell()
        assert not story.moves[0].ours
        assert story.moves[0].after_s == 0
        assert story.issue in story.moves[0].text
        assert story.moves[-1].what == "done"


def test_the_past_is_over_the_same_each_time_and_ends_now() -> None:
    """Two weeks, oldest first, nothing in the future, every id once, a full last hour."""
    events = past(AS_OF.timestamp())
    assert events == past(AS_OF.timestamp())
    times = [event.occurred_at for event in events if event.occurred_at]
    assert len(times) == len(events)
    assert times == sorted(times)
    assert times[-1] < AS_OF
    assert 10 < (AS_OF - times[0]).days < 16
    assert len({(event.source, event.id) for event in events}) == len(events)
    last_hour = [at for at in times if (AS_OF - at).total_seconds() < 3600]
    assert len(last_hour) > 150
    assert {event.channel for event in events} == {"voice", "email", "chat", "sms", "social", None}


def test_every_event_of_the_past_is_one_the_door_takes() -> None:
    """Written as JSON and read again with all bounds checked it is the same event."""
    for event in past(AS_OF.timestamp()):
        assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event


def test_the_configuration_of_the_demo_has_all_who_act_in_it() -> None:
    """Its agents are those of the past, and the file is found beside the sources."""
    settings = load(demo_file(), environ={})
    assert set(settings.agents) == set(AGENTS)
    assert {"support", "billing", "vip"} <= set(settings.queues)


def test_a_rush_comes_round() -> None:
    """Every three minutes, for forty seconds, and calm between."""
    assert [rate(at) for at in (0, RUSH_FROM_S, RUSH_TO_S)] == [CALM, RUSH, CALM]
    assert rate(RUSH_FROM_S + EVERY_S) == RUSH


def test_what_is_remembered_is_for_us_alone(tmp_path: Path) -> None:
    """The file with the keys can be read by its owner only; a torn one is begun anew."""
    memory = Memory("token", {"admin": "secret"}, starts=3, past_told=True)
    remember(tmp_path / "data", memory)
    file = tmp_path / "data" / "demo.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert recall(tmp_path / "data") == memory
    file.write_bytes(file.read_bytes()[:20])
    assert recall(tmp_path / "data").keys == {}


@pytest.mark.parametrize("gone", ["nothing", "not/a/folder"])
def test_without_a_memory_there_is_a_token_nobody_knows(tmp_path: Path, gone: str) -> None:
    """Each first start makes its own."""
    assert recall(tmp_path / gone).token != recall(tmp_path / gone).token
