"""Rules: which queue, skills, priority, target and topic an event should have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from router.model.event import Event
from router.model.rule import Condition, Facts, Rule, Wish

DEFAULT_QUEUE = "default"
"""The queue that is always there."""


def decide(event: Event, facts: Facts, rules: Iterable[Rule], account_queue: str | None = None) -> Wish:
    """Give the wish of the first rule that matches; the event fills in what it leaves open.

    The queue is the rule's, else the one the event names, else ``account_queue``, else ``default``.
    """
    rule = next((rule for rule in rules if holds(rule.when, event, facts)), _NO_RULE)
    return Wish(
        queue=rule.queue or event.queue or account_queue or DEFAULT_QUEUE,
        skills=tuple(sorted(set(event.skills if rule.skills is None else rule.skills))),
        priority=event.priority if rule.priority is None else rule.priority,
        target_s=rule.target_s,
        topic=rule.topic or event.topic,
    )


def holds(when: Condition, event: Event, facts: Facts) -> bool:
    """Say whether everything the condition names is so."""
    return (
        _is(when.channel, event.channel)
        and _is(when.medium, event.medium)
        and _is(when.label, event.label)
        and _like(when.to, event.to)
        and _like(when.source, event.source)
        and _is(when.tier, facts.tier)
        and _is(when.language, facts.language)
        and _has(when.attrs, event.attrs)
        and all(holds(part, event, facts) for part in when.all_of)
        and (when.any_of is None or any(holds(part, event, facts) for part in when.any_of))
        and not (when.none_of is not None and holds(when.none_of, event, facts))
    )


_NO_RULE = Rule()


def _is(wanted: str | Sequence[str] | None, actual: str | None) -> bool:
    """Compare exactly; nothing wanted always holds, nothing there never does."""
    if wanted is None:
        return True
    return actual == wanted if isinstance(wanted, str) else actual in wanted


def _like(wanted: str | Sequence[str] | None, actual: str | None) -> bool:
    """Compare without case, ``*`` standing for anything."""
    if wanted is None:
        return True
    if actual is None:
        return False
    patterns = (wanted,) if isinstance(wanted, str) else wanted
    return any(fnmatchcase(actual.casefold(), _glob(pattern)) for pattern in patterns)


def _glob(pattern: str) -> str:
    """Keep only ``*`` special: addresses may well contain ``[`` and ``?``."""
    return pattern.casefold().replace("[", "[[]").replace("?", "[?]")


def _has(wanted: Mapping[str, object], actual: Mapping[str, object]) -> bool:
    """Check that every wanted attribute is there with the value, or one of the values.

    A list that is there holds a value when it contains it. ``true`` is not 1.
    """
    return all(
        any(_same(one, found) for one in _several(value) for found in _several(actual.get(name)))
        for name, value in wanted.items()
    )


def _several(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else (value,)


def _same(one: object, other: object) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)
