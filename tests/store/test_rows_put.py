"""rows_put: the rows of a view, whole, and never by an older fold."""

from __future__ import annotations

import asyncio

import pytest

from router.errors import Stale
from router.store.rows import Row, Rows

ONE, TWO = "2026-03-01", "2026-03-02"


def parts(view: int = 1, handle: tuple[int, int] = (1, 1), settings: int = 1) -> dict[str, tuple[int, int]]:
    """Make a version."""
    return {"view": (0, view), "cus_1": handle, "settings": (0, settings)}


async def test_rows_are_read_by_day(rows: Rows) -> None:
    """Rows of several views and days; binary as it is."""
    await rows.put("cus_1", parts(), [Row(ONE, b"\x81\xff a"), Row(TWO, b"b"), Row(TWO, b"c")])
    await rows.put("cus_2", parts(), [Row(TWO, b"d")])
    assert await rows.read([ONE]) == [b"\x81\xff a"]
    assert sorted(await rows.read([ONE, TWO, "2026-03-03"])) == [b"b", b"c", b"d", b"\x81\xff a"]
    assert await rows.read([]) == []


async def test_new_rows_take_the_place_of_all_old_ones(rows: Rows) -> None:
    """Fewer rows, another day, then none; every day that changed counts."""
    assert await rows.put("cus_1", parts(), [Row(ONE, b"a"), Row(ONE, b"b")]) == {ONE: 1}
    assert await rows.put("cus_1", parts(view=2), [Row(TWO, b"c")]) == {ONE: 2, TWO: 1}
    assert await rows.read([ONE, TWO]) == [b"c"]
    assert await rows.put("cus_1", parts(view=3), []) == {TWO: 2}
    assert await rows.read([ONE, TWO]) == []
    assert await rows.changes([ONE, TWO, "2026-03-03"]) == [2, 2, 0]
    assert await rows.changes([]) == []


async def test_putting_twice_is_putting_once(rows: Rows) -> None:
    """The same version again: the same rows."""
    for _ in range(2):
        await rows.put("cus_1", parts(), [Row(ONE, b"a")])
    assert await rows.read([ONE]) == [b"a"]


@pytest.mark.parametrize(
    "older",
    [parts(view=4), parts(view=5, handle=(2, 8)), parts(view=5, handle=(1, 99)), parts(view=5, settings=0)],
)
async def test_an_older_fold_is_refused(rows: Rows, older: dict[str, tuple[int, int]]) -> None:
    """Any part smaller than what was put: a view, a handle of this life or of the one before, settings."""
    await rows.put("cus_1", parts(view=5, handle=(2, 9)), [Row(ONE, b"a")])
    with pytest.raises(Stale):
        await rows.put("cus_1", older, [Row(TWO, b"late")])
    assert await rows.read([ONE, TWO]) == [b"a"]
    assert await rows.changes([ONE, TWO]) == [1, 0]


async def test_a_view_that_ceased_beats_a_late_writer(rows: Rows) -> None:
    """Its rows are emptied under its last revision; who folded it before comes too late."""
    await rows.put("cus_1", parts(view=1), [Row(ONE, b"a")])
    await rows.put("cus_1", {"view": (0, 2)}, [])
    with pytest.raises(Stale):
        await rows.put("cus_1", parts(view=1, handle=(9, 9)), [Row(ONE, b"late")])
    assert await rows.read([ONE]) == []


async def test_handles_come_and_go(rows: Rows) -> None:
    """A handle that left the view is no part of its version any more, big numbers keep their digits."""
    big = 9_007_199_254_740_991
    await rows.put("cus_1", parts(view=1, handle=(1, big)), [Row(ONE, b"a")])
    with pytest.raises(Stale):
        await rows.put("cus_1", parts(view=1, handle=(1, big - 1)), [])
    await rows.put("cus_1", {"view": (0, 2), "cus_2": (1, 1)}, [Row(ONE, b"b")])
    await rows.put("cus_1", {"view": (0, 2), "cus_1": (1, 1), "cus_2": (1, 2)}, [Row(ONE, b"c")])
    assert await rows.read([ONE]) == [b"c"]


async def test_writers_race_and_the_newest_stands(rows: Rows) -> None:
    """Fifty folds in any order: the rows are those of the newest."""
    revs = [(i * 37) % 50 for i in range(50)]
    done = await asyncio.gather(
        *(rows.put("cus_1", parts(handle=(1, rev)), [Row(ONE, b"%d" % rev)]) for rev in revs),
        return_exceptions=True,
    )
    assert all(isinstance(one, dict | Stale) for one in done)
    assert await rows.read([ONE]) == [b"49"]
