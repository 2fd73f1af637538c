"""The mail server that sends for us: the ``smtp_`` settings of an account."""

from __future__ import annotations

import ssl
from typing import Annotated, Literal, Self

from msgspec import Meta, Struct

from channels import login
from router.ports import Account, Setting

PREFIX = "smtp_"
_Line = Annotated[str, Meta(min_length=1, max_length=1024, pattern=r"^[!-~][ -~]*$(?!\n)")]
"""A line of ASCII, which is all that servers take for a name or a password."""

SETTINGS = (
    Setting("smtp_host", "mail server that sends for us", required=True),
    Setting("smtp_port", "its port: 587, 465 for tls, 25 for none when not said"),
    Setting("smtp_security", "`starttls`, `tls` or `none`; starttls when not said"),
    Setting("smtp_user", "who logs in there, if it asks for a login"),
    Setting("smtp_password", "password of that user"),
    Setting("smtp_tls_ca", "file with the certificate to trust, instead of the system's"),
)
_PORTS = {"starttls": 587, "tls": 465, "none": 25}


class Relay(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename=lambda name: PREFIX + name):
    """Where to send mail, how encrypted and as whom; ``port`` None is the usual one, ``user`` None nobody.

    ``tls_ca`` is a file with the certificate to trust, None: those of the system.
    """

    host: _Line
    port: Annotated[int, Meta(ge=1, le=65_535)] | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: _Line | None = None
    password: _Line | None = None
    tls_ca: Annotated[str, Meta(min_length=1)] | None = None

    @classmethod
    def of(cls, account: Account) -> Self:
        """Read the settings of an account; ConfigInvalid names the one that is missing or wrong."""
        given = {name: value for name, value in account.settings.items() if name.startswith(PREFIX)}
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
