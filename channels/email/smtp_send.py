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
from channels.email.relay import PREFIX, SETTINGS, Relay
from channels.email.smtp_link import Link, opened
from router.errors import CannotSend, ConfigInvalid, OutcomeUnknown, Rejected, Unsent
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
        *SETTINGS,
        Setting(
            "from", "who writes, Shop <help@shop.example>; the address the customer wrote to when not said"
        ),
    )

    def lacks(self, account: Account) -> str | None:
        """Name the setting that is missing."""
        if not account.setting("smtp_host"):
            return "smtp_host"
        alone = account.setting("smtp_user") and not account.setting("smtp_password")
        return "smtp_password" if alone else None

    def check(self, account: Account) -> None:
        """See that the settings can stand, where there are any; ConfigInvalid names the one that cannot."""
        if not any(name.startswith(PREFIX) for name in account.settings):
            return
        Relay.of(account)
        if account.setting("from"):
            try:
                reply.writer(account, None)
            except CannotSend:
                raise ConfigInvalid(f"{account.source}: `from` is no address of mail", field="from") from None

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
        try:
            words = await aside(_deliver, written, Relay.of(account))
        except ConfigInvalid as wrong:  # a file that was there when the service started
            raise CannotSend(wrong.detail) from None
        except OutcomeUnknown as unknown:
            raise OutcomeUnknown(unknown.detail, native=written.name) from None
        return Sent(written.name, _SES.findall(words))


def _deliver(written: reply.Reply, relay: Relay) -> str:
    """Hand a mail over, and give the words by which it was taken.

    Unsent, Rejected, or OutcomeUnknown where its end went out and no answer came.
    """
    host, password = relay.host, relay.password or ""
    link: Link | None = None
    try:
        link = opened(relay, written.name.rpartition("@")[2])
        _announce(link, written)
        return _give(link, written.written())
    except smtplib.SMTPResponseException as no:
        raise _meaning(no.smtp_code, no.smtp_error, password) from None
    except smtplib.SMTPServerDisconnected:
        raise Unsent(f"{host} fell silent or closed the connection before it had the mail") from None
    except smtplib.SMTPException as problem:  # it lacks what the settings ask for
        raise Rejected(provider_api.saying(host, str(problem), password)) from None
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
