"""Sends what agents say to visitors of web chat: into the log of the visitor, from which every tab reads."""

from __future__ import annotations

from router.errors import Busy, CannotSend, Unsent
from router.flow.rooms import Rooms
from router.model import ids
from router.model.chat import Speech
from router.policy.handles import normal_form
from router.ports import Account, Outgoing, Outside, Sent
from router.store.chat import Chats


class ChatSender:
    """The sender of web chat. Sent means that it is in the log, whether or not a tab is open."""

    def __init__(self, chats: Chats, rooms: Rooms, hash_key: bytes) -> None:
        self._chats, self._rooms, self._hash_key = chats, rooms, hash_key

    def lacks(self, account: Account) -> str | None:
        """Name the secret where there is none: nobody could come in to read."""
        return None if account.secret else "secret"

    async def send(self, outgoing: Outgoing, account: Account, outside: Outside) -> Sent:  # noqa: ARG002 - it stays here
        """Append a message to the visitor's log. Unsent: the store is away; it may be appended again."""
        handle = normal_form(outgoing.to.type, outgoing.to.value)
        if handle is None:
            raise CannotSend("nobody can be reached at this handle")
        hid = ids.handle_id(self._hash_key, handle)
        try:
            await self._chats.append(hid, Speech(outgoing.id, "agent", outgoing.text))
        except Busy as problem:
            raise Unsent(problem.detail) from problem
        self._rooms.wake(hid)
        return Sent()  # we are the provider: receipts name it by the id it has already
