"""TLS to a real Dovecot: from the first byte, by STARTTLS, and not at all to a server we do not know."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from certificates import certify
from dovecot import PASSWORD, Dovecot
from mailroom import Kept, Poll, mail, texts


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    """Start a Dovecot with a certificate that only whoever is told of it trusts."""
    server = Dovecot(certificate=certify(tmp_path_factory.mktemp("certificate")))
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_mail_comes_over_tls(secure: Dovecot, poll_of: Poll, kept: Kept, security: str) -> None:
    """Either way, with the certificate that the settings name."""
    mailbox = secure.mailbox()
    mailbox.deliver(mail(1))
    port = secure.tls_port if security == "tls" else secure.port
    trusted = str(secure.folder / "cert")
    async with poll_of(mailbox, imap_security=security, imap_port=port, imap_tls_ca=trusted):
        assert await kept.texts(1) == texts(1)


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_server_that_is_not_known_gets_no_password(
    secure: Dovecot, poll_of: Poll, kept: Kept, caplog: pytest.LogCaptureFixture, security: str
) -> None:
    """The log says why, and nobody logs in."""
    mailbox = secure.mailbox()
    port = secure.tls_port if security == "tls" else secure.port
    async with poll_of(mailbox, imap_security=security, imap_port=port):
        await kept.logged(caplog, "certificate verify failed")
    assert PASSWORD not in caplog.text
    assert mailbox.user not in secure.log
