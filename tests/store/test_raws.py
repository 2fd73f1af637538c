"""Raw bodies are kept a week, whole, under their hash."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from router.errors import Busy, NotFound
from router.store.raws import Raws

DAY_S = 86_400
BODIES = 50
"""How many are kept, so that writers of the same one surely meet."""


class Clock:
    """A clock that stands where the test sets it."""

    def __init__(self) -> None:
        self.now_s = 1_800_000_000.0

    def __call__(self) -> float:
        """Give the time in unix seconds."""
        return self.now_s


def test_a_day_is_a_folder(tmp_path: Path) -> None:
    """Kept at once by many, a body is there once."""
    asyncio.run(_keep_often(tmp_path))
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == BODIES


async def _keep_often(tmp_path: Path) -> None:
    """Keep one body twenty times at once, and read it; the same for many bodies, one after the other."""
    raws = Raws(tmp_path, Clock())
    for body in (b"\x00body\xff%d" % number for number in range(BODIES)):
        names = await asyncio.gather(*(raws.keep(body) for _ in range(20)))
        assert len(set(names)) == 1
        assert await raws.read(names[0]) == body


async def test_a_body_is_gone_after_a_week(tmp_path: Path) -> None:
    """Seven days it can be read; then the sweep takes the whole day."""
    clock = Clock()
    raws = Raws(tmp_path, clock)
    name = await raws.keep(b"body")
    clock.now_s += 7 * DAY_S
    assert await raws.sweep() == 0
    assert await raws.read(name) == b"body"
    clock.now_s += DAY_S
    assert await raws.sweep() == 1
    with pytest.raises(NotFound):
        await raws.read(name)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "g" * 64, "0" * 64, "A" * 64])
async def test_a_strange_name_leads_nowhere(tmp_path: Path, name: str) -> None:
    """A name is a hash or nothing."""
    with pytest.raises(NotFound):
        await Raws(tmp_path, Clock()).read(name)


async def test_a_disk_that_does_not_take_it_is_busy(tmp_path: Path) -> None:
    """Whoever sent it is asked to come again, as while the store is away."""
    (tmp_path / "raw").write_bytes(b"no folder")
    with pytest.raises(Busy, match="raw body"):
        await Raws(tmp_path / "raw", Clock()).keep(b"body")
