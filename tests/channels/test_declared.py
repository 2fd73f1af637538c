"""Every part of an adapter declares its settings, and the page of its provider names them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from channels.registry import ADAPTERS, LISTENERS, SENDERS
from router.ports import Account, Stops
from router.settings.adapters import COMMON, Adapters

ALL = Adapters(ADAPTERS, LISTENERS, SENDERS)
PAGES = Path(__file__).parents[2] / "docs" / "channels"
OTHER = {"email_raw": "email"}
"""The page of a provider where it has another name."""

every = pytest.mark.parametrize("key", ALL.keys, ids=".".join)


@every
def test_every_part_says_what_may_be_set(key: tuple[str, str]) -> None:
    """Each in words; what every account has need not be said, what reads hooks has a secret."""
    declared = ALL.declared(key)
    assert [use for use, part in declared.items() if not part] == []
    assert all(setting.what.strip() for part in declared.values() for setting in part.values())
    own = {setting.name for setting in COMMON} - {"public_url"}
    assert [part.keys() & own for part in declared.values() if part.keys() & own] == []
    assert "secret" in declared.get("receive", {"secret": None})


@every
def test_the_page_of_a_provider_names_its_settings(key: tuple[str, str]) -> None:
    """Each by its name, or as it is fetched from a file or the environment; what mail has, on its page."""
    pages = {OTHER.get(key[1], key[1]), *(["email"] if key[0] == "email" else [])}
    page = "".join((PAGES / f"{name}.md").read_text("utf-8") for name in pages)
    names = {name for part in ALL.declared(key).values() for name in part}
    assert [name for name in names if not re.search(rf"(?<!\w){name}(_env|_file)?(?!\w)", page)] == []


@pytest.mark.parametrize("key", sorted(SENDERS), ids=".".join)
def test_what_a_sender_lacks_first_is_required(key: tuple[str, str]) -> None:
    """An account that says nothing lacks a setting that is declared, and declared as required."""
    lack = SENDERS[key].lacks(Account(*key, "main", unsigned=True))
    assert lack is not None
    assert ALL.declared(key)["send"][lack].required


@every
def test_nobody_is_told_that_the_fault_is_ours(key: tuple[str, str]) -> None:
    """What ends the tries of a provider is a success or a refusal: a fault of ours would begin them."""
    adapter = ALL.hooks.get(key)
    if isinstance(adapter, Stops):
        assert 200 <= adapter.unreadable.status < 500
        assert adapter.unreadable.status not in {404, 408, 410, 429}, "gone, or come again later"
