"""The agents, simulated: they wait for offers, answer, wrap up and rest, through the API, each with a key."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

from msgspec import Struct

from router.demo.customers import Customers, Talk
from router.demo.doors import Doors, Refusal
from router.demo.lines import Lines
from router.model.event import Event
from router.model.handle import Party

WAIT_S, AGAIN_S = 20, 1.0
DECLINES, PASSES, TRANSFERS = 0.03, 0.015, 0.05
ANSWERS_BACK = 0.35
"""Shares of offers that are declined or let pass, of items handed on, of replies that get one back."""

_OTHER = {"support": "billing", "billing": "support", "vip": "support", "default": "support"}


class World(Struct, frozen=True):
    """What agents work with: the router's doors, and those who write and call."""

    doors: Doors
    customers: Customers
    lines: Lines
    rng: Random


class Agent:
    """One person at a desk."""

    def __init__(self, name: str, key: str, world: World) -> None:
        """``key`` is the agent's own."""
        self.name, self._key = name, key
        self._doors, self._customers, self._lines = world.doors, world.customers, world.lines
        self._rng = world.rng
        self._hands: set[asyncio.Task[None]] = set()
        self.done = 0

    async def work(self) -> None:
        """Work until cancelled, with a break now and then; a router that is away is waited for."""
        try:
            while True:
                try:
                    await self._shift()
                except* Refusal:
                    await asyncio.sleep(AGAIN_S)
        finally:
            for hand in self._hands:
                hand.cancel()

    async def _shift(self) -> None:
        async with asyncio.TaskGroup() as group:
            await self._take_up()
            group.create_task(self._watch())
            group.create_task(self._rest())

    async def _call(self, method: str, path: str, body: object = None) -> Any:
        return await self._doors.call(method, path, body, key=self._key)

    async def _take_up(self) -> None:
        """End what an earlier run left in our hands, then be available."""
        for item in (await self._call("GET", f"/v1/agents/{self.name}"))["items"]:
            try:
                held = await self._call("GET", f"/v1/items/{item}")
                await self._complete(held, "pending", None)
            except Refusal:
                continue
        await self._state("available")

    async def _state(self, state: str, reason: str | None = None) -> None:
        await self._call("POST", f"/v1/agents/{self.name}/state", {"state": state, "reason": reason})

    async def _rest(self) -> None:
        """Go away for a moment every few minutes; come back, also from where missed offers put us."""
        while True:
            await asyncio.sleep(self._rng.uniform(80, 240))
            await self._state("away", self._rng.choice(("break", "training", "lunch")))
            await asyncio.sleep(self._rng.uniform(12, 25))
            await self._state("available")

    async def _watch(self) -> None:
        """Take each offer in hand once."""
        seen: set[str] = set()
        while True:
            offers = (await self._call("GET", f"/v1/agents/{self.name}/offers?wait={WAIT_S}"))["offers"]
            fresh = [offer for offer in offers if offer["id"] not in seen]
            seen = {offer["id"] for offer in offers}
            for offer in fresh:
                hand = asyncio.create_task(self._handle(offer))
                self._hands.add(hand)
                hand.add_done_callback(self._hands.discard)
            if offers and not fresh:
                await asyncio.sleep(0.2)

    async def _handle(self, offer: dict[str, Any]) -> None:
        """Serve one offer from the ring to the wrap-up; what the world ended meanwhile is no error."""
        rng = self._rng
        try:
            await asyncio.sleep(rng.uniform(0.4, 1.8))
            chance = rng.random()
            if chance < PASSES:
                return
            if chance < PASSES + DECLINES:
                await self._call("POST", f"/v1/offers/{offer['id']}/decline", {})
                return
            held = await self._call("POST", f"/v1/offers/{offer['id']}/accept", {})
            await (self._talk(held) if held["channel"] == "voice" else self._write(held))
            self.done += 1
        except Refusal:
            return

    async def _talk(self, held: dict[str, Any]) -> None:
        """Speak until the call is over, then write it up."""
        heard = _heard(held)
        if heard and heard.get("thread"):
            await self._lines.talk(heard["thread"], self.name)
        await asyncio.sleep(self._rng.uniform(1.5, 4))
        await self._complete(held, self._outcome(), self._about(heard, "pstn"))

    async def _write(self, held: dict[str, Any]) -> None:
        """Answer in writing, once or twice, perhaps by telephone, perhaps hand on; then write it up."""
        rng, heard = self._rng, _heard(held)
        if heard is None or heard.get("customer") is None:
            await self._complete(held, "pending", None)
            return
        talk = self._about(heard, held["label"])
        await asyncio.sleep(rng.uniform(2, 6))
        if rng.random() < TRANSFERS:
            await self._call(
                "POST",
                f"/v1/items/{held['id']}/transfer",
                {"offer": held["offer"], "queue": _OTHER[held["queue"]]},
            )
            return
        if talk and talk.story.plot == "rung_back":
            await self._ring_back(heard)
        else:
            await self._reply(held, heard, talk)
        await self._complete(held, self._outcome(), talk)

    async def _reply(self, held: dict[str, Any], heard: dict[str, Any], talk: Talk | None) -> None:
        matter = talk.story.matter if talk else None
        await self._send(heard, matter.answer if matter else "Thank you for your message. We look into it.")
        if talk and matter and held["label"] != "email" and self._rng.random() < ANSWERS_BACK:
            await asyncio.sleep(self._rng.uniform(1.5, 4))
            await self._customers.write(talk, matter.thanks, flags=("ack",))
            await asyncio.sleep(self._rng.uniform(1, 3))
            await self._send(heard, "You are welcome.")

    async def _send(self, heard: dict[str, Any], text: str) -> None:
        """Write in the conversation that was heard; a text gets its delivery report from Twilio.

        To whoever sits at the page of the web chat the router itself sends.
        """
        if heard["source"].startswith("web:"):
            await self._call("POST", f"/v1/conversations/{heard['conversation']}/messages", {"text": text})
            return
        texted = heard["source"] == "twilio:demo"
        sid = self._customers.name("SM" if texted else "r-")
        event = self._out(
            heard, id=sid, source=heard["source"] if texted else "desk:demo", kind="message", text=text
        )
        await self._doors.event(event)
        if texted:
            prefix = "whatsapp:" if heard["medium"] == "whatsapp" else ""
            who, ours = prefix + heard["customer"]["value"], prefix + heard["to"]
            await self._customers.delivered(sid, who, ours)

    async def _ring_back(self, heard: dict[str, Any]) -> None:
        """Answer a text by telephone: a switch that we make."""
        call = self._customers.name("CA")
        for status, pause in (("answered", self._rng.uniform(4, 9)), ("ended", 0.0)):
            fields = {"channel": "voice", "medium": "pstn", "thread": call, "kind": "call", "status": status}
            await self._doors.event(self._out(heard, id=f"{call}:{status}", source="desk:demo", **fields))
            await asyncio.sleep(pause)

    def _out(self, heard: dict[str, Any], **fields: Any) -> Event:
        """Make an event of ours that answers what was heard; it stays in its conversation unless told."""
        customer = Party(heard["customer"]["type"], heard["customer"]["value"])
        said: dict[str, Any] = {name: heard.get(name) for name in ("channel", "medium", "to", "thread")}
        return Event(direction="out", author="agent", agent=self.name, customer=customer, **(said | fields))

    async def _complete(self, held: dict[str, Any], outcome: str, talk: Talk | None) -> None:
        about = {"issue": talk.story.issue, "topic": talk.story.matter.topic} if talk else {}
        body = {"offer": held["offer"], "outcome": outcome, **about}
        await self._call("POST", f"/v1/items/{held['id']}/complete", body)

    def _outcome(self) -> str:
        return self._rng.choices(("resolved", "unresolved", "pending"), (94, 3, 3))[0]

    def _about(self, heard: dict[str, Any] | None, label: str) -> Talk | None:
        """Recall what the customer is about; nobody knows what a stranger of a shell wants."""
        party = heard and heard.get("customer")
        return self._customers.talk(f"{party['type']}:{party['value']}", label) if party else None


def _heard(held: dict[str, Any]) -> dict[str, Any] | None:
    """Give the newest event of the customer in the item's conversation."""
    mine = (
        event
        for event in held["context"]["events"]
        if event["conversation"] == held["conversation"] and event.get("direction") == "in"
    )
    return next(mine, None)
