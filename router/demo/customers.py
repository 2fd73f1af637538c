"""The customers, live: they act out stories through the public doors."""

from __future__ import annotations

import asyncio
import hashlib
import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count
from random import Random

from msgspec import Struct

from router.demo.addresses import all_of, way
from router.demo.doors import Doors
from router.demo.lines import Lines
from router.demo.people import Person
from router.demo.story import Move, Story
from router.model.event import Attribute, Event, Flag
from router.model.handle import Party

TWICE, LATE = 0.08, 0.05
"""Shares of events that their sender posts twice, and that come long after they happened."""

PATIENCE_S = 45.0
_KEPT = 2000


class Talk(Struct, frozen=True):
    """Who is at the other end of a conversation, and what about."""

    story: Story
    label: str


class Customers:
    """Everybody outside the company."""

    def __init__(self, doors: Doors, lines: Lines, rng: Random, run: str) -> None:
        """``run`` tells the ids of this run from those of the runs before."""
        self._doors, self._lines, self._rng, self._run = doors, lines, rng, run
        self._ids = count(1)
        self._talks: dict[tuple[str, str], Talk] = {}

    def name(self, prefix: str) -> str:
        """Make an id as providers do: the prefix and 32 hex digits."""
        return prefix + hashlib.sha256(f"{self._run}/{next(self._ids)}".encode()).hexdigest()[:32]

    def talk(self, handle: str, label: str) -> Talk | None:
        """Give what somebody is writing about, by ``type:value`` and label."""
        return self._talks.get((handle, label))

    async def act(self, story: Story) -> None:
        """Act out a story, faster than life."""
        if story.several:
            await self._sign_in(story.person)
        for move in story.moves:
            if move.ours:
                continue
            await asyncio.sleep(_soon(move.after_s))
            if move.what == "message":
                await self.write(Talk(story, move.label), move.text)
            else:
                await self._call(story, move)

    async def write(self, talk: Talk, text: str, *, flags: tuple[Flag, ...] = ()) -> None:
        """Send one message on the way its label travels."""
        self._remember(talk)
        story, label = talk.story, talk.label
        who, path = story.person, way(story.person, label, story.matter.topic)
        if label in {"sms", "whatsapp"}:
            await self._text(who, path.to, text, label)
        elif label == "email":
            await self._doors.mail((who.name, who.mail), path.to, f"About {story.issue}", text)
        else:
            await self._post(talk, text, flags)

    async def _post(self, talk: Talk, text: str, flags: tuple[Flag, ...]) -> None:
        """Post an event as a system does that has no adapter: sometimes twice, sometimes late."""
        who, rng = talk.story.person, self._rng
        path = way(who, talk.label)
        late = talk.label == "social_dm" and rng.random() < LATE
        at = datetime.now(UTC) - timedelta(minutes=rng.uniform(5, 20) if late else 0)
        known = all_of(who)[:1] if talk.story.several or who.vip else []
        event = Event(
            id=self.name("m-"),
            source=f"{talk.label}:demo",
            channel=path.channel,
            medium=path.medium,
            kind="message",
            direction="in",
            author="customer",
            occurred_at=at,
            customer=path.customer,
            also=known,
            to=path.to,
            thread=f"{talk.label}-{who.number}-{self._run}",
            text=text,
            issue=talk.story.issue,
            queue="support",
            flags=list(flags),
            attrs=_attrs(talk),
        )
        await self._doors.event(event)
        if rng.random() < TWICE:
            await asyncio.sleep(rng.uniform(0.2, 1.5))
            await self._doors.event(event)

    async def _text(self, who: Person, to: str, text: str, label: str) -> None:
        """Send a text as Twilio hands it on."""
        prefix = "whatsapp:" if label == "whatsapp" else ""
        sid = self.name("SM")
        fields = {
            "MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "AccountSid": "AC" + "0" * 32,
            "From": prefix + who.tel, "To": prefix + to, "Body": text, "NumMedia": "0", "NumSegments": "1",
            "SmsStatus": "received", "ApiVersion": "2010-04-01", "FromCountry": "US",
        }  # fmt: skip
        if prefix:
            fields |= {"ProfileName": who.name, "WaId": who.tel.removeprefix("+")}
        await self._doors.twilio("social" if prefix else "sms", fields)

    async def _call(self, story: Story, move: Move) -> None:
        """Ring, wait as long as patience lasts, talk, hang up: as Twilio tells it."""
        who, call, rng = story.person, self.name("CA"), self._rng
        self._remember(Talk(story, "pstn"))
        to = way(who, "voice", story.matter.topic).to
        patience = rng.uniform(3, 8) if move.what == "abandon" else rng.uniform(0.6, 1.6) * PATIENCE_S
        base = {
            "CallSid": call, "AccountSid": "AC" + "0" * 32, "From": who.tel, "To": to, "Caller": who.tel,
            "Called": to, "Direction": "inbound", "ApiVersion": "2010-04-01", "CallerName": who.name,
        }  # fmt: skip
        self._lines.ring(call)
        talked = 0.0
        try:
            await self._doors.twilio("voice", base | {"CallStatus": "ringing"})
            agent = await self._lines.answered(call, patience)
            if agent is not None:
                await self._leg(call, who, agent)
                talked = rng.uniform(5, 12)
                await asyncio.sleep(talked)
        finally:  # whoever is cut off has hung up, too
            self._lines.hang_up(call)
            over = {"CallStatus": "completed", "CallDuration": str(round(talked)), "SequenceNumber": "9"}
            await self._doors.twilio("voice", base | over | _told())

    async def _leg(self, call: str, who: Person, agent: str) -> None:
        """Tell that an agent's telephone answered."""
        leg = {
            "CallSid": self.name("CA"), "ParentCallSid": call, "AccountSid": "AC" + "0" * 32, "From": who.tel,
            "To": f"client:{agent}", "Direction": "outbound-dial", "CallStatus": "in-progress",
            "SequenceNumber": "2", "ApiVersion": "2010-04-01",
        }  # fmt: skip
        await self._doors.twilio("voice", leg | _told())

    async def delivered(self, message: str, who: str, ours: str) -> None:
        """Report that a text of ours arrived."""
        fields = {
            "MessageSid": message, "SmsSid": message, "MessageStatus": "delivered", "SmsStatus": "delivered",
            "AccountSid": "AC" + "0" * 32, "From": ours, "To": who, "ApiVersion": "2010-04-01",
        }  # fmt: skip
        await self._doors.twilio("social" if who.startswith("whatsapp:") else "sms", fields)

    async def _sign_in(self, who: Person) -> None:
        """Let the shop say which addresses are one person's."""
        first, *others = all_of(who)
        event = Event(
            id=self.name("login-"),
            source="shop:demo",
            kind="generic",
            author="system",
            customer=first,
            also=others,
            text="signed in",
        )
        await self._doors.event(event)

    def _remember(self, talk: Talk) -> None:
        label = "voice" if talk.label == "pstn" else talk.label
        party: Party = way(talk.story.person, label).customer
        self._talks[f"{party.type}:{party.value}", talk.label] = talk
        while len(self._talks) > _KEPT:
            del self._talks[next(iter(self._talks))]


def _attrs(talk: Talk) -> dict[str, Attribute]:
    """Say what the shop knows, for the rules."""
    who, topic = talk.story.person, talk.story.matter.topic
    known: dict[str, Attribute] = {"topic": topic, "language": who.language}
    return known | ({"tier": "vip"} if who.vip else {})


def _soon(after_s: float) -> float:
    """Make hours into seconds: 0 stays 0, a minute is 5 s, an hour 18 s, a day 30 s."""
    return 3.9 * math.log1p(after_s / 24)


def _told() -> dict[str, str]:
    """Give what Twilio adds to a progress report."""
    return {"CallbackSource": "call-progress-events", "Timestamp": format_datetime(datetime.now(UTC))}
