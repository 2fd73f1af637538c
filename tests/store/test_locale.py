"""The order of entries does not depend on the language of the machine the server runs on."""

from __future__ import annotations

import itertools
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import servers
from filing import T0, recording

from router.store import keys
from router.store.library import Library, Source
from router.store.link import Link, open_link
from router.store.timelines import Timelines
from router.store.workspace import Workspace

LOCALE = "en_US.UTF-8"


@pytest.fixture(scope="module")
def locales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the locale for this test alone; skip where the machine has no definition of it."""
    localedef = shutil.which("localedef")
    if localedef is None:
        pytest.skip("localedef is not installed (Debian package: libc-bin)")
    folder = tmp_path_factory.mktemp("locales")
    made = subprocess.run(
        [localedef, "-i", "en_US", "-f", "UTF-8", str(folder / LOCALE)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("there is no definition of en_US (Debian package: locales)")
    return folder


@pytest.fixture
def foreign(locales: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[servers.Server]:
    """Start a server under that locale."""
    monkeypatch.setenv("LOCPATH", str(locales))
    monkeypatch.setenv("LC_ALL", LOCALE)
    one = servers.single(tmp_path / "engine")
    yield one
    one.stop()


@pytest.fixture
async def foreign_link(foreign: servers.Server) -> AsyncIterator[Link]:
    """Open a link to it."""
    link = await open_link(foreign.url)
    yield link
    await link.close()


async def test_prefixes_are_compared_as_numbers(
    foreign: servers.Server, foreign_link: Link, source: Source, place: Workspace
) -> None:
    """Times, sequences and digests of all bytes: the order is that of numbers, which `<` would not give."""
    timelines = Timelines(foreign_link, Library(foreign_link, source), place)
    steps = [0, 1, 66, 97, 127, 128, 169, 195, 255, 256, 16_705, 50_089, 65_535, 8_388_608]
    made = [
        recording(place, f"{a}-{b}", a, sequence=b, received=T0 + a % 7 * b)
        for a in steps
        for b in (0, 65, 98, 195, 4_294_967_295)
    ]
    for one in (*made[1::2], *made[::2]):
        await timelines.record(one)
    p, hid = place.prefix(made[0].hid), made[0].hid
    resting = await foreign_link.call("LRANGE", keys.timeline(p, hid), 0, -1, key=p)
    assert resting == sorted(one.packed() for one in made)
    pairs = list(itertools.pairwise(resting))
    by_text = sum(int(foreign.admin.eval("return ARGV[1] < ARGV[2] and 1 or 0", 0, *pair)) for pair in pairs)
    assert by_text < len(pairs), "the locale is in force, else this test proves nothing"
