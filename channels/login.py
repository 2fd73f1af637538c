"""The log-in of an account where somebody else is called: its settings, and whom it trusts over TLS."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import TypeVar

import msgspec
from msgspec import Struct

from router.errors import ConfigInvalid
from router.ports import Account

Login = TypeVar("Login", bound=Struct)


def read(kind: type[Login], given: Mapping[str, object], account: Account) -> Login:
    """Read settings of an account, numbers also as text; ConfigInvalid names the one that is wrong."""
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigInvalid(f"{account.place}: {error}", field=account.place) from None


def trust(file: str | None) -> ssl.SSLContext:
    """Give what TLS is spoken with; ``file`` holds the certificate to trust, None: those of the system.

    OSError where it cannot be read.
    """
    return ssl.create_default_context(cafile=file)


def check_trust(file: str | None, setting: str, account: Account) -> None:
    """See that a file of certificates can be read; ConfigInvalid names the setting that names it."""
    if file is None:
        return
    try:
        trust(file)
    except (OSError, ValueError):
        place = f"{account.place}.{setting}"
        raise ConfigInvalid(f"{place} names no file with a certificate: {file}", field=place) from None
