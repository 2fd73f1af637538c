"""Mail that we send: what each answer of a mail server means, at every step."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from certificates import certify
from mail_peer import CUT, SILENT, mail_serving

from channels import registry
from channels.email import smtp_link, smtp_send
from channels.email.smtp_send import SmtpSender
from router.errors import CannotSend, ConfigInvalid, OutcomeUnknown, Rejected, RouterError, Unsent
from router.model.handle import Handle
from router.outside import Internet
from router.ports import Account, Outgoing

SENDER = SmtpSender()
PASSWORD = "n3ver-show-this"
SES = "010201234567abcd-0123abcd-4567-89ab-cdef-0123456789ab-000000"
OUT = Outgoing(
    id="evt_1",
    channel="email",
    medium="email",
    to=Handle("mailto", "ada@kunde.example"),
    sender="help@shop.example",
    text="Hello.\n.\n..dots\n",
)


def account(port: int, **settings: str | int) -> Account:
    """Give an account that sends by a server on this machine."""
    told = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", **settings}
    return Account("email", "email_raw", "main", secret="s", settings=told)


async def send(account: Account, **fields: Any) -> str | None:
    """Send the message with other fields; give its name."""
    return (await SENDER.send(msgspec.structs.replace(OUT, **fields), account, Internet())).id


class Desk:
    """The handler of a real mail server: keeps what it takes."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.secret: list[bool | None] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail."""
        self.taken.append(envelope)
        encrypted = server.transport is not None and server.transport.get_extra_info("sslcontext") is not None
        self.secret.append(encrypted and session.authenticated)
        return "250 taken"


@asynccontextmanager
async def real(folder: Path, security: str, **more: Any) -> AsyncIterator[tuple[Desk, Account]]:
    """Serve by aiosmtpd, which asks for a password where it is encrypted."""
    certificate, key = certify(folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    desk = Desk()

    def login(_: SMTP, __: Session, ___: Envelope, ____: str, given: LoginPassword) -> AuthResult:
        return AuthResult(success=given == LoginPassword(b"shop", PASSWORD.encode()), handled=False)

    def protocol() -> SMTP:
        return SMTP(
            desk,
            tls_context=context if security == "starttls" else None,
            require_starttls=security == "starttls",
            authenticator=login,
            auth_required=security == "starttls",
            auth_require_tls=security == "starttls",
            enable_SMTPUTF8=True,
            **more,
        )

    server = await asyncio.get_running_loop().create_server(
        protocol, "127.0.0.1", 0, ssl=context if security == "tls" else None
    )
    port = server.sockets[0].getsockname()[1]
    try:
        settings = {"smtp_user": "shop", "smtp_password": PASSWORD} if security != "none" else {}
        yield desk, account(port, smtp_security=security, smtp_tls_ca=str(certificate), **settings)
    finally:
        server.close()


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
async def test_a_real_server_takes_it(tmp_path: Path, security: str) -> None:
    """Encrypted, after a login, with a line of one dot in it."""
    async with real(tmp_path, security) as (desk, there):
        assert await send(there) == "evt_1@shop.example"
    [envelope] = desk.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("help@shop.example", ["ada@kunde.example"])
    assert [bool(one) for one in desk.secret] == [security != "none"]
    assert (envelope.original_content or b"").endswith(b"\r\n\r\nHello.\r\n.\r\n..dots\r\n")


async def test_an_address_that_is_not_ascii_is_written_to(tmp_path: Path) -> None:
    """Where the server takes such (RFC 6531); its domain goes out as DNS knows it."""
    async with real(tmp_path, "none") as (desk, there):
        await send(there, to=Handle("mailto", "jörg@bücher.example"))
    [envelope] = desk.taken
    assert envelope.rcpt_tos == ["jörg@xn--bcher-kva.example"]
    assert "To: jörg@xn--bcher-kva.example".encode() in (envelope.original_content or b"")


async def test_a_server_that_takes_only_ascii_is_not_asked() -> None:
    """The address is refused, in words."""
    async with mail_serving({}) as peer:
        with pytest.raises(Rejected, match="SMTPUTF8"):
            await send(account(peer.port), to=Handle("mailto", "jörg@kunde.example"))
    assert "MAIL" not in peer.heard


async def test_a_wrong_password_is_refused(tmp_path: Path) -> None:
    """And never told."""
    async with real(tmp_path, "starttls") as (_, there):
        wrong = msgspec.structs.replace(there, settings={**there.settings, "smtp_password": "wr0ng-password"})
        with pytest.raises(Rejected, match="535") as refusal:
            await send(wrong)
    assert "wr0ng-password" not in str(refusal.value)


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_of_nobody_is_not_believed(tmp_path: Path, security: str) -> None:
    """No password is told to it."""
    async with real(tmp_path, security) as (desk, there):
        settings = {name: value for name, value in there.settings.items() if name != "smtp_tls_ca"}
        with pytest.raises(Unsent, match="certificate is not valid"):
            await send(msgspec.structs.replace(there, settings=settings))
    assert desk.taken == []


async def test_without_starttls_nothing_is_said() -> None:
    """Neither the password nor the mail."""
    async with mail_serving({}) as peer:
        with pytest.raises(Rejected, match="STARTTLS"):
            await send(account(peer.port, smtp_security="starttls", smtp_user="shop", smtp_password=PASSWORD))
    assert peer.heard == ["EHLO"]


@pytest.mark.parametrize(
    ("script", "meaning"),
    [
        ({"greet": "421 busy"}, Unsent), ({"greet": "554 go away"}, Rejected), ({"greet": CUT}, Unsent),
        ({"EHLO": CUT}, Unsent), ({"MAIL": CUT}, Unsent), ({"RCPT": CUT}, Unsent), ({"DATA": CUT}, Unsent),
        ({"MAIL": "451 later"}, Unsent), ({"MAIL": "550 not from you"}, Rejected),
        ({"RCPT": "450 greylisted"}, Unsent), ({"RCPT": "550 no such user"}, Rejected),
        ({"DATA": "451 later"}, Unsent), ({"DATA": "554 no"}, Rejected), ({"DATA": "250 what"}, Unsent),
        ({"taken": "451 later"}, Unsent), ({"taken": "421 closing"}, Unsent),
        ({"taken": "554 spam"}, Rejected),
        ({"taken": CUT}, OutcomeUnknown), ({"taken": "garbage"}, OutcomeUnknown),
        ({"taken": "354 again"}, OutcomeUnknown), ({"taken": "250 " + "x" * 9000}, OutcomeUnknown),
        ({"RCPT": "garbage"}, Unsent),
    ],
)  # fmt: skip
async def test_every_step_has_its_meaning(script: Mapping[str, str], meaning: type[RouterError]) -> None:
    """Before the last dot nothing was sent; after it only an answer tells."""
    async with mail_serving(script) as peer:
        with pytest.raises(meaning) as refusal:
            await send(account(peer.port))
    assert type(refusal.value) is meaning
    words = next(iter(script.values()))
    if words[:3].isdigit() and meaning in {Unsent, Rejected}:
        assert refusal.value.detail == words.replace(" ", ": ", 1)


@pytest.mark.parametrize(
    ("ehlo", "auth", "meaning"),
    [
        ("250-here\r\n250 AUTH CRAM-MD5", "334 a", Unsent),
        ("250-here\r\n250 AUTH GSSAPI", "334 a", Rejected), ("250 here", "334 a", Rejected),
        ("250-here\r\n250 AUTH PLAIN", "454 later", Unsent), ("250-here\r\n250 AUTH PLAIN", CUT, Unsent),
    ],
)  # fmt: skip
async def test_a_login_that_goes_wrong_sends_nothing(
    ehlo: str, auth: str, meaning: type[RouterError]
) -> None:
    """And the password is not told again."""
    async with mail_serving({"EHLO": ehlo, "AUTH": auth}) as peer:
        with pytest.raises(meaning) as refusal:
            await send(account(peer.port, smtp_user="shop", smtp_password=PASSWORD))
    assert type(refusal.value) is meaning
    assert PASSWORD not in str(refusal.value)
    assert "MAIL" not in peer.heard


@pytest.mark.parametrize("step", ["greet", "EHLO", "RCPT", "taken"])
async def test_patience_ends(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a server that never answers."""
    monkeypatch.setattr(smtp_link, "_CONNECT_S", 0.2)
    monkeypatch.setattr(smtp_link, "_HANDING_S", 0.2)
    monkeypatch.setattr(smtp_send, "_TAKING_S", 0.2)
    async with mail_serving({step: SILENT}) as peer:
        with pytest.raises(OutcomeUnknown if step == "taken" else Unsent):
            await send(account(peer.port))


async def test_a_mail_cut_in_its_midst_was_not_taken() -> None:
    """The last dot never went out."""
    async with mail_serving({"body": CUT}) as peer:
        with pytest.raises(Unsent):
            await send(account(peer.port), text=("x" * 900 + "\n") * 20_000)
    assert peer.mail == b""


async def test_who_is_not_there_has_not_got_it() -> None:
    """It may be tried again."""
    async with mail_serving({}) as peer:
        port = peer.port
    with pytest.raises(Unsent, match="cannot be reached"):
        await send(account(port))
    with pytest.raises(Unsent, match="cannot be reached"):
        await send(account(port, smtp_host="nobody.invalid"))


async def test_after_it_is_taken_nothing_else_counts() -> None:
    """Not even a farewell that goes wrong."""
    async with mail_serving({"QUIT": CUT}) as peer:
        assert await send(account(peer.port)) == "evt_1@shop.example"
    assert peer.mail


@pytest.mark.parametrize(
    ("words", "others"),
    [
        (f"250 Ok {SES}", [SES]), (f"250 2.0.0 <{SES}> queued", [SES]),
        ("250 2.0.0 Ok: queued as 4F9D195432C", []), ("250 ok", []),
    ],
)  # fmt: skip
async def test_a_name_that_reports_use_is_kept_beside_ours(words: str, others: list[str]) -> None:
    """Amazon SES gives its own; a number in a queue names nothing for long."""
    async with mail_serving({"taken": words}) as peer:
        assert (await SENDER.send(OUT, account(peer.port), Internet())).others == others


@pytest.mark.parametrize(
    ("settings", "lacking"),
    [
        ({}, "smtp_host"), ({"smtp_host": "a"}, None),
        ({"smtp_host": "a", "smtp_user": "u"}, "smtp_password"),
        ({"smtp_host": "a", "smtp_user": "u", "smtp_password": "p"}, None),
    ],
)  # fmt: skip
def test_it_names_what_is_missing(settings: dict[str, str | int], lacking: str | None) -> None:
    """Of what it cannot do without."""
    assert SENDER.lacks(Account("email", "mailgun", "main", settings=settings)) == lacking


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({"smtp_port": 25}, "smtp_host"), ({"smtp_host": "a", "smtp_security": "ssl"}, "smtp_security"),
        ({"smtp_host": "a", "smtp_port": "mail"}, "smtp_port"),
        ({"smtp_host": "a", "smtp_port": 0}, "smtp_port"),
        ({"smtp_host": "a", "smtp_hots": "b"}, "smtp_hots"), ({"smtp_host": "müll.example"}, "smtp_host"),
        ({"smtp_host": "a", "smtp_password": "grün"}, "smtp_password"),
        ({"smtp_host": "a", "smtp_tls_ca": "/none.pem"}, "smtp_tls_ca"),
        ({"smtp_host": "a", "smtp_tls_ca": __file__}, "smtp_tls_ca"),
        ({"smtp_host": "a", "from": "Shop"}, "from"),
    ],
)  # fmt: skip
def test_what_cannot_stand_is_named_before_anything_starts(
    settings: dict[str, str | int], wrong: str
) -> None:
    """By the setting, without its value."""
    with pytest.raises(ConfigInvalid, match=wrong) as refusal:
        registry.check([Account("email", "mailgun", "main", settings=settings)])
    assert "grün" not in str(refusal.value)


@pytest.mark.parametrize(
    "settings",
    [{}, {"from": "nonsense"}, {"smtp_host": "a", "smtp_port": "587", "from": "Shop <a@b.example>"}],
)
def test_what_can_stand_is_let_be(settings: dict[str, str]) -> None:
    """And an account that does not send may say what it likes."""
    registry.check([Account("email", "sendgrid", "main", settings=settings)])


async def test_a_certificate_that_went_is_said(tmp_path: Path) -> None:
    """Nothing is sent to a server that nobody vouches for."""
    gone = str(tmp_path / "none.pem")
    async with mail_serving({}) as peer:
        with pytest.raises(CannotSend, match="smtp_tls_ca"):
            await send(account(peer.port, smtp_security="tls", smtp_tls_ca=gone))
    assert peer.heard == []
