"""The pages of the providers: each has one, and the settings it shows hold and are known."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from channels.registry import ADAPTERS, LISTENERS, PROVIDERS, SENDERS, check
from router.settings import load
from router.settings.adapters import Adapters
from router.settings.show import doubts

PAGES = Path(__file__).parents[2] / "docs" / "channels"
NAMED = {"email_raw": "email"}
PARTS = Adapters(ADAPTERS, LISTENERS, SENDERS)


def settings(page: Path) -> list[str]:
    """Give the TOML that a page shows, each block by itself; one without a table is of the account."""
    provider = next((name for name, other in NAMED.items() if other == page.stem), page.stem)
    own = f"[channels.{PROVIDERS[provider][0]}.{provider}.main]\n"
    blocks = re.findall(r"```toml\n(.*?)```", page.read_text(), re.DOTALL)
    return [block if re.search(r"^\s*\[", block) else own + block for block in blocks]


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_every_adapter_has_a_page_that_shows_its_account(name: str) -> None:
    """Whoever sets it up finds the table to write."""
    page = PAGES / f"{NAMED.get(name, name)}.md"
    assert [block for block in settings(page) if re.search(rf"\[channels\.[a-z]+\.{name}\.", block)]


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.stem)
def test_what_a_page_shows_holds(tmp_path: Path, page: Path) -> None:
    """Every block is taken at the start, by settings that somebody reads."""
    for block in settings(page):
        environ = dict.fromkeys(re.findall(r'_env = "([A-Z0-9_]+)"', block), "a-secret")
        (tmp_path / "router.toml").write_text(block)
        found = load(tmp_path / "router.toml", environ=environ)
        check(found.accounts)
        said = [
            doubt for doubt in doubts(found, PARTS) if "has no such setting" in doubt or "no adapter" in doubt
        ]
        assert said == []
