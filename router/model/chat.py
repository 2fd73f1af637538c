"""Web chat: who visits, what was said, and the frames of its protocol (docs/channels/web.md).

A frame is one JSON object in a text frame of the WebSocket; its ``type`` says which.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from router.model.event import Author

Token = Annotated[str, Meta(max_length=8192)]
Cid = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:-]{1,64}$(?!\n)")]
Seq = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class Visitor(Struct, frozen=True, kw_only=True):
    """Whom a token lets in: ``id`` within the account, until when (unix seconds).

    ``anonymous``: the router itself gave the token to whoever asked; else the company's site vouches for
    name and address.
    """

    id: str
    workspace: str
    until: float
    name: str | None = None
    email: str | None = None
    anonymous: bool = False


class Pass(Struct, frozen=True, kw_only=True):
    """A token for a visitor, good until ``expires_at``; ``renew`` gets another long after that."""

    token: str
    expires_at: datetime
    renew: str
    visitor: str


class Speech(Struct, frozen=True, omit_defaults=True):
    """A message of a chat: ours, or the visitor's with the ``cid`` their client gave it."""

    id: str
    author: Author
    text: str
    cid: str | None = None


class Said(Struct, frozen=True):
    """A message where it rests in the log: its number, and when it was said (ms, the store's clock)."""

    seq: int
    at: int
    speech: Speech


class Progress(Struct, frozen=True):
    """How far a chat is: its last seq, and up to which the visitor got and read what we said."""

    last: int = 0
    delivered: int = 0
    read: int = 0


# -- what the client says ---------------------------------------------------------------------------


class Hello(Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="hello"):
    """Who is there, and the last seq they have. Said first; again with a fresh token before the old ends."""

    token: Token
    resume_from: Seq = 0


class Msg(Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="msg"):
    """A message. The same ``cid`` is the same message, however often it comes; ``ts`` is hearsay."""

    cid: Cid
    text: Annotated[str, Meta(max_length=16_384)]
    ts: str | int | float | None = None


class Typing(Struct, frozen=True, tag_field="type", tag="typing"):
    """The visitor is writing."""


class Read(Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="read"):
    """The visitor has seen everything up to this seq."""

    upto: Seq


Frame = Hello | Msg | Typing | Read

FRAME_MAX = 16_384
"""Bytes of a frame of a client."""

read_frame = msgspec.json.Decoder[Frame](Frame).decode


# -- what we say ------------------------------------------------------------------------------------


class Welcome(Struct, frozen=True, kw_only=True, tag_field="type", tag="welcome"):
    """The visitor is in. What they get goes on beyond ``resume_from``: 0 where theirs is not of this log.

    ``read``: up to which seq they have read what we said, in whichever tab; ``until``: when the token ends.
    """

    visitor: str
    last_seq: int
    resume_from: int
    read: int
    until: datetime


class Ack(Struct, frozen=True, tag_field="type", tag="ack"):
    """The message with this ``cid`` is kept, whatever happens now."""

    cid: str
    id: str
    seq: int


class News(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="msg"):
    """A message of the log; one of the visitor has the ``cid`` it came with, whichever tab it came from."""

    id: str
    seq: int
    author: Author
    text: str
    at: datetime
    cid: str | None = None


class ChatError(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="error"):
    """Something was refused: why, and which message, where it was one."""

    code: str
    detail: str
    cid: str | None = None


Told = Welcome | Ack | News | ChatError
