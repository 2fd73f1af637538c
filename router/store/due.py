"""What falls due in the routing slot, and what it owes to other slots."""

from __future__ import annotations

from router.store import keys
from router.store.link import Link


class Dues:
    """The due entries and marks of the routing slot of one workspace."""

    def __init__(self, link: Link, p: str) -> None:
        self._link, self._p = link, p

    async def now(self, count: int) -> tuple[list[str], float]:
        """Name at most ``count`` entries that are due, and the seconds until the next one (at most 1)."""
        key = keys.due(self._p)
        time = await self._link.call("TIME", key=key)
        now = int(time[0]) * 1000 + int(time[1]) // 1000
        due, following = await self._link.many(
            [
                ("ZRANGEBYSCORE", key, "-inf", now, "LIMIT", 0, count),
                ("ZRANGEBYSCORE", key, f"({now}", "+inf", "WITHSCORES", "LIMIT", 0, 1),
            ],
            key=key,
        )
        wait = (int(float(following[1])) - now) / 1000 if following else 1.0
        return [entry.decode() for entry in due], min(max(wait, 0.0), 1.0)

    async def untold(self, older_than_ms: int, count: int) -> list[str]:
        """Name items whose happenings wait for some time to be told: their process must have died."""
        key = keys.untold(self._p)
        time = await self._link.call("TIME", key=key)
        before = int(time[0]) * 1000 + int(time[1]) // 1000 - older_than_ms
        found = await self._link.call("ZRANGEBYSCORE", key, "-inf", before, "LIMIT", 0, count, key=key)
        return [item.decode() for item in found]
