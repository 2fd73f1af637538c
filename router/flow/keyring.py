"""The API keys of one workspace."""

from __future__ import annotations

from collections.abc import Sequence

from router.errors import NotFound
from router.model.apikey import ApiKey, Role
from router.store.system import System


class Keyring:
    """Makes, lists, finds and revokes keys; a key of another workspace does not exist here."""

    def __init__(self, system: System, workspace: str) -> None:
        self._system, self._workspace = system, workspace

    async def find(self, secret: str, /) -> ApiKey | None:
        """Give the key with this secret, if there is one."""
        key = await self._system.find(secret)
        return key if key is not None and key.workspace == self._workspace else None

    async def put(
        self, *, role: Role, name: str, agent: str | None = None, sources: Sequence[str] | None = None
    ) -> tuple[ApiKey, str]:
        """Make a key; its secret is given this once."""
        return await self._system.issue(self._workspace, role, name, agent=agent, sources=sources)

    async def list(self) -> Sequence[ApiKey]:
        """Give every key, oldest first."""
        return await self._system.keys(self._workspace)

    async def revoke(self, key: str, /) -> None:
        """Remove a key; NotFound when there is none."""
        if key not in {one.id for one in await self._system.keys(self._workspace)}:
            raise NotFound(f"there is no key {key}")
        await self._system.revoke(key)

    async def boot(self, secret: str) -> None:
        """Keep the admin key the configuration names, in place of the one it named before."""
        await self._system.put(
            ApiKey(
                id=f"key_boot_{self._workspace}",
                role="admin",
                name="boot",
                workspace=self._workspace,
                created=0,
            ),
            secret,
        )
