"""How to reach a mailbox: the ``imap_`` settings of an account."""

from __future__ import annotations

import ssl
from typing import Annotated, Literal, Self

import msgspec
from msgspec import Meta, Struct

from channels import login
from router.ports import Account, Setting

PREFIX = "imap_"
_Line = Annotated[str, Meta(min_length=1, max_length=1024, pattern=r"^[^\r\n\x00]*$(?!\n)")]
"""What stands on one line: a line end in it would begin a command of its own."""

SETTINGS = (
    Setting("imap_host", "mail server to fetch from", required=True),
    Setting("imap_user", "who logs in there", required=True),
    Setting("imap_password", "password; that for applications, where there is one", required=True),
    Setting("imap_port", "port, 993 or 143 when not said"),
    Setting("imap_security", "`tls`, `starttls` or `none`"),
    Setting("imap_tls_ca", "file with the certificate to trust, instead of the system's"),
    Setting("imap_folder", "folder, `INBOX` when not said"),
    Setting("imap_from", "`now`: what comes from the first start on; `all`: also what is there"),
    Setting("imap_poll_s", "seconds between two looks, 60 when not said"),
    Setting("imap_max_bytes", "largest mail that is read whole"),
)
_PORTS = {"tls": 993, "starttls": 143, "none": 143}


class Login(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename=lambda name: PREFIX + name):
    """Where and as whom, what to take and how often; ``port`` None is the usual one.

    ``tls_ca`` is a file with the certificate to trust, None: those of the system.
    """

    host: _Line
    user: _Line
    password: _Line
    port: Annotated[int, Meta(ge=1, le=65_535)] | None = None
    security: Literal["tls", "starttls", "none"] = "tls"
    tls_ca: _Line | None = None
    folder: _Line = "INBOX"
    from_: Literal["now", "all"] = msgspec.field(default="now", name=f"{PREFIX}from")
    poll_s: Annotated[float, Meta(ge=1, le=86_400)] = 60
    max_bytes: Annotated[int, Meta(ge=1024, le=1_073_741_824)] = 26_214_400

    @classmethod
    def of(cls, account: Account) -> Self | None:
        """Read the settings of an account, None: it has none. ConfigInvalid names the one that is wrong."""
        given = {name: value for name, value in account.settings.items() if name.startswith(PREFIX)}
        if not given:
            return None
        found = login.read(cls, given, account)
        login.check_trust(found.tls_ca, f"{PREFIX}tls_ca", account)
        return found

    @property
    def address(self) -> tuple[str, int]:
        """The host and the port to connect to."""
        return self.host, self.port or _PORTS[self.security]

    def trust(self) -> ssl.SSLContext:
        """Give what TLS is spoken with. OSError where ``tls_ca`` cannot be read any more."""
        return login.trust(self.tls_ca)
