"""SMTP: sends mail by the company's own mail server, for every account that mail comes in by.

Until the last dot of the mail is out, the server has surely not taken it; a connection that breaks after it
leaves that open (RFC 5321, section 4.2.5). Every step waits only so long.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
import time
from datetime import UTC, datetime

from channels import provider_api
from channels.email import reply
from channels.email.aside import aside
from channels.email.smtp_link import PORTS, Link, opened, port, security
from router.errors import OutcomeUnknown, Rejected, Unsent
from router.model.handle import Handle
from router.ports import Account, Opening, Outgoing, Outside, Sent, Setting

_TAKING_S = 15.0  # from the last dot to the answer, while the server looks at the mail
_GOOD, _REFUSALS, _FINAL = range(200, 300), range(400, 600), range(500, 600)
_DOT = re.compile(rb"^\.", re.MULTILINE)
_SES = re.compile(r"\b[0-9a-f]{16}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-[0-9]{6}\b", re.ASCII)
"""How Amazon SES names a mail when it takes it, and in all it reports of it."""


class SmtpSender:
    """Sends one mail on one connection."""

    settings = (
        Setting("smtp_host", "mail server that sends for us", required=True),
        Setting("smtp_port", "its port; default 587, or 465 for tls, 25 for none"),
        Setting("smtp_security", "starttls (default), tls, or none"),
        Setting("smtp_user", "name to log in by, if the server asks for one"),
        Setting("smtp_password", "password to log in by"),
        Setting("smtp_tls_ca", "file with the certificate to trust; default: those of the system"),
        Setting(
            "from", "who writes, as in Shop <help@shop.example>; default: the address the customer wrote to"
        ),
    )

    def lacks(self, account: Account) -> str | None:
        """Name the setting that is missing, or cannot stand."""
        if not account.setting("smtp_host"):
            return "smtp_host"
        if security(account) not in PORTS:
            return "smtp_security"
        if not port(account):
            return "smtp_port"
        return (
            "smtp_password" if account.setting("smtp_user") and not account.setting("smtp_password") else None
        )

    def opening(self, message: str, to: Handle, sender: str | None, account: Account) -> Opening:
        """Begin with a mail that is the first of its thread; CannotSend where ``to`` is no mail address."""
        reply.receiver(to)
        writer = reply.writer(account, sender)
        return Opening(
            channel="email", medium="email", sender=writer.addr_spec, thread=reply.named(message, writer)
        )

    async def send(self, outgoing: Outgoing, account: Account, outside: Outside) -> Sent:  # noqa: ARG002 - no HTTP
        """Send the mail; its Message-ID names it, as bounces and answers do."""
        written = reply.compose(outgoing, account, datetime.now(UTC))
        words = await aside(_deliver, written, account)
        return Sent(written.name, _SES.findall(words))


def _deliver(written: reply.Reply, account: Account) -> str:
    """Hand a mail over, and give the words by which it was taken.

    Unsent, Rejected, or OutcomeUnknown where its end went out and no answer came.
    """
    host, password = account.setting("smtp_host") or "", account.setting("smtp_password") or ""
    link: Link | None = None
    try:
        link = opened(account, written.name.rpartition("@")[2])
        _announce(link, written)
        return _give(link, written.written())
    except smtplib.SMTPResponseException as no:
        raise _meaning(no.smtp_code, no.smtp_error, password) from None
    except smtplib.SMTPServerDisconnected:
        raise Unsent(f"{host} fell silent or closed the connection before it had the mail") from None
    except smtplib.SMTPException as problem:  # it lacks what the settings ask for
        raise Rejected(provider_api.saying(host, str(problem), password)) from None
    except UnicodeError:
        raise Rejected("smtp_host, smtp_user and smtp_password must be ASCII") from None
    except OSError as problem:
        raise Unsent(f"{host} cannot be reached: {_why(problem)}") from None
    except ValueError:
        raise Unsent(f"{host} says something that cannot be read before it has the mail") from None
    finally:
        if link is not None:
            link.close()


def _announce(link: Link, written: reply.Reply) -> None:
    """Say from whom and to whom, and that the mail follows; smtplib's error for what it answers."""
    options = [] if written.plain else ["SMTPUTF8", "BODY=8BITMIME"]
    _require(link.mail(written.sender, options), 250)
    _require(link.rcpt(written.receiver), 250, 251, 252)
    _require(link.docmd("DATA"), 354)


def _give(link: Link, mail: bytes) -> str:
    """Give the mail and its last dot, and hear what became of it."""
    link.send(_DOT.sub(b"..", mail) + b".\r\n")
    link.until = time.monotonic() + _TAKING_S
    try:
        code, words = link.getreply()
    except OSError as problem:
        raise OutcomeUnknown(f"no answer after the mail went out: {_why(problem)}") from None
    if code in _REFUSALS:
        raise smtplib.SMTPResponseException(code, words)
    if code not in _GOOD:
        raise OutcomeUnknown(provider_api.saying("an answer that is none", _text(words), ""))
    with contextlib.suppress(OSError):
        link.putcmd("QUIT")
    return _text(words)


def _require(answer: tuple[int, bytes], *wanted: int) -> None:
    if answer[0] not in wanted:
        raise smtplib.SMTPResponseException(*answer)


def _meaning(code: int, words: bytes | str, password: str) -> Rejected | Unsent:
    """Say what an answer before the mail was taken means: 5xx is final, all else may pass."""
    said = provider_api.saying(str(code), _text(words), password)
    return Rejected(said) if code in _FINAL else Unsent(said)


def _text(words: bytes | str) -> str:
    return words if isinstance(words, str) else words.decode("utf-8", "replace")


def _why(problem: OSError) -> str:
    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"its certificate is not valid ({problem.verify_message})"
    return "it took too long" if isinstance(problem, TimeoutError) else problem.strerror or "it broke off"
