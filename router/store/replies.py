"""What an error reply of the store means for the one who called.

Codes are the first word of a RESP error (valkey.io/topics/protocol). Those that speak of the store's
state become Busy or StoreAway, so that the answer is 503 and the work is done later; all others keep
their words and are for the caller to read.
"""

from __future__ import annotations

from router.errors import Busy, RouterError, StoreAway

AWAY = {
    "ASK": "the slot is being moved; it is never followed half-way",
    "CLUSTERDOWN": "the cluster does not cover all slots",
    "LOADING": "the store is loading its data",
    "MASTERDOWN": "the replica has lost its primary",
    "MISCONF": "the store cannot write to its disk",
    "MOVED": "the slot moved twice",
    "NOAUTH": "the store asks for a password",
    "NOPERM": "the store's user may not do this",
    "NOREPLICAS": "too few replicas are in step",
    "READONLY": "the store is a replica now",
    "TRYAGAIN": "the slot is being moved",
    "UNBLOCKED": "the store became a replica while we waited",
    "WRONGPASS": "the store refuses our password",
}
BUSY = {
    "BUSY": "a function is running too long",
    "OOM": "the store's memory is full",
}
ELSEWHERE = frozenset({"READONLY", "MASTERDOWN", "UNBLOCKED"})
"""Codes after which the connection leads to the wrong server and is dropped."""


class ReplyError(RouterError):
    """The store answered a command with an error of its own."""

    @property
    def reason(self) -> str:
        """The first word of the reply: WRONGTYPE, MOVED, ERR, or the code of a refusal."""
        return self.detail.partition(" ")[0]


def meaning(reply: ReplyError) -> RouterError:
    """Give the error to raise: Busy or StoreAway with words, or the reply itself."""
    if words := AWAY.get(reply.reason):
        return StoreAway(f"{words}: {reply.detail}")
    if words := BUSY.get(reply.reason):
        return Busy(f"{words}: {reply.detail}")
    return reply
