"""What goes out on lines of its own: an address, the headers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from yarl import URL

_SCHEMES = frozenset({"http", "https", "ws", "wss"})
_ADDRESS = re.compile(r"[!-~]+", re.ASCII)  # a space or a line end would end the line it is written on
_LINE = re.compile(r"[^\r\n\0]*")


class Unfit(ValueError):
    """What cannot be written on a line of a call."""


def address(url: str) -> URL:
    """Give an address that goes out as it is written; Unfit where that cannot be."""
    if not _ADDRESS.fullmatch(url):
        raise Unfit("it is no address")
    try:
        found = URL(url, encoded=True)
        known = found.scheme in _SCHEMES and found.host and found.port
    except ValueError:
        known = None
    if not known:
        raise Unfit("it is no address")
    return found.with_fragment(None)


def lines(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Give headers that are a line each; Unfit where one is not."""
    for name, value in headers.items():
        if not _ADDRESS.fullmatch(name) or not _LINE.fullmatch(value):
            raise Unfit("a header is more than one line")
    return headers
