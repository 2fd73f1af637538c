"""Channel accounts, ``[channels.<channel>.<provider>.<name>]``: three known settings, the rest is free."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from router.model.event import Channel, Word
from router.ports import Account
from router.settings.strict import Mistake, read

Provider = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}$(?!\n)")]
Accounts = dict[Channel, dict[Provider, dict[Word, dict[str, Any]]]]

_SURE = 0.8
"""How much a free name must look like a known one to be taken for a slip."""


class _Known(Struct, frozen=True):
    secret: Annotated[str, Meta(min_length=1)] | None = None
    unsigned: bool = False
    queue: Word | None = None


def accounts(tree: Accounts) -> Iterator[Account]:
    """Read the accounts; raises Mistake for a wrong or misspelt known setting."""
    for channel, providers in tree.items():
        for provider, named in providers.items():
            for name, table in named.items():
                yield _account(channel, provider, name, table)


def _account(channel: str, provider: str, name: str, table: Mapping[str, Any]) -> Account:
    path = ("channels", channel, provider, name)
    known = _Known.__struct_fields__
    for key in table:
        close = difflib.get_close_matches(key, (*known, "public_url"), n=1, cutoff=_SURE)
        if close and close[0] != key:
            raise Mistake((*path, key), f"did you mean `{close[0]}`?")
    own = read(_Known, {key: value for key, value in table.items() if key in known}, path)
    return Account(
        channel=channel,
        provider=provider,
        name=name,
        secret=own.secret,
        unsigned=own.unsigned,
        queue=own.queue,
        settings={key: value for key, value in table.items() if key not in known},
    )
