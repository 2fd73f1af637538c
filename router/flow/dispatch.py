"""Dispatches messages of ours: each is claimed, handed to its provider once, and settled.

What was surely not taken is tried again for a while. What may have been taken is never sent again: it is
shown as unknown, until a receipt says more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import msgspec
import structlog
from msgspec import Struct

from router.errors import Busy, CannotSend, OutcomeUnknown, Rejected, RouterError, Unsent
from router.flow.aim import Aim
from router.flow.background import Background
from router.flow.project import Project
from router.model.change import WHY, status_change
from router.model.event import fit_id
from router.model.sending import Sending
from router.ports import Account, Outgoing, Outside, Sender, Sent
from router.store.sendings import Claim, Sendings

SETTLE_S = (0.1, 0.5, 2, 5)
"""How long to wait for the store before what came of a message is said again."""

GLANCE_S = 1.0
"""How often who waits for a message that another process sends looks whether it is settled."""

Senders = Mapping[tuple[str, str], Sender]
_log = structlog.get_logger()


class Order(Struct, frozen=True, kw_only=True):
    """What is to be sent, kept beside the event until it is settled.

    ``account`` is the channel, provider and name of the account it goes out by, ``source`` that of its
    events; ``home`` is the id of the handle it rests with.
    """

    account: tuple[str, str, str]
    source: str
    home: str
    outgoing: Outgoing


class Settled(Struct, frozen=True):
    """What came of a message: its status, why, and what the provider calls it."""

    status: str
    why: str | None = None
    natives: Sequence[str] = ()


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Order).decode


def written(order: Order) -> str:
    """Write an order as it is kept."""
    return _encode(order).decode()


class Dispatch:
    """Sends what is claimed, one message after another to each handle, as the store has them in line."""

    def __init__(  # noqa: PLR0913, PLR0917 - the rooms a message passes on its way out
        self,
        sendings: Sendings,
        accounts: Sequence[Account],
        senders: Senders,
        outside: Outside,
        aim: Aim,
        project: Project,
        background: Background,
        settings: Sending,
    ) -> None:
        self._sendings, self._aim, self._project = sendings, aim, project
        self._accounts = {(one.channel, one.provider, one.name): one for one in accounts}
        self._senders, self._outside, self._background = senders, outside, background
        self._settings = settings
        self._last: dict[str, asyncio.Task[None]] = {}
        self._mine: set[str] = set()

    def begin(self, event: str, hid: str) -> asyncio.Task[None]:
        """Begin to send a message, after those to the same handle that are on their way."""
        self._mine.add(event)
        task = self._background.spawn(self._in_turn(event, self._last.get(hid)))
        self._last[hid] = task
        task.add_done_callback(lambda done: self._ended(event, hid, done))
        return task

    async def resume(self, event: str) -> None:
        """Take up a message that a process left behind; what comes of it, comes in the background."""
        doc = await self._sendings.doc(event)
        if doc is not None and not self.owes(event):
            self.begin(event, _decode(doc).home)

    def owes(self, event: str) -> bool:
        """Say whether this process is about to send it anyway."""
        return event in self._mine

    def way(self, source: str, channel: str | None) -> tuple[Account, Sender]:
        """Give the account of a source that sends, and its sender. CannotSend says what is missing.

        ``channel``: where the customer wrote; None: wherever the account is.
        """
        provider, _, name = source.partition(":")
        named = [one for one in self._accounts.values() if (one.provider, one.name) == (provider, name)]
        account = next((one for one in named if one.channel == channel), named[0] if named else None)
        if account is None:
            raise CannotSend(f"no account of the configuration is {source}")
        return account, self._sender(account, channel or account.channel)

    def _sender(self, account: Account, channel: str) -> Sender:
        sender = self._senders.get((channel, account.provider))
        if sender is None:
            raise CannotSend(f"the router cannot send by {account.provider}")
        if (lacking := sender.lacks(account)) is not None:
            raise CannotSend(f"the account {account.source} needs the setting `{lacking}` to send")
        return sender

    async def _in_turn(self, event: str, before: asyncio.Task[None] | None) -> None:
        """See a message settled, and before it what was said to the same handle, whoever left it behind."""
        if before is not None:
            await asyncio.wait([before])
        while (claim := await self._sendings.claim(event, self._settings.lease_ms)).state != "gone":
            if claim.state == "held":
                await asyncio.sleep(min(claim.wait_ms / 1000, GLANCE_S))
            elif claim.state == "lapsed":
                why = "the router stopped while it was being sent"
                await self._settle(claim.id, _decode(claim.doc), Settled("unknown", why))
            else:
                await asyncio.sleep(await self._attempted(claim, _decode(claim.doc)))

    async def _attempted(self, claim: Claim, order: Order) -> float:
        """Attempt to send; give how long to wait before the next attempt, 0 where it is settled."""
        try:
            settled = await self._sent(order)
        except Unsent as problem:
            if claim.n <= len(self._settings.again_s):
                pause_s = self._settings.again_s[claim.n - 1]
                await self._sendings.give_back(claim.id, claim.n, round(pause_s * 1000))
                _log.info(
                    "sending_again", event_id=claim.id, source=order.source, in_s=pause_s, why=problem.detail
                )
                return pause_s
            settled = Settled("failed", problem.detail)
        await self._settle(claim.id, order, settled)
        return 0

    async def _sent(self, order: Order) -> Settled:
        """Hand the message to its provider once, and say what came of it. Raises Unsent."""
        account = self._accounts.get(order.account)
        if account is None:
            return Settled("failed", f"the account {order.source} is no longer configured")
        try:
            sender = self._sender(account, order.outgoing.channel)
            async with asyncio.timeout(self._settings.attempt_s):
                sent = await sender.send(order.outgoing, account, self._outside)
        except Unsent:
            raise
        except (CannotSend, Rejected) as problem:
            return Settled("failed", problem.detail)
        except OutcomeUnknown as problem:
            return Settled("unknown", problem.detail, _natives(Sent(problem.native)))
        except RouterError as problem:
            return Settled("unknown", problem.detail)
        except TimeoutError:
            return Settled("unknown", f"the provider did not answer within {self._settings.attempt_s:g} s")
        except Exception:  # noqa: BLE001 - what an adapter did not foresee may have happened after it was sent
            _log.exception("sending_broke", source=order.source)
            return Settled("unknown", "the adapter could not understand what the provider answered")
        return Settled("sent", natives=_natives(sent))

    async def _settle(self, event: str, order: Order, settled: Settled) -> None:
        """Write down what came of a message; who cannot leaves it to lapse."""
        if settled.status != "sent":
            _log.warning(
                "not_sent", event_id=event, source=order.source, status=settled.status, why=settled.why
            )
        why = None if settled.why is None else settled.why[:WHY]
        for pause_s in (*SETTLE_S, None):
            try:
                await self._aim.note(order.source, settled.natives, order.outgoing.to)
                change = status_change(settled.status, why)
                await self._sendings.settle(order.home, event, change, settled.natives, order.source)
                break
            except Busy:
                if pause_s is None:
                    raise
                await asyncio.sleep(pause_s)
        self._project.touch(order.home)

    def _ended(self, event: str, hid: str, task: asyncio.Task[None]) -> None:
        self._mine.discard(event)
        if self._last.get(hid) is task:
            del self._last[hid]


def _natives(sent: Sent) -> list[str]:
    """Give the provider's ids of a message in the form that events name them by."""
    return [fit_id(one) for one in (sent.id, *sent.others) if one]
