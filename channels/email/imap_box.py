"""A folder of a mailbox, to be looked into: nothing in it is marked, moved or deleted."""

from __future__ import annotations

import base64
import imaplib
import re
import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from channels.email.imap_login import Login
from channels.email.imap_wire import Refused, Wire, quoted

_UID = re.compile(rb"\bUID (\d+)")
_SHORT = re.compile(rb'BODY\[\](?:<0>)? (?:NIL|"((?:[^"\\]|\\.)*)")', re.DOTALL)
"""A mail of a few bytes may come as a string, and an empty one as nothing."""
_RUN = re.compile(r"[^\x20-\x7e]+|&")


class Unfetched(Exception):
    """The server cannot give this one mail."""


class Folder(NamedTuple):
    """What a folder says of itself.

    UIDs below ``next_uid`` name its mails, for as long as ``validity`` is the same.
    """

    validity: int
    next_uid: int


class Listed(NamedTuple):
    """A mail that is there, and when it arrived, in unix seconds."""

    uid: int
    at_s: int


class Box:
    """One connection to one folder. Blocks, and is used by one thread at a time, but for ``hang_up``."""

    def __init__(self, login: Login) -> None:
        self._wire = Wire(login)
        self._folder = login.folder

    def open(self) -> None:
        """Connect and log in. Refused; OSError and IMAP4.error from here on everywhere."""
        self._wire.begin()

    def hang_up(self) -> None:
        """End the connection, from whatever thread."""
        self._wire.hang_up()

    def look(self) -> Folder:
        """Look at the folder anew, without the right to change it. Refused where there is none."""
        kind, told = self._wire.select(encoded(self._folder), readonly=True)
        if kind != "OK":
            said = told[0].decode("utf-8", "replace")[:200] if told and told[0] else kind
            raise Refused(f"folder {self._folder!r}: {said}")
        return Folder(self._number("UIDVALIDITY"), self._number("UIDNEXT"))

    def list(self, first: int, last: int) -> list[Listed]:
        """List the mails from one UID to another, in the order of UIDs.

        Sizes are not asked for: for them a server opens the mails, and stumbles over one it cannot read.
        """
        kind, told = self._wire.uid("FETCH", f"{first}:{last}", "(UID INTERNALDATE)")
        if kind != "OK":
            raise imaplib.IMAP4.error("the mails cannot be listed")
        lines = (_listed(line) for line in told if isinstance(line, bytes))
        return sorted(line for line in lines if line and first <= line.uid <= last)

    def fetch(self, uid: int, most: int) -> bytes | None:
        """Give a mail, at most so many of its first bytes; None where it is gone. Unfetched."""
        _, told = self._wire.uid("FETCH", str(uid), f"(UID BODY.PEEK[]<0.{most}>)")
        mail = _fetched(uid, told)
        if mail:
            return mail
        # Of a mail that was deleted meanwhile it may say as little as of an empty one, or one it cannot read.
        self.look()
        if not self.list(uid, uid):
            return None
        if mail is None:
            raise Unfetched
        return mail

    def _number(self, name: str) -> int:
        value = self._wire.response(name)[1][-1]
        if not value or not value.isdigit():
            raise Refused(f"the server does not tell {name} of the folder")
        return int(value)


def encoded(name: str) -> str:
    """Write the name of a folder as the protocol has it: modified UTF-7 (RFC 3501 §5.1.3), quoted."""
    return quoted(_RUN.sub(lambda run: _shifted(run[0]), name))


def _shifted(run: str) -> str:
    if run == "&":
        return "&-"
    return "&" + base64.b64encode(run.encode("utf-16-be"), b"+,").decode().rstrip("=") + "-"


def _uid(text: bytes) -> int | None:
    found = _UID.search(text)
    return int(found[1]) if found else None


def _fetched(uid: int, told: Sequence[Any]) -> bytes | None:
    """Find the mail in an answer, in whatever form it comes."""
    for part, rest in pairwise([*told, b""]):
        after = rest if isinstance(rest, bytes) else b""
        if isinstance(part, tuple) and _uid(part[0]) in {uid, None} and _uid(part[0] + after) == uid:
            return bytes(part[1])
        if isinstance(part, bytes) and (short := _SHORT.search(part)) and _uid(part) == uid:
            return re.sub(rb"\\(.)", rb"\1", short[1] or b"")
    return None


def _listed(line: bytes) -> Listed | None:
    """Read a line of the list; None where it is about something else. A mail without a date came now."""
    uid, at = _uid(line), imaplib.Internaldate2tuple(line)
    return None if uid is None else Listed(uid, int(time.mktime(at) if at else time.time()))
