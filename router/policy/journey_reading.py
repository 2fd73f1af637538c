"""R4 to R9 over a timeline: events in, contacts and episodes out. The verdict is journey_verdict's."""

from __future__ import annotations

from collections.abc import Sequence

from router.policy import journey_switches as switches
from router.policy.journey_absorb import Link, absorbing
from router.policy.journey_nouns import JourneyEvent
from router.policy.journey_order import Ordered
from router.policy.journey_settings import JourneySettings
from router.policy.journey_state import Contact, Customer, Episode

_INBOUND = frozenset({"message", "call", "voicemail", "callback_request", "bot", "abandon"})
_OUTBOUND = frozenset({"message", "call", "voicemail", "bot"})
_INTERNAL = frozenset({"transfer", "escalation", "handoff", "disposition", "reopen"})
_ALWAYS_ATTEMPTS = frozenset({"call", "abandon"})
"""Absorbed or not, the customer rang: a redial or a returned call is an attempt."""


class Reading:
    """One pass over a timeline. Read ``customers``, ``episodes`` and ``contacts`` when it is done."""

    __slots__ = ("attempts", "contacts", "customers", "episodes", "first", "number", "settings", "window_ms")

    def __init__(self, timeline: Ordered, window_ms: int, settings: JourneySettings) -> None:
        """Read the timeline."""
        self.window_ms = window_ms
        self.settings = settings
        self.episodes: list[Episode] = []
        self.contacts = 0
        self.attempts = 0
        self.first: Customer | None = None
        self.number = 0
        customers = {name: Customer() for name in timeline.customers}
        self.customers = customers
        for event, name, issues in zip(timeline.events, timeline.customers, timeline.issues, strict=True):
            self.number += 1
            self._step(event, customers[name], issues)

    def _step(self, event: JourneyEvent, customer: Customer, issues: tuple[str, ...]) -> None:
        """Acknowledgements, automatic mail, spam and campaigns are nothing."""
        kind = event.kind
        if kind in _INTERNAL:
            self._internal(event, self._targets(customer, issues))
        elif kind == "survey":
            self._survey(event, self._targets(customer, issues))
        elif event.ack or event.spam or event.auto:
            return
        elif event.direction == "in":
            if kind in _INBOUND:
                self._inbound(event, customer, self._links(event, customer, issues))
        elif event.direction == "out" and kind in _OUTBOUND:
            if event.opens and not event.missed:
                self._opens(event, customer, self._links(event, customer, issues))
            elif not event.proactive:
                self._outbound(event, self._targets(customer, issues), named=bool(issues))

    # -- R5: what an event is about ---------------------------------------------------------------

    def _targets(self, customer: Customer, issues: tuple[str, ...]) -> list[Episode]:
        """Give what our act counts for: the latest episode of each issue it names; unlabelled the latest."""
        found = [customer.latest(issue) for issue in issues] if issues else [customer.latest()]
        return [episode for episode in found if episode is not None]

    def _links(self, event: JourneyEvent, customer: Customer, issues: tuple[str, ...]) -> list[Link]:
        """Give the live episodes the customer speaks of; unlabelled the latest one, else a new one."""
        at_ms, window_ms = event.at_ms, self.window_ms
        if issues:
            return [(issue, customer.latest_live(at_ms, window_ms, issue)) for issue in issues]
        live = customer.latest_live(at_ms, window_ms)
        if live is not None and (
            self.settings.unknown == "same"
            or absorbing(event, [(live.issue, live)], customer, window_ms, self.settings) is not None
        ):
            return [(live.issue, live)]
        return [(f"?{len(self.episodes)}", None)]

    def _episode(self, customer: Customer, link: Link, at_ms: int) -> Episode:
        episode = link[1]
        if episode is None:
            episode = Episode(link[0], at_ms)
            customer.episodes.append(episode)
            self.episodes.append(episode)
        episode.touched = self.number
        return episode

    def _contact(self, event: JourneyEvent, customer: Customer) -> Contact:
        contact = Contact(event)
        customer.contacts.append(contact)
        self.contacts += 1
        if self.first is None:
            self.first = customer
        return contact

    # -- the customer ------------------------------------------------------------------------------

    def _inbound(self, event: JourneyEvent, customer: Customer, links: list[Link]) -> None:
        """R4 and R8: absorbed, or a contact of its own; after the first contact that is a repeat."""
        kind, at_ms = event.kind, event.at_ms
        contact = absorbing(event, links, customer, self.window_ms, self.settings)
        absorbed = contact is not None
        attempt = event.dup or not absorbed or kind in _ALWAYS_ATTEMPTS
        self.attempts += attempt
        if event.dup:
            for link in links:
                self._duplicate(self._episode(customer, link, at_ms), contact, at_ms)
            return
        if contact is None:
            customer.attempts_ms.append(at_ms)
            if kind != "abandon":
                contact = self._contact(event, customer)
        if contact is not None:
            _said(event, contact)
        for link in links:
            episode = self._episode(customer, link, at_ms)
            if attempt:
                episode.attempts += 1
                episode.last_attempt_ms = at_ms
            if not absorbed and episode.contacts:
                episode.repeat(event)
            if contact is not None:
                episode.join(contact)
            switches.inbound(episode, event)
            self._heard(event, episode)

    def _heard(self, event: JourneyEvent, episode: Episode) -> None:
        """Note what an inbound event says of the episode; a call answers itself (R9)."""
        if episode.first_label is None:
            episode.first_label = event.label
        if event.wait_ms:
            episode.waits += self.settings.waits(event.label, event.channel, event.wait_ms)
        if event.kind == "bot":
            episode.bot = True
        elif event.kind == "call":
            episode.answer(event.end_ms or event.at_ms)

    def _duplicate(self, episode: Episode, contact: Contact | None, at_ms: int) -> None:
        """Count a recognised duplicate: an attempt and nothing else; what absorbs it takes it along."""
        episode.attempts += 1
        episode.last_attempt_ms = at_ms
        if contact is not None:
            episode.join(contact)

    def _opens(self, event: JourneyEvent, customer: Customer, links: list[Link]) -> None:
        """R6: the customer raises an issue in a call of ours: a contact, but no attempt."""
        contact = self._contact(event, customer)
        episodes = [self._episode(customer, link, event.at_ms) for link in links]
        for episode in episodes:
            episode.join(contact)
            if episode.first_label is None:
                episode.first_label = event.label
        self._outbound(event, episodes, named=True)

    def _survey(self, event: JourneyEvent, episodes: Sequence[Episode]) -> None:
        """Note a survey: a no stands, a yes after it says only that the customer was won back."""
        for episode in episodes:
            if event.resolved is False:
                episode.no_ms = event.at_ms if episode.no_ms is None else episode.no_ms
            elif event.resolved:
                episode.yes = True
                episode.recovered = episode.recovered or episode.no_ms is not None

    # -- we ----------------------------------------------------------------------------------------

    def _outbound(self, event: JourneyEvent, episodes: Sequence[Episode], *, named: bool) -> None:
        """R7 and R9: a response answers what it names, else every episode of the contact it belongs to."""
        end_ms = event.end_ms or event.at_ms
        contacts: list[Contact] = []
        for episode in episodes:
            episode.touched = self.number
            switches.outbound(episode, event)
            episode.questions += event.asks
            contact = episode.contact
            if contact is None or event.missed:
                continue
            episode.unanswered.clear()
            if event.kind == "bot":
                episode.bot = True
            if contact not in contacts:
                contacts.append(contact)
        for contact in contacts:
            _responded(event, contact, end_ms, self.settings.live_gap_ms(event.label, event.channel))
            for episode in contact.episodes:
                if not named or episode in episodes:
                    episode.answer(end_ms)

    def _internal(self, event: JourneyEvent, episodes: Sequence[Episode]) -> None:
        kind = event.kind
        for episode in episodes:
            episode.touched = self.number
            contact = episode.contact
            if contact is not None:
                contact.attribute(event)
            if kind == "escalation":
                episode.escalations += 1
            elif kind == "reopen":
                episode.reopens += 1
                episode.reopened = True
            elif kind == "disposition":
                _wrapped_up(event, episode)
            else:
                episode.transfers += kind == "transfer"
                episode.handoffs += kind == "handoff"
                if contact is not None:
                    contact.last_ms = max(contact.last_ms, event.at_ms)


def _said(event: JourneyEvent, contact: Contact) -> None:
    """Note that the customer spoke in a contact, or opened it; a person takes every inbound call."""
    end_ms = event.end_ms or event.at_ms
    contact.attribute(event)
    contact.last_ms = max(contact.last_ms, end_ms)
    contact.last_label = event.label
    if event.kind == "call":
        contact.touches += 1
        contact.answered = contact.person = True
        contact.anchor_ms = end_ms
        contact.rang(event, end_ms)


def _responded(event: JourneyEvent, contact: Contact, end_ms: int, gap_ms: float) -> None:
    """Note that we spoke: a touch, unless the last one was on this channel within its live gap."""
    contact.attribute(event)
    if not event.companion and (
        contact.response_label != event.label or event.at_ms - contact.response_ms > gap_ms
    ):
        contact.touches += 1
    contact.response_label, contact.response_ms = event.label, end_ms
    contact.answered = True
    contact.person = contact.person or event.kind != "bot"
    contact.anchor_ms = end_ms
    contact.last_ms = max(contact.last_ms, end_ms)
    if event.kind == "call":
        contact.rang(event, end_ms)


def _wrapped_up(event: JourneyEvent, episode: Episode) -> None:
    """R9: pending holds it open; resolved and unresolved end that, answer it, and move the anchor."""
    episode.outcome, episode.outcome_ms = event.outcome, event.at_ms
    if event.outcome == "pending":
        episode.pending = True
        return
    episode.pending = episode.reopened = False
    contact = episode.contact
    if contact is not None:
        episode.answer(event.at_ms)
        contact.anchor_ms = event.at_ms
        contact.wrapped = True
