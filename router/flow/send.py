"""What agents say: a message of ours is on the timeline as queued, and goes out by the customer's own way."""

from __future__ import annotations

import hashlib
from base64 import b32encode

import msgspec
from msgspec.structs import replace

from router.errors import CannotSend, IdReused, Invalid, NotFound
from router.flow.background import Background
from router.flow.dispatch import Dispatch, Order, written
from router.flow.ingest import Ingest
from router.flow.prepare import Preparer
from router.model import ids
from router.model.entry import Entry
from router.model.event import Event
from router.model.handle import Handle, Party
from router.model.message import Draft, Message
from router.policy.handles import normal_form, normalise
from router.ports import Account, Opens, Outgoing
from router.store.reading import Reading
from router.store.registers import Conversation, Registers

LOOK_BACK = 50
"""Among so many of the newest events of a handle the one to answer is looked for."""

_NOBODY = frozenset({"thread", "event", "message"})
"""Handles that are no address of anybody."""

_encode = msgspec.json.Encoder().encode
_entry = msgspec.json.Decoder(Entry).decode


class Send:
    """Says what agents want to say, once for each key."""

    def __init__(  # noqa: PLR0913, PLR0917 - from the conversation to the way out
        self,
        registers: Registers,
        reading: Reading,
        preparer: Preparer,
        ingest: Ingest,
        dispatch: Dispatch,
        background: Background,
        *,
        answer_wait_s: float,
    ) -> None:
        self._registers, self._reading, self._preparer = registers, reading, preparer
        self._ingest, self._dispatch, self._background = ingest, dispatch, background
        self._answer_wait_s = answer_wait_s

    async def reply(self, conversation: str, draft: Draft, /, *, agent: str | None, key: str) -> Message:
        """Say something in a conversation; the same ``key`` says it once, however often it is asked.

        NotFound, CannotSend; IdReused where the key was used for something else.
        """
        state, handle = await self._conversation(conversation)
        channel = state.channel
        if channel is None or state.source is None or handle.type in _NOBODY:
            raise CannotSend("nobody is known in this conversation whom a message could reach")
        account, _ = self._dispatch.way(state.source, channel)
        answers = await self._newest_in(state)
        outgoing = Outgoing(
            id=_id(conversation, key),
            channel=channel,
            medium=None if state.label == channel else state.label,
            to=_receiver(handle, answers),
            sender=state.to,
            thread=state.thread,
            text=draft.text,
            subject=draft.subject,
            answers=answers,
        )
        return await self._say(handle, account, outgoing, draft, agent)

    async def begin(  # noqa: PLR0913 - whom, by which way, what, who, once
        self, to: Handle, source: str, draft: Draft, /, *, sender: str | None, agent: str | None, key: str
    ) -> Message:
        """Write to somebody first, by the account of a source; ``sender`` is the address of ours to use.

        The same ``key`` says it once. Invalid, CannotSend; IdReused where the key was used otherwise.
        """
        handle = normal_form(to.type, to.value)
        if handle is None or handle.type in _NOBODY:
            raise Invalid(f"{to} is nobody's address", field="customer")
        account, by = self._dispatch.way(source, None)
        if not isinstance(by, Opens):
            raise CannotSend(f"{account.provider} does not let us write first: the customer begins")
        name = _id(f"{handle} {source}", key)
        opening = by.opening(name, handle, sender, account)
        outgoing = Outgoing(
            id=name,
            channel=opening.channel,
            medium=opening.medium,
            to=handle,
            sender=opening.sender,
            thread=opening.thread,
            text=draft.text,
            subject=draft.subject,
        )
        return await self._say(handle, account, outgoing, draft, agent)

    async def _say(
        self, handle: Handle, account: Account, outgoing: Outgoing, draft: Draft, agent: str | None
    ) -> Message:
        """Record the message with its order, begin to send it, and wait a moment for what comes of it."""
        event = Event(
            id=outgoing.id,
            source=account.source,
            channel=outgoing.channel,
            medium=outgoing.medium,
            kind="message",
            direction="out",
            author="agent",
            customer=Party(handle.type, handle.value),
            provider=account.provider,
            to=outgoing.sender,
            thread=outgoing.thread,
            subject=draft.subject,
            text=draft.text,
            agent=agent,
            status="queued",
        )
        hid = self._preparer.home(event)
        order = Order(
            account=(account.channel, account.provider, account.name),
            source=account.source,
            home=hid,
            outgoing=outgoing,
        )
        prepared = self._preparer.outgoing(event, written(order), _encode(draft))
        try:
            result = await self._ingest.put(prepared)
        except IdReused as problem:
            raise IdReused(
                "this Idempotency-Key was used for another message; the first is kept"
            ) from problem
        if not result.duplicate:
            begun = self._dispatch.begin(prepared.place.event, hid)
            await self._background.within(self._answer_wait_s, begun)
        status, reason = await self._reading.standing(hid, prepared.place.digest)
        return Message(
            event=prepared.place.event,
            customer=result.customer or hid,
            conversation=prepared.place.conversation,
            status=status or "queued",
            reason=reason,
            duplicate=result.duplicate,
        )

    async def _conversation(self, conversation: str) -> tuple[Conversation, Handle]:
        """Read a conversation and whose it is. NotFound."""
        try:
            ids.partition(conversation)
        except ValueError as problem:
            raise NotFound(f"there is no conversation {conversation}") from problem
        state = await self._registers.conversation(conversation)
        if state is None:
            raise NotFound(f"there is no conversation {conversation}")
        (record,) = await self._registers.handles([state.hid])
        if record is None:
            raise NotFound(f"there is no conversation {conversation}")
        return state, Handle(record.type, record.value)

    async def _newest_in(self, state: Conversation) -> Event | None:
        """Give the newest event of the customer in a conversation, without what fills it."""
        for kept in await self._reading.newest([state.hid], LOOK_BACK):
            entry = _entry(kept.json)
            if entry.conversation == state.id and entry.direction == "in":
                fields = {name: getattr(entry, name) for name in Event.__struct_fields__}
                return replace(Event(**fields), text=None, text_full=None, attachments=[])
        return None


def _id(conversation: str, key: str) -> str:
    """Name a message by its conversation and its key: 100 bits, as all ids are made."""
    digest = hashlib.blake2b(f"{conversation}\0{key}".encode(), digest_size=15).digest()
    return f"snd_{b32encode(digest).decode().lower()}"


def _receiver(handle: Handle, answers: Event | None) -> Handle:
    """Give the address to write to: as the customer writes it, where that is the handle we know."""
    said = answers.customer if answers else None
    return said.handle if said is not None and normalise(said) == handle else handle
