"""A status of Mastodon: its words, which are HTML, its files, and the account that wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from channels import carriers, wire
from channels.email.hypertext import to_text
from channels.fit import URL, fit
from channels.wire import Table
from router.model.event import Attachment
from router.model.handle import Party

_FILES: Mapping[str, str] = {"image": "image", "gifv": "image", "video": "video", "audio": "audio"}
_MOST_FILES = 100


def text(status: Table) -> str | None:
    """Give the words; None where there are none."""
    return to_text(wire.text(status, "content") or "").strip() or None


def files(status: Table) -> list[Attachment]:
    """Give the media; their type is told by a word."""
    return [
        Attachment(
            kind=_FILES.get(wire.text(one, "type") or "", "file"),
            name=fit(wire.text(one, "description")),
            url=fit(url, URL),
        )
        for one in wire.tables(status, "media_attachments")[:_MOST_FILES]
        if (url := wire.text(one, "url") or wire.text(one, "remote_url"))
    ]


def person(account: Table) -> Party | None:
    """Give an account by its address in the fediverse, ``user@host``, which is the same on every server.

    A local account is named without its server, which its address tells.
    """
    name, url = wire.text(account, "acct") or "", wire.text(account, "url") or ""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    whole = name if "@" in name or not name else f"{name}@{host}" if host else ""
    return carriers.party("acct", whole.lower(), wire.text(account, "display_name"))
