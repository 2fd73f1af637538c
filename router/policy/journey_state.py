"""What is known of contacts, episodes and customers while a timeline is read. Only the fold changes these."""

from __future__ import annotations

from router.model.event import Outcome
from router.policy.journey_nouns import JourneyEvent


class Contact:
    """An attempt that reached us, and all that belongs to it.

    ``label`` is the channel it came on, ``last_label`` the one the customer used last. ``anchor_ms`` is
    the end of the last response, ``last_ms`` the end of the last thing said (A1), ``dropped_ms`` the end
    of its last call if the line dropped (A3). ``wrapped``: an agent wrapped it up.
    """

    __slots__ = (
        "agent", "anchor_ms", "answered", "dropped_label", "dropped_ms", "episodes", "label",
        "last_label", "last_ms", "opened_ms", "person", "queue", "response_label", "response_ms",
        "topic", "touches", "wrapped",
    )  # fmt: skip

    def __init__(self, event: JourneyEvent) -> None:
        """Open it with its first event."""
        self.label = self.last_label = event.label
        self.opened_ms = event.at_ms
        self.last_ms = event.end_ms or event.at_ms
        self.anchor_ms: int | None = None
        self.dropped_ms: int | None = None
        self.dropped_label: str | None = None
        self.answered = self.wrapped = self.person = False
        self.response_label: str | None = None
        self.response_ms = 0
        self.touches = 0
        self.queue = event.queue
        self.agent = event.agent
        self.topic = event.topic
        self.episodes: list[Episode] = []

    def rang(self, event: JourneyEvent, end_ms: int) -> None:
        """Note a call, the customer's or ours; only the last one may have dropped (A3)."""
        self.dropped_ms = end_ms if event.dropped else None
        self.dropped_label = event.label

    def attribute(self, event: JourneyEvent) -> None:
        """Take queue and agent from the first event that names them, the topic from the last."""
        if self.queue is None:
            self.queue = event.queue
        if self.agent is None:
            self.agent = event.agent
        if event.topic is not None:
            self.topic = event.topic


class Episode:
    """One matter of one customer.

    ``last_in`` is the channel of the last inbound; ``last_out``, ``open_out`` and ``redirect`` are our
    latest channel, our latest outbound event and where it asked the customer to go, since then;
    ``unanswered`` the channels on which the customer still waits; ``current`` where the two are now
    (companions aside). ``touched`` is the number of the event that touched it last. ``anchor_ms`` is
    None while it is unanswered.
    """

    __slots__ = (
        "anchor_ms", "asked", "attempts", "bot", "contact", "contacts", "current", "escalations",
        "first_label", "first_ms", "handoffs", "issue", "last_attempt_ms", "last_in", "last_out", "matrix",
        "no_ms", "open_out", "outcome", "outcome_ms", "pending", "questions", "recovered", "redirect",
        "reopened", "reopens", "repeat_anchor_ms", "repeat_ms", "repeats_here", "touched", "transfers",
        "unanswered", "waits", "yes",
    )  # fmt: skip

    def __init__(self, issue: str, at_ms: int) -> None:
        """Begin it; the event that begins it is added by the fold."""
        self.issue = issue
        self.first_ms = self.last_attempt_ms = at_ms
        self.first_label: str | None = None
        self.contacts: list[Contact] = []
        self.contact: Contact | None = None
        self.attempts = self.transfers = self.escalations = self.handoffs = self.reopens = 0
        self.repeats_here = 0
        self.repeat_ms: int | None = None
        self.repeat_anchor_ms: int | None = None
        self.anchor_ms: int | None = None
        self.pending = self.reopened = self.asked = False
        self.last_in: str | None = None
        self.last_out: str | None = None
        self.current: str | None = None
        self.redirect: str | None = None
        self.open_out: JourneyEvent | None = None
        self.unanswered: set[str] = set()
        self.matrix: dict[str, list[int]] = {}
        self.bot = self.yes = self.recovered = False
        self.no_ms: int | None = None
        self.outcome: Outcome | None = None
        self.outcome_ms: int | None = None
        self.waits = 0.0
        self.questions = 0
        self.touched = 0

    @property
    def window_from_ms(self) -> int | None:
        """R9: where its window starts: the anchor, None while unanswered, pending or reopened."""
        return None if self.pending or self.reopened else self.anchor_ms

    def live(self, at_ms: int, window_ms: int) -> bool:
        """R5: may something at this time still belong to it? Inclusive; without an anchor always."""
        if self.contact is None:
            return at_ms - self.last_attempt_ms <= window_ms
        if self.anchor_ms is None or self.pending or self.reopened:
            return True
        return at_ms - self.anchor_ms <= window_ms

    def join(self, contact: Contact) -> None:
        """Let a contact belong to it; a new one becomes its latest, and waits for an answer (R9)."""
        if contact is self.contact or self in contact.episodes:
            return
        contact.episodes.append(self)
        self.contacts.append(contact)
        self.contact = contact
        self.pending = self.reopened = self.asked = False
        self.anchor_ms = None

    def answer(self, end_ms: int) -> None:
        """R9: a response, an inbound call or a wrap-up answered it; the anchor moves to its end."""
        self.anchor_ms = end_ms

    def repeat(self, event: JourneyEvent) -> None:
        """R8: the customer had to come again."""
        if event.label == self.contacts[0].label:
            self.repeats_here += 1
        if self.repeat_ms is None:
            self.repeat_ms = event.at_ms
            self.repeat_anchor_ms = self.window_from_ms


class Customer:
    """All episodes and contacts of one person, in the order they began, and each non-absorbed attempt."""

    __slots__ = ("attempts_ms", "contacts", "episodes")

    def __init__(self) -> None:
        """Begin with nothing."""
        self.episodes: list[Episode] = []
        self.contacts: list[Contact] = []
        self.attempts_ms: list[int] = []

    def latest(self, issue: str | None = None) -> Episode | None:
        """R5: the episode touched last, of this issue or of any; of two touched by one event the newer."""
        found: Episode | None = None
        for episode in self.episodes:
            if (issue is None or episode.issue == issue) and (
                found is None or episode.touched >= found.touched
            ):
                found = episode
        return found

    def latest_live(self, at_ms: int, window_ms: int, issue: str | None = None) -> Episode | None:
        """R5: the same among the episodes that something at this time may belong to."""
        found: Episode | None = None
        for episode in self.episodes:
            if (
                (issue is None or episode.issue == issue)
                and (found is None or episode.touched >= found.touched)
                and episode.live(at_ms, window_ms)
            ):
                found = episode
        return found
