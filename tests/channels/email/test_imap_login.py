"""The settings of a mailbox: what is there, what is missing, what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from channels.email.imap import ImapListener
from channels.email.imap_box import encoded
from channels.email.imap_login import SETTINGS, Login
from channels.registry import LISTENERS, check
from router.errors import ConfigInvalid
from router.ports import Account, Outside

OUTSIDE: Outside = object()  # type: ignore[assignment]  # IMAP calls nobody by HTTP
WHOLE = {"imap_host": "imap.shop.example", "imap_user": "help", "imap_password": "s3cret"}


def account(**settings: Any) -> Account:
    """Make an account with these settings."""
    return Account("email", "email_raw", "inbox", settings=settings)


def test_without_a_mailbox_there_is_no_listener() -> None:
    """An account that takes posted mail has nothing to poll."""
    assert LISTENERS["email", "email_raw"](account(authserv_id="mx"), OUTSIDE) is None


@pytest.mark.parametrize(
    ("more", "address"),
    [
        ({}, ("imap.shop.example", 993)),
        ({"imap_security": "starttls"}, ("imap.shop.example", 143)),
        ({"imap_security": "none", "imap_port": "1143"}, ("imap.shop.example", 1143)),
    ],
)
def test_ports_follow_the_security(more: dict[str, Any], address: tuple[str, int]) -> None:
    """Unless one is given; numbers may be text, as from the environment."""
    login = Login.of(account(**WHOLE, **more))
    assert login is not None
    assert login.address == address
    assert LISTENERS["email", "email_raw"](account(**WHOLE, **more), OUTSIDE) is not None


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"imap_user": None}, "imap_user"),
        ({"imap_password": None}, "imap_password"),
        ({"imap_host": None}, "imap_host"),
        ({"imap_pasword": "x"}, "imap_pasword"),
        ({"imap_security": "ssl"}, "imap_security"),
        ({"imap_port": 0}, "imap_port"),
        ({"imap_poll_s": 0.5}, "imap_poll_s"),
        ({"imap_from": "tomorrow"}, "imap_from"),
        ({"imap_max_bytes": "much"}, "imap_max_bytes"),
        ({"imap_folder": "INBOX\r\nA1 DELETE INBOX"}, "imap_folder"),
        ({"imap_user": "help\n"}, "imap_user"),
        ({"imap_host": ["a", "b"]}, "imap_host"),
        ({"imap_tls_ca": "/none.pem"}, "imap_tls_ca"),
        ({"imap_tls_ca": __file__}, "imap_tls_ca"),
    ],
)
def test_a_wrong_setting_is_named(change: dict[str, Any], named: str) -> None:
    """With its account, at the start and by `router config check`; the password is not shown."""
    settings = {name: value for name, value in (WHOLE | change).items() if value is not None}
    with pytest.raises(ConfigInvalid, match=named) as refused:
        ImapListener.of(account(**settings), OUTSIDE)
    with pytest.raises(ConfigInvalid, match=named):
        check([account(**settings)])
    assert "channels.email.email_raw.inbox" in refused.value.detail
    assert "s3cret" not in refused.value.detail


def test_every_setting_is_declared() -> None:
    """`router channels list` shows what a mailbox can be told."""
    assert {setting.name for setting in SETTINGS} == set(Login.__struct_encode_fields__)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("INBOX", '"INBOX"'),
        ("Anfragen/Büro", '"Anfragen/B&APw-ro"'),
        ("R&D", '"R&-D"'),
        ('a "b" \\', '"a \\"b\\" \\\\"'),
        ("台北", '"&U,BTFw-"'),
        ("😀", '"&2D3eAA-"'),
    ],
)
def test_folders_are_written_in_modified_utf7(name: str, written: str) -> None:
    """RFC 3501 §5.1.3: base64 of UTF-16 between `&` and `-`, with a comma for the slash."""
    assert encoded(name) == written
