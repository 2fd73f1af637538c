"""Stories: what a customer does about one matter, on which channels, and how it ends. No clock, no I/O."""

from __future__ import annotations

from random import Random
from typing import Literal

from msgspec import Struct

from router.demo.matters import GERMAN, MATTERS, Matter
from router.demo.people import MOST, Person, person

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
What = Literal["message", "call", "abandon", "reply", "ring_back", "transfer", "done"]


class Move(Struct, frozen=True):
    """One step: ``after_s`` the one before. Customers send a message, call or hang up; the rest is ours."""

    after_s: float
    what: What
    label: str
    text: str = ""
    talk_s: float = 0.0
    outcome: Literal["resolved", "unresolved", "pending"] | None = None

    @property
    def ours(self) -> bool:
        """Say whether it is the company that acts."""
        return self.what in {"reply", "ring_back", "transfer", "done"}


class Story(Struct, frozen=True):
    """One customer, one matter, and the moves in their order."""

    person: Person
    matter: Matter
    issue: str
    plot: str
    moves: tuple[Move, ...]

    @property
    def several(self) -> bool:
        """Say whether it needs more than one address of the customer."""
        return len({_address(move.label) for move in self.moves}) > 1


def _address(label: str) -> str:
    """Name the sort of address a label is reached by: telephone, text and WhatsApp share a number."""
    return {"chat": "web", "email": "mail", "social_dm": "dm"}.get(label, "tel")


class Stories:
    """An endless row of stories; the same seed tells the same ones."""

    def __init__(self, seed: int, *, first: int = 0) -> None:
        """Begin with person number ``first``."""
        self._rng = Random(seed)  # noqa: S311 - the same stories each time are the point
        self._next = first % MOST

    def tell(self) -> Story:
        """Tell the next one."""
        rng = self._rng
        who = person(self._next)
        self._next = (self._next + 1) % MOST
        matter = GERMAN if who.language == "de" else rng.choices(MATTERS, [one.weight for one in MATTERS])[0]
        issue = f"{matter.prefix}-{4000 + self._next}"
        plot = rng.choices(list(PLOTS), [weight for weight, _ in PLOTS.values()])[0]
        words = Words(rng, matter, issue)
        return Story(who, matter, issue, plot, tuple(PLOTS[plot][1](rng, words)))


class Words:
    """What is said about one matter."""

    def __init__(self, rng: Random, matter: Matter, issue: str) -> None:
        self.opening = rng.choice(matter.opening).format(issue=issue)
        self.again = matter.again.format(issue=issue)
        self.answer, self.unsolved, self.thanks = matter.answer, matter.unsolved, matter.thanks


def _wait(rng: Random, label: str) -> float:
    """Say how long we take to answer on a channel, in seconds."""
    typical = {"chat": 25, "sms": 90, "whatsapp": 90, "social_dm": 200, "email": 1500}[label]
    return typical * rng.uniform(0.4, 1.8)


def _answered(rng: Random, label: str, text: str) -> list[Move]:
    """Let us answer a message and wrap up."""
    return [
        Move(_wait(rng, label), "reply", label, text),
        Move(rng.uniform(10, 60), "done", label, outcome="resolved"),
    ]


def _call(
    rng: Random, after_s: float, text: str, *, outcome: Literal["resolved", "unresolved"]
) -> list[Move]:
    talk = rng.uniform(90, 420)
    return [
        Move(after_s, "call", "voice", text, talk_s=talk),
        Move(talk + rng.uniform(5, 40), "done", "voice", outcome=outcome),
    ]


def plain(rng: Random, words: Words) -> list[Move]:
    """Tell of one message or call, and one answer."""
    label = rng.choices(("chat", "sms", "whatsapp", "social_dm", "email", "voice"), (24, 18, 18, 10, 16, 16))[
        0
    ]
    if label == "voice":
        return _call(rng, 0, words.opening, outcome="resolved")
    return [Move(0, "message", label, words.opening), *_answered(rng, label, words.answer)]


def written_twice(rng: Random, words: Words) -> list[Move]:
    """Tell of a mail that takes us too long, so the customer writes where we are quicker."""
    label = rng.choice(("whatsapp", "sms", "social_dm", "chat"))
    return [
        Move(0, "message", "email", words.opening),
        Move(rng.uniform(1.5, 5) * HOUR, "message", label, words.again),
        *_answered(rng, label, words.answer),
    ]


def climbed(rng: Random, words: Words) -> list[Move]:
    """Tell of a chat that ends without a solution, and of the call that follows."""
    return [
        Move(0, "message", "chat", words.opening),
        Move(_wait(rng, "chat"), "reply", "chat", words.unsolved),
        Move(20, "done", "chat", outcome="unresolved"),
        *_call(rng, rng.uniform(0.2, 30) * HOUR, words.again, outcome="resolved"),
    ]


def rung_back(rng: Random, words: Words) -> list[Move]:
    """Tell of a text that we answer by telephone: we change the channel."""
    label = rng.choice(("sms", "whatsapp"))
    return [
        Move(0, "message", label, words.opening),
        Move(_wait(rng, label), "ring_back", "voice", words.answer, talk_s=rng.uniform(60, 240)),
        Move(260, "done", label, outcome="resolved"),
    ]


def gave_up(rng: Random, words: Words) -> list[Move]:
    """Tell of a caller who hangs up in the queue, and writes or calls again."""
    first = Move(0, "abandon", "voice", words.opening, talk_s=rng.uniform(25, 90))
    if rng.random() < 0.5:  # noqa: PLR2004 - a coin
        return [first, *_call(rng, rng.uniform(4, 50) * MINUTE, words.again, outcome="resolved")]
    return [
        first,
        Move(rng.uniform(2, 9) * MINUTE, "message", "sms", words.again),
        *_answered(rng, "sms", words.answer),
    ]


def asked_again(rng: Random, words: Words) -> list[Move]:
    """Tell of somebody whom we settled too soon: they come back on the same channel."""
    label = rng.choice(("email", "chat", "voice"))
    later = rng.uniform(5, 60) * HOUR
    if label == "voice":
        again = _call(rng, later, words.again, outcome="resolved")
        return [*_call(rng, 0, words.opening, outcome="resolved"), *again]
    return [
        Move(0, "message", label, words.opening),
        *_answered(rng, label, words.unsolved),
        Move(later, "message", label, words.again),
        *_answered(rng, label, words.answer),
    ]


def handed_on(rng: Random, words: Words) -> list[Move]:
    """Tell of a matter that reached the wrong people first."""
    label = rng.choice(("chat", "whatsapp", "email"))
    return [
        Move(0, "message", label, words.opening),
        Move(_wait(rng, label), "transfer", label),
        *_answered(rng, label, words.answer),
    ]


def angry(rng: Random, words: Words) -> list[Move]:
    """Tell of somebody who comes back and back: three channels, two of them in vain."""
    return [
        Move(0, "message", "email", words.opening),
        Move(_wait(rng, "email"), "reply", "email", words.unsolved),
        Move(60, "done", "email", outcome="unresolved"),
        Move(rng.uniform(2, 20) * HOUR, "message", "social_dm", words.again),
        Move(_wait(rng, "social_dm"), "reply", "social_dm", words.unsolved),
        *_call(rng, rng.uniform(1, 10) * HOUR, words.again, outcome="resolved"),
    ]


PLOTS = {
    "plain": (64, plain),
    "written_twice": (7, written_twice),
    "asked_again": (7, asked_again),
    "climbed": (5, climbed),
    "rung_back": (6, rung_back),
    "gave_up": (4, gave_up),
    "handed_on": (5, handed_on),
    "angry": (3, angry),
}
"""Each plot with its weight."""
