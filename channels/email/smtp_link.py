"""A connection to the mail server that sends for us: opened, encrypted, logged in, of bounded patience."""

from __future__ import annotations

import smtplib
import time
from typing import Any

from channels.email.relay import Relay

_CONNECT_S, _HANDING_S = 5.0, 18.0  # with the wait for the last answer, less than the house waits
_LEAST_S = 0.1


class Link(smtplib.SMTP):
    """A connection to the mail server; ``until`` is when the patience with its answers ends."""

    def __init__(self, host: str, port: int, **more: Any) -> None:
        self.until = time.monotonic() + _HANDING_S
        super().__init__(host, port, timeout=_CONNECT_S, **more)

    def getreply(self) -> tuple[int, bytes]:
        """Wait for an answer, as long as there is time."""
        if self.sock is not None:
            self.sock.settimeout(max(_LEAST_S, self.until - time.monotonic()))
        return super().getreply()


class _TlsLink(Link, smtplib.SMTP_SSL):
    """A connection that is TLS from the beginning."""


def opened(relay: Relay, ours: str) -> Link:
    """Connect as ``ours``, encrypt, log in; a server whose certificate is not its own hears nothing."""
    if relay.security == "tls":
        link: Link = _TlsLink(*relay.address, local_hostname=ours, context=relay.trust())
    else:
        link = Link(*relay.address, local_hostname=ours)
    try:
        link.ehlo_or_helo_if_needed()
        if relay.security == "starttls":
            link.starttls(context=relay.trust())
            link.ehlo_or_helo_if_needed()
        if relay.user:
            link.login(relay.user, relay.password or "")
    except BaseException:
        link.close()
        raise
    return link
