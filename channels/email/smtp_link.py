"""A connection to the company's mail server: opened, encrypted, logged in, and patient only so long."""

from __future__ import annotations

import re
import smtplib
import ssl
import time
from typing import Any

from router.errors import Rejected
from router.ports import Account

PORTS = {"starttls": 587, "tls": 465, "none": 25}
"""The ways to encrypt, and the port of each."""

_CONNECT_S, _HANDING_S = 5.0, 18.0  # with the wait for the last answer, less than the house waits
_LEAST_S = 0.1
_END = 65_536


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


def opened(account: Account, ours: str) -> Link:
    """Connect, encrypt, log in; only a server whose certificate fits its name is spoken to in secret."""
    host, way = account.setting("smtp_host") or "", security(account)
    if way == "tls":
        link: Link = _TlsLink(host, port(account), local_hostname=ours, context=_trust(account))
    else:
        link = Link(host, port(account), local_hostname=ours)
    try:
        link.ehlo_or_helo_if_needed()
        if way == "starttls":
            link.starttls(context=_trust(account))
            link.ehlo_or_helo_if_needed()
        if user := account.setting("smtp_user"):
            link.login(user, account.setting("smtp_password") or "")
    except BaseException:
        link.close()
        raise
    return link


def _trust(account: Account) -> ssl.SSLContext:
    """Trust the authorities of this machine, or only the one of the settings."""
    try:
        return ssl.create_default_context(cafile=account.setting("smtp_tls_ca"))
    except (OSError, ValueError):
        raise Rejected("smtp_tls_ca names no file with a certificate in PEM") from None


def security(account: Account) -> str:
    """Give how the connection is encrypted."""
    return account.setting("smtp_security") or "starttls"


def port(account: Account) -> int:
    """Give the port; 0 where the setting is none."""
    written = account.setting("smtp_port") or str(PORTS[security(account)])
    return int(written) if re.fullmatch("[0-9]{1,5}", written, re.ASCII) and int(written) < _END else 0
