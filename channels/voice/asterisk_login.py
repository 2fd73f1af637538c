"""How to reach an Asterisk's manager interface: the settings of an account, and the log-in."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Mapping
from typing import Annotated, Self

from msgspec import Meta, Struct

from channels import login
from router.ports import Account

_Line = Annotated[str, Meta(min_length=1, max_length=1024, pattern=r"^[^\r\n\x00]*$(?!\n)")]
"""What stands on one line: a line end in it would begin an action of its own."""

USEFUL = (
    "Newchannel", "Hangup", "Cdr", "QueueCaller", "AgentCalled", "AgentConnect", "AgentComplete",
    "AgentRingNoAnswer", "DialBegin", "DialEnd", "BlindTransfer", "AttendedTransfer", "FullyBooted",
)  # fmt: skip
_PORT, _TLS_PORT = 5038, 5039


class Login(Struct, frozen=True, kw_only=True):
    """Where and as whom: ``port`` None is 5038, with ``tls`` 5039.

    ``tls_ca`` is a file with the certificate to trust, None: those of the system. ``events`` are the
    classes of events asked for; ``filter`` is a POSIX expression an event must match, "" none.
    """

    host: _Line
    username: _Line
    secret: _Line
    port: Annotated[int, Meta(ge=1, le=65_535)] | None = None
    tls: bool = False
    tls_ca: _Line | None = None
    events: _Line = "call,agent,cdr"
    filter: Annotated[str, Meta(max_length=1024, pattern=r"^[^\r\n\x00]*$(?!\n)")] = (
        f"Event: ({'|'.join(USEFUL)})"
    )

    @classmethod
    def of(cls, account: Account) -> Self:
        """Read the settings of an account; ConfigInvalid names the one that is wrong."""
        given = {name: value for name, value in account.settings.items() if name in cls.__struct_fields__}
        if account.secret is not None:
            given["secret"] = account.secret
        found = login.read(cls, given, account)
        login.check_trust(found.tls_ca, "tls_ca", account)
        return found

    @property
    def address(self) -> tuple[str, int]:
        """The host and the port to connect to."""
        return self.host, self.port or (_TLS_PORT if self.tls else _PORT)

    def trust(self) -> ssl.SSLContext | None:
        """Give what TLS is spoken with, None: it is not. OSError where ``tls_ca`` cannot be read any more."""
        return login.trust(self.tls_ca) if self.tls else None

    def answer(self, challenge: str) -> Mapping[str, str]:
        """Give the log-in that answers a challenge: MD5 of it and the password, as the protocol has it."""
        key = hashlib.md5(f"{challenge}{self.secret}".encode(), usedforsecurity=False).hexdigest()
        return {"AuthType": "MD5", "Username": self.username, "Key": key, "Events": self.events}


def action(name: str, number: str, **fields: str) -> bytes:
    """Write an action; its answer bears the same ``number``."""
    lines = {"Action": name, "ActionID": number} | fields
    return "".join(f"{field}: {value}\r\n" for field, value in lines.items()).encode() + b"\r\n"
