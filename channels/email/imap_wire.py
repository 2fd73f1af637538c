"""The connection to a mail server: opened as the settings say, and logged in."""

from __future__ import annotations

import contextlib
import imaplib
import re
import socket

from channels.email.imap_login import Login

ANSWER_S = 30.0  # to connect, and for any piece of an answer


class Refused(Exception):
    """The mail server does not let us in, or not into the folder; says why in its words."""


class Wire(imaplib.IMAP4):
    """Speaks IMAP to the server of a login. Blocks; ``hang_up`` may come from another thread."""

    def __init__(self, login: Login) -> None:
        self._login = login
        self._ended = False
        self._most = login.max_bytes + 1

    def begin(self) -> None:
        """Connect and log in. Refused, OSError, IMAP4.error."""
        super().__init__(*self._login.address, ANSWER_S)
        try:
            if self._login.security == "starttls":
                self.starttls(self._login.trust())
            self._log_in()
        except BaseException:
            self.hang_up()
            raise
        if self._ended:
            self.hang_up()  # told to while there was nothing to hang up yet

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """Connect, with TLS from the first byte where the login says so."""
        self.host, self.port = host, port
        context = self._login.trust() if self._login.security == "tls" else None
        self.sock = socket.create_connection((host, port), timeout)
        if context:
            self.sock = context.wrap_socket(self.sock, server_hostname=host)
        self.file = self.sock.makefile("rb")

    def read(self, size: int) -> bytes:
        """Read what the server announced, unless it is more than was asked for."""
        if size > self._most:
            raise self.abort("it sends more than was asked for")
        return super().read(size)

    def hang_up(self) -> None:
        """End the connection now; whoever waits for an answer gets an error."""
        self._ended = True
        if hasattr(self, "file"):
            with contextlib.suppress(OSError):
                self.sock.shutdown(
                    socket.SHUT_RDWR
                )  # wakes the thread that reads, which close would wait for
            with contextlib.suppress(OSError):
                self.shutdown()

    def _log_in(self) -> None:
        """Log in by PLAIN, which knows all characters; LOGIN where the server has nothing else."""
        login = self._login
        try:
            if "AUTH=PLAIN" in self.capabilities:
                self.authenticate("PLAIN", lambda _: f"\0{login.user}\0{login.password}".encode())
            else:
                self.login(quoted(login.user), login.password)
        except self.abort:
            raise
        except (self.error, UnicodeEncodeError) as problem:
            raise Refused(why(problem)) from None


def quoted(text: str) -> str:
    """Write a text as a quoted string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def why(problem: Exception) -> str:
    """Say what went wrong, without what the server said byte by byte: that may be a mail, or our password."""
    if isinstance(problem, UnicodeEncodeError):
        return "the server takes only ASCII in names and passwords"
    return re.split(r"(?<!\w)\[?b['\"]", str(problem))[0].strip(" :")[:200] or type(problem).__name__
