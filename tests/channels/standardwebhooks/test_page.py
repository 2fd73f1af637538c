"""The page of Standard Webhooks shows settings that hold, and that do what it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

from channels.mapping.tables import Tables
from channels.registry import check
from router.model.event import Event
from router.settings import Settings, load

ROOT = Path(__file__).parents[3]
MAIL = {
    "type": "email.received",
    "created_at": "2026-03-02T09:58:04Z",
    "data": {
        "email_id": "8f1c", "from": "ada@example.org", "to": ["help@shop.example"],
        "subject": "Cup", "text": "Broken.",
        "attachments": [{"filename": "cup.jpg", "url": "https://mail.example/cup.jpg"}],
    },
}  # fmt: skip
SHOP = {
    "order": {"no": 4711, "plan": "gold", "buyer": {"mail": "ada@example.org", "name": "Ada"}},
    "messages": [
        {"by": "buyer", "at": 1_772_445_484, "body": "Where is it?"},
        {"by": "staff", "body": "Here."},
    ],
}


def settings(folder: Path, heading: str) -> Settings:
    """Load the settings that the page shows under a heading, with the secrets they name."""
    page = (ROOT / "docs" / "channels" / "standardwebhooks.md").read_text()
    section = page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    file = folder / "router.toml"
    file.write_text("\n".join(re.findall(r"```toml\n(.*?)```", section, re.DOTALL)))
    return load(file, environ={"SHOP_SECRET": "whsec_c2VjcmV0", "MAIL_SECRET": "whsec_c2VjcmV0"})


def read(found: Settings, name: str, payload: Any) -> list[Event]:
    """Read a payload as the account of a name does."""
    (account,) = (one for one in found.accounts if one.name == name)
    tables = Tables.of(account)
    assert tables is not None
    return tables.events(payload, account, "msg_1")


def test_the_worked_examples_hold(tmp_path: Path) -> None:
    """Both are taken when the service starts, and read what they are for."""
    found = settings(tmp_path, "The map")
    check(found.accounts)
    (mail,) = read(found, "mail", MAIL)
    assert (mail.id, mail.channel, mail.text, mail.to) == ("8f1c", "email", "Broken.", "help@shop.example")
    assert [(one.name, one.url) for one in mail.attachments] == [("cup.jpg", "https://mail.example/cup.jpg")]
    (shop,) = read(found, "shop", SHOP)
    assert (shop.id, shop.text, shop.thread, shop.queue) == ("msg_1:0", "Where is it?", "4711", "orders")
    assert msgspec.to_builtins(shop.customer) == {"type": "mailto", "value": "ada@example.org", "name": "Ada"}


def test_a_delivery_speaks_of_the_mail(tmp_path: Path) -> None:
    """The status is that of the mail by its own id."""
    payload = {
        "type": "email.delivered",
        "data": {"email_id": "8f1c", "status": "delivered", "to": ["a@example.org"]},
    }
    (event,) = read(settings(tmp_path, "The map"), "mail", payload)
    assert (event.kind, event.status, event.target, event.id) == ("status", "delivered", "8f1c", "msg_1")


def test_the_setup_holds(tmp_path: Path) -> None:
    """Without a map the account is complete too."""
    check(settings(tmp_path, "Set it up").accounts)
