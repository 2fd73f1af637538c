"""The log-in of an account where somebody else is called: its settings, read into a Struct of their own."""

from __future__ import annotations

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
