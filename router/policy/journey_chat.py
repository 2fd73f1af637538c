"""A chat: what was said, or one abandon where the customer left before any reply."""

from __future__ import annotations

from msgspec import structs

from router.model.entry import Entry
from router.policy.journey_nouns import JourneyEvent

_LABELS = frozenset({"chat", "video"})
"""Where one waits in the line and can leave it."""

_SAID = frozenset({"message", "bot"})


class Chats:
    """The chats of a timeline, by conversation; take their events in order of time."""

    __slots__ = ("_kept", "_replied", "_waiting")

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: list[JourneyEvent] = []
        self._waiting: dict[str, list[JourneyEvent]] = {}
        self._replied: set[str] = set()

    def take(self, entry: Entry, event: JourneyEvent) -> bool:
        """Take what is said in a chat, and its end where the customer left; False for all else."""
        if event.label not in _LABELS or not (event.kind in _SAID or event.kind == "abandon"):
            return False
        chat = entry.conversation or entry.thread or f"{entry.home} {event.label}"
        if event.kind == "abandon":
            self._left(chat, event)
        elif event.direction == "in" and chat not in self._replied and not (event.auto or event.spam):
            self._waiting.setdefault(chat, []).append(event)
        else:
            if event.direction == "out" and not (event.auto or event.proactive):
                self._replied.add(chat)
                self._kept += self._waiting.pop(chat, ())
            self._kept.append(event)
        return True

    def _left(self, chat: str, event: JourneyEvent) -> None:
        """Left unanswered: all that was said is one abandon, at its start. Left answered: nothing."""
        waiting = self._waiting.pop(chat, [])
        if chat in self._replied:
            self._replied.discard(chat)
            return
        said = [*waiting, event]
        issues = dict.fromkeys(issue for one in said for issue in one.issues)
        self._kept.append(
            structs.replace(
                said[0],
                kind="abandon",
                direction="in",
                issues=tuple(issues),
                queue=said[0].queue or event.queue,
                wait_ms=event.wait_ms or event.at_ms - said[0].at_ms,
                ack=False,
                dup=False,
            )
        )

    def events(self) -> list[JourneyEvent]:
        """Give all that counts; the order is the fold's business."""
        return [*self._kept, *(event for waiting in self._waiting.values() for event in waiting)]
