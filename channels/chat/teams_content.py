"""What an activity of Teams carries: its words without the bot's name, and its files.

Mentions and attachments are described by learn.microsoft.com (bots in Teams, send and receive files).
"""

from __future__ import annotations

import re

from channels import media, wire
from channels.fit import SHORT, URL, fit
from channels.wire import Table
from router.model.event import Attachment

_AT = re.compile(r"<at(?:\s[^<>]*)?>([^<>]*)</at>((?:\s|&nbsp;)?)", re.IGNORECASE)
_NOT_FILES = ("text/html", "application/vnd.microsoft.card.")
_DOWNLOAD = "application/vnd.microsoft.teams.file.download.info"
_MOST = 100


def without_us(text: str | None, activity: Table) -> str | None:
    """Take the mentions of the bot out of a text; of others only the marks, their names stay.

    Where none is known to be the bot's, the one that the text begins with is: else we had not been called.
    """
    own = wire.name(activity, "recipient", "id")
    us = {(wire.text(activity, "recipient", "name") or "").casefold()}
    for one in wire.tables(activity, "entities"):
        if own and wire.name(one, "mentioned", "id") == own:
            us |= {(wire.text(one, "mentioned", "name") or "").casefold(), _bare(wire.text(one, "text"))}
    us -= {""}
    named = [at[1].strip().casefold() for at in _AT.finditer(text or "")]
    if named and us.isdisjoint(named) and _AT.match((text or "").strip()):
        us = {named[0]}
    return (
        _AT.sub(lambda at: "" if at[1].strip().casefold() in us else at[1] + at[2], text or "").strip()
        or None
    )


def _bare(mention: str | None) -> str:
    """Give the name in the text of a mention, which is not always the name of who is mentioned."""
    found = _AT.search(mention or "")
    return found[1].strip().casefold() if found else ""


def files(activity: Table) -> list[Attachment]:
    """Give the files; a message as HTML and a card, which come as attachments too, are none."""
    found = []
    for one in wire.tables(activity, "attachments")[:_MOST]:
        mime = wire.text(one, "contentType") or ""
        url = wire.text(one, "content", "downloadUrl") or wire.text(one, "contentUrl")
        if not url or mime.startswith(_NOT_FILES):
            continue
        found.append(
            Attachment(
                kind=media.kind_of(mime),
                mime=None if mime == _DOWNLOAD else fit(mime, SHORT),
                name=fit(wire.text(one, "name")),
                url=fit(url, URL),
                fetch="none" if mime == _DOWNLOAD else "bearer",
            )
        )
    return found
