"""The system slot: workspaces and API keys."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from router.errors import Invalid
from router.model.apikey import ApiKey, Role, secret_hash
from router.model.ids import PARTITIONS
from router.store import keys, keys_system
from router.store.library import Library
from router.store.link import Link
from router.store.workspace import Workspace

_ANCHOR = keys.slot(keys.SYSTEM)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_key = msgspec.json.Decoder(ApiKey).decode


class _Record(Struct, frozen=True):
    """A workspace as it is kept. ``created`` in ms; ``normaliser``: version of the handles' normal form."""

    created: int
    partitions: int
    hash_key: str
    normaliser: int


class _Create(Struct, frozen=True):
    """The request of ``workspace_create``."""

    name: str
    doc: str


class _Created(Struct, frozen=True):
    """The reply of ``workspace_create``."""

    doc: str


class _Put(Struct, frozen=True):
    """The request of ``key_put``."""

    id: str
    sha256: str
    doc: str


class _Replaced(Struct, frozen=True):
    """The reply of ``key_put``."""

    replaced: bool


class _Revoke(Struct, frozen=True):
    """The request of ``key_revoke``."""

    id: str


class System:
    """What belongs to no workspace: the list of workspaces, and the keys of all."""

    def __init__(self, link: Link, library: Library) -> None:
        self._link = link
        self._library = library

    async def open(self, name: str, normaliser: int) -> Workspace:
        """Open a workspace; create it, with a hash key of its own, where there is none.

        Raises Invalid when the name does not fit, or the workspace was made under another normal form of
        handles or another number of partitions than this release has.
        """
        if not _NAME.fullmatch(name):
            raise Invalid(f"a workspace's name matches {_NAME.pattern}, not {name!r}", field="workspace")
        fresh = _Record(int(time.time() * 1000), PARTITIONS, secrets.token_hex(32), normaliser)
        request = _Create(name, msgspec.json.encode(fresh).decode())
        made = await self._library.call("workspace_create", _ANCHOR, request, reply=_Created)
        record = msgspec.json.decode(made.doc, type=_Record)
        if (record.partitions, record.normaliser) != (PARTITIONS, normaliser):
            raise Invalid(f"workspace {name} was made for another release; migrate it", field="workspace")
        return Workspace(name, bytes.fromhex(record.hash_key))

    async def put(self, key: ApiKey, secret: str) -> bool:
        """Keep a key under its id; a new secret takes the place of the old. Tells whether there was one.

        Raises WrongState when the secret is another key's.
        """
        request = _Put(key.id, secret_hash(secret), msgspec.json.encode(key).decode())
        return (await self._library.call("key_put", _ANCHOR, request, reply=_Replaced)).replaced

    async def issue(
        self,
        workspace: str,
        role: Role,
        name: str,
        *,
        agent: str | None = None,
        sources: Sequence[str] | None = None,
    ) -> tuple[ApiKey, str]:
        """Make a key; gives it and its secret, which is shown once and never kept."""
        key = ApiKey(
            id="key_" + secrets.token_hex(8),
            role=role,
            name=name,
            workspace=workspace,
            created=int(time.time() * 1000),
            agent=agent,
            sources=None if sources is None else tuple(sources),
        )
        secret = "rk_" + secrets.token_urlsafe(32)
        await self.put(key, secret)
        return key, secret

    async def find(self, secret: str) -> ApiKey | None:
        """Give the key of a secret; None when there is none (any more)."""
        doc = await self._link.call(
            "HGET", keys_system.api_keys(keys.SYSTEM), secret_hash(secret), key=_ANCHOR
        )
        return None if doc is None else _key(doc)

    async def keys(self, workspace: str) -> list[ApiKey]:
        """Give the keys of a workspace, oldest first."""
        docs = await self._link.call("HVALS", keys_system.api_keys(keys.SYSTEM), key=_ANCHOR)
        mine = [key for key in map(_key, docs) if key.workspace == workspace]
        return sorted(mine, key=lambda key: (key.created, key.id))

    async def revoke(self, key: str) -> None:
        """Make a key void. Raises NotFound when there is none of this id."""
        await self._library.call("key_revoke", _ANCHOR, _Revoke(key))
