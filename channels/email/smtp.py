"""SMTP and LMTP: mail servers hand us their mail.

A mail is answered with 250 only after the sink keeps it; 451 means "later" (overload, deadline, a
fault of ours), 552 too large. Nothing a mail *says* is ever refused: that would bounce to a customer.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections.abc import Sequence
from typing import Any, Literal, cast

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP
from aiosmtpd.smtp import Envelope as Transported
from aiosmtpd.smtp import Session as Conversation

from channels.email.mail import Envelope
from channels.email.readers import Readers
from router.errors import RouterError
from router.ports import Account, Sink

MAX_BYTES = 30 * 1024 * 1024
MAX_RECIPIENTS = 100
MAX_SESSIONS = 64
LONGEST_LINE = 1024 * 1024  # bytes; RFC 5321 says 1000, and mail that breaks it would bounce
_LOG = logging.getLogger(__name__)
LOOPBACK = ("127.0.0.0/8", "::1/128")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class MailListener:
    """Listens on ``host:port`` (port 0: any free one, see ``port``) for the mail of one account.

    ``peers`` are the networks that may connect; there are no passwords, so by default only this
    machine may. ``max_bytes`` is the size of a mail, ``deadline_s`` the seconds for reading one, and
    again for keeping it.
    """

    def __init__(  # noqa: PLR0913 - each is a setting of its own
        self,
        host: str,
        port: int,
        account: Account,
        *,
        protocol: Literal["smtp", "lmtp"] = "smtp",
        max_bytes: int = MAX_BYTES,
        deadline_s: float = 5.0,
        peers: Sequence[str] = LOOPBACK,
    ) -> None:
        self.port = port
        self._host = host
        self._account = account
        self._session = _Lmtp if protocol == "lmtp" else _Smtp
        self._max_bytes = max_bytes
        self._deadline_s = deadline_s
        self._peers = tuple(ipaddress.ip_network(peer) for peer in peers)
        self._readers = Readers(deadline_s=deadline_s)
        self._server: asyncio.Server | None = None
        self._open: set[_Smtp] = set()

    async def start(self, sink: Sink) -> None:
        """Begin to listen; returns when it does."""
        # at info aiosmtpd logs who writes to whom
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        loop = asyncio.get_running_loop()
        await self._readers.start()
        handler = _Handler(self._account, self._readers, sink, self._deadline_s)
        self._server = await loop.create_server(
            lambda: self._session(
                handler, self._open, self._peers, data_size_limit=self._max_bytes, loop=loop
            ),
            self._host,
            self.port,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Take no more mail, and finish what is under way: at most the deadlines of one mail."""
        if self._server is None:
            return
        self._server.close()
        for session in tuple(self._open):
            session.leave(when_idle=True)
        await self._all_gone(3 * self._deadline_s)
        for session in tuple(self._open):
            session.leave(when_idle=False)
        await self._all_gone(1)
        await self._server.wait_closed()
        await self._readers.stop()
        self._server = None

    async def _all_gone(self, timeout_s: float) -> None:
        waits = [asyncio.ensure_future(session.gone.wait()) for session in self._open]
        if waits:
            _, late = await asyncio.wait(waits, timeout=timeout_s)
            for wait in late:
                wait.cancel()


class _Handler:
    """What is done with a mail once it is here."""

    def __init__(self, account: Account, readers: Readers, sink: Sink, deadline_s: float) -> None:
        self._account = account
        self._readers = readers
        self._sink = sink
        self._deadline_s = deadline_s

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, _session: Conversation, envelope: Transported, address: str, _options: list[str]
    ) -> str:
        """Take any recipient: which queue a mail goes to is not for the transport to decide."""
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, _server: SMTP, _session: Conversation, envelope: Transported) -> str:  # noqa: N802
        """Read the mail and keep it."""
        raw = envelope.content
        if not isinstance(raw, bytes):
            raise TypeError("the session decodes mail, which it must not")
        transport = Envelope(_null(envelope.mail_from), tuple(map(_null, envelope.rcpt_tos)))
        events = await self._readers.read(raw, self._account, transport)
        async with asyncio.timeout(self._deadline_s):
            await self._sink.post(events, raw)
        return "250 2.6.0 kept"

    async def handle_exception(self, error: Exception) -> str:
        """Ask to try again: overload passes, and a fault of ours must not bounce a customer's mail."""
        if not isinstance(error, RouterError | TimeoutError):
            _LOG.error("a mail could not be taken", exc_info=error)
        return "451 4.3.0 try again later"


class _Smtp(SMTP):
    """One conversation of SMTP; ``gone`` is set once its connection is closed."""

    line_length_limit = LONGEST_LINE

    def __init__(
        self, handler: _Handler, others: set[_Smtp], peers: Sequence[Network], **options: Any
    ) -> None:
        super().__init__(handler, enable_SMTPUTF8=True, hostname="localhost", ident="router", **options)
        self.gone = asyncio.Event()
        self._others = others
        self._peers = peers
        self._taking = False
        self._leaving = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let in who may, and not too many of them."""
        refusal = self._refusal(transport.get_extra_info("peername"))
        if refusal:
            _dismiss(transport, refusal)
            return
        self._others.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the conversation."""
        if self in self._others:
            self._others.discard(self)
            super().connection_lost(error)
        self.gone.set()

    def leave(self, *, when_idle: bool) -> None:
        """End the conversation: at once, or once the mail under way is answered."""
        self._leaving = True
        if when_idle and self._taking:
            return
        if self.transport is not None:
            _dismiss(self.transport, b"421 4.3.2 going away\r\n")

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - the name is aiosmtpd's
        """Take a mail."""
        self._taking = True
        try:
            await super().smtp_DATA(arg)
        finally:
            self._taking = False
            if self._leaving:
                self.leave(when_idle=False)

    def _refusal(self, peer: tuple[str, int] | None) -> bytes | None:
        address = ipaddress.ip_address(peer[0]) if peer else None
        address = getattr(address, "ipv4_mapped", None) or address
        if address is None or not any(address in network for network in self._peers):
            return b"554 5.7.1 not for you\r\n"
        return b"421 4.3.2 too many connections\r\n" if len(self._others) >= MAX_SESSIONS else None


class _Lmtp(_Smtp, LMTP):
    """One conversation of LMTP: after a mail, one reply for each recipient (RFC 2033 §4.2)."""

    _replies = 0

    async def push(self, status: str | bytes) -> None:
        """Send a reply; the one after the mail as often as it has recipients."""
        text = status.decode() if isinstance(status, bytes) else status
        times, self._replies = self._replies or 1, 0
        await super().push("\r\n".join([text] * times))
        if text.startswith("354") and self.envelope:
            self._replies = len(self.envelope.rcpt_tos)


def _dismiss(transport: asyncio.BaseTransport, words: bytes) -> None:
    """Say why, and hang up."""
    writer = cast(
        "asyncio.WriteTransport", transport
    )  # uvloop's can write as well, and are not of this class
    writer.write(words)
    writer.close()


def _null(address: str | None) -> str:
    return "" if address in {None, "<>"} else str(address)
