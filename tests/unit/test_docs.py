"""The documentation speaks of what is there."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from router.store import keys, keys_system

ROOT = Path(__file__).parents[2]


def test_every_key_is_on_the_page_of_keys() -> None:
    """Each function of keys.py and keys_system.py names a key that docs/keys.md explains."""
    page = (ROOT / "docs" / "keys.md").read_text()
    source = inspect.getsource(keys) + inspect.getsource(keys_system)
    names = re.findall(r'return f"\{p\}([a-z]+)', source)
    assert len(names) > 40
    assert [name for name in names if f"`{name}" not in page] == []


def test_every_file_a_page_names_is_there() -> None:
    """A path in backquotes that begins with a folder of ours leads somewhere."""
    folders = ("router/", "channels/", "tests/", "docs/", "config/", "bench/")
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "channels").glob("*.md")]:
        for path in re.findall(r"`([a-z./_0-9-]+)`", page.read_text()):
            if path.startswith(folders):
                assert (ROOT / path).exists(), f"{page.name} names {path}"
