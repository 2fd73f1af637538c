"""The pulse of the store: whether it answers, and keeps what it is told."""

from __future__ import annotations

from router.store.link import Link


class Pulse:
    """Asks the server how it is."""

    def __init__(self, link: Link, key: str) -> None:
        self._link, self._key = link, key

    async def ping(self) -> None:
        """Return when the server answers. Raises StoreAway, Busy."""
        await self._link.call("PING", key=self._key)

    async def version(self) -> str:
        """Name the server and its version."""
        fields = await self._info()
        name = "Valkey" if "valkey_version" in fields else "Redis"
        return f"{name} {fields.get('valkey_version') or fields.get('redis_version', '?')} answers"

    async def trouble(self) -> str | None:
        """Say what keeps the server from keeping what it is told; None: nothing."""
        fields = await self._info()
        if fields.get("aof_last_write_status") == "err" or fields.get("aof_last_bgrewrite_status") == "err":
            return "the server cannot write its append-only file: look at the disk"
        most = int(fields.get("maxmemory", 0))
        if most and fields.get("maxmemory_policy") != "noeviction":
            return "maxmemory-policy must be noeviction, or the server forgets events"
        # what waits for replicas and for the log does not count (redis.io/docs, INFO memory)
        if most and int(fields["used_memory"]) - int(fields.get("mem_not_counted_for_evict", 0)) >= most:
            return "the server's memory is full: raise maxmemory"
        return None

    async def _info(self) -> dict[str, str]:
        text: bytes = await self._link.call("INFO", key=self._key)
        return dict(line.split(":", 1) for line in text.decode().splitlines() if ":" in line)
