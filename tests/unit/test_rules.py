"""Rules: the first that matches decides, and the event fills in what it leaves open."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.event import Event
from router.model.rule import Condition, Facts, Rule, Wish
from router.policy.rules import decide, holds

SMS = Event(
    id="m1",
    source="twilio:main",
    channel="sms",
    kind="message",
    direction="in",
    to="+14155559999",
    attrs={"cart": 250, "page": ["/pricing", "/contact"], "vip": True},
)
VIP = Facts(tier="vip", language="de")


def when(**tree: object) -> Condition:
    """Read a condition as the configuration would."""
    names = {"all_of": "all", "any_of": "any", "none_of": "not"}
    return msgspec.convert({names.get(name, name): value for name, value in tree.items()}, Condition)


@pytest.mark.parametrize(
    "condition",
    [
        when(),
        when(channel="sms"),
        when(channel=["voice", "sms"]),
        when(label="sms"),
        when(to="+14155559999"),
        when(to="+1415*"),
        when(to=["+49*", "+1*"]),
        when(source="TWILIO:*"),
        when(tier="vip"),
        when(language=["de", "fr"]),
        when(attrs={"cart": 250}),
        when(attrs={"cart": [1, 250]}),
        when(attrs={"page": "/pricing"}),
        when(attrs={"vip": True}),
        when(all_of=[{"channel": "sms"}, {"tier": "vip"}]),
        when(any_of=[{"channel": "voice"}, {"tier": "vip"}]),
        when(none_of={"channel": "voice"}),
        when(none_of={"any": [{"channel": "voice"}, {"not": {"tier": "vip"}}]}),
    ],
)
def test_a_condition_that_holds(condition: Condition) -> None:
    """Each kind of condition finds its event."""
    assert holds(condition, SMS, VIP)


@pytest.mark.parametrize(
    "condition",
    [
        when(channel="voice"),
        when(medium="sms"),
        when(to="14155559999"),
        when(source="twilio"),
        when(tier="gold"),
        when(language="en"),
        when(attrs={"cart": "250"}),
        when(attrs={"vip": 1}),
        when(attrs={"missing": False}),
        when(channel="sms", tier="gold"),
        when(all_of=[{"channel": "sms"}, {"tier": "gold"}]),
        when(any_of=[{"channel": "voice"}, {"tier": "gold"}]),
        when(none_of={"channel": "sms"}),
        when(none_of={}),
    ],
)
def test_a_condition_that_does_not_hold(condition: Condition) -> None:
    """Each kind of condition leaves the others alone."""
    assert not holds(condition, SMS, VIP)


def test_what_is_not_known_matches_nothing() -> None:
    """Without facts neither tier nor language matches, only their absence does."""
    bare = Event(id="n1", source="own:x", kind="note")
    for condition in (when(tier="vip"), when(language="de"), when(to="*")):
        assert not holds(condition, bare, Facts())
    assert holds(when(none_of={"tier": "vip"}), bare, Facts())


def test_letters_that_mean_something_to_globs_are_letters() -> None:
    """Only the asterisk is special: an address with brackets or a question mark is compared as it is."""
    odd = msgspec.structs.replace(SMS, to="a[b]?@example.org")
    assert holds(when(to="A[b]?@*"), odd, VIP)
    assert not holds(when(to="a[b]?@*"), msgspec.structs.replace(SMS, to="ab1@example.org"), VIP)


def test_the_first_matching_rule_decides() -> None:
    """A later rule is not looked at, even where the first leaves something open."""
    rules = [
        Rule(when=when(channel="voice"), queue="calls"),
        Rule(
            when=when(tier="vip"),
            queue="vip",
            skills=["german>=3", "billing"],
            priority=2,
            target_s=90,
            topic="care",
        ),
        Rule(when=when(), queue="rest", priority=9),
    ]
    wish = decide(SMS, VIP, rules)
    assert wish == Wish("vip", ("billing", "german>=3"), 2, 90, "care")
    assert decide(SMS, Facts(), rules) == Wish("rest", (), 9)


def test_the_event_fills_what_the_rule_leaves_open() -> None:
    """Skills, priority and topic of the event stand unless the rule says otherwise, be it nothing."""
    event = msgspec.structs.replace(SMS, skills=["german"], priority=3, topic="delivery", queue="own")
    assert decide(event, VIP, [Rule(target_s=30)]) == Wish("own", ("german",), 3, 30, "delivery")
    assert decide(event, VIP, [Rule(skills=[], priority=0)]) == Wish("own", (), 0, None, "delivery")


@pytest.mark.parametrize(
    ("rule", "event", "account", "queue"),
    [
        ("r", "e", "a", "r"),
        (None, "e", "a", "e"),
        (None, None, "a", "a"),
        (None, None, None, "default"),
    ],
)
def test_where_the_queue_comes_from(
    rule: str | None, event: str | None, account: str | None, queue: str
) -> None:
    """Rule before event before account before default."""
    named = msgspec.structs.replace(SMS, queue=event)
    assert decide(named, VIP, [Rule(queue=rule)], account).queue == queue
    if rule is None:
        assert decide(named, VIP, [], account).queue == queue


CONDITIONS = st.recursive(
    st.sampled_from([when(), when(channel="sms"), when(channel="voice"), when(tier="vip"), when(tier="x")]),
    lambda inner: st.one_of(
        st.builds(lambda parts: Condition(all_of=parts), st.lists(inner, max_size=3)),
        st.builds(lambda parts: Condition(any_of=parts), st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: Condition(none_of=part), inner),
    ),
    max_leaves=12,
)


@given(st.lists(CONDITIONS, min_size=1, max_size=4))
def test_any_all_and_not_obey_de_morgan(parts: list[Condition]) -> None:
    """Not any of them is the same as all of their opposites, however deep they nest."""
    opposites = [Condition(none_of=part) for part in parts]
    none = Condition(none_of=Condition(any_of=parts))
    assert holds(none, SMS, VIP) == holds(Condition(all_of=opposites), SMS, VIP)
    assert holds(Condition(all_of=parts), SMS, VIP) == all(holds(part, SMS, VIP) for part in parts)


@pytest.mark.parametrize(
    ("tree", "word"),
    [
        ({"when": {"chanel": "sms"}}, "chanel"),
        ({"when": {"channel": "fax"}}, "fax"),
        ({"when": {"any": []}}, "length"),
        ({"skills": ["German!"]}, "match"),
        ({"priority": 101}, "100"),
        ({"target_s": 0}, "> 0"),
        ({"queue": "no spaces"}, "match"),
    ],
)
def test_a_wrong_rule_is_refused(tree: dict[str, object], word: str) -> None:
    """A rule with an unknown word or a value out of bounds never becomes a rule."""
    with pytest.raises(msgspec.ValidationError, match=word):
        msgspec.convert(tree, Rule)
