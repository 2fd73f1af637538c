"""The Asterisk Manager Interface on the wire: blocks of ``Name: Value`` lines, an empty line after each.

A banner stands before the first. Names of fields are compared in small letters: ``Uniqueid`` of one
event is ``UniqueID`` of another. Values come in UTF-8, or in Latin-1 from older telephones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from channels.fit import clean
from router.errors import Malformed

LONGEST_LINE = 65_536  # bytes; Asterisk's own lines end at some thousand
MOST_FIELDS = 2_000
BANNER = b"Asterisk Call Manager"

Fields = Mapping[str, str]
"""The fields of a block by name in small letters; of a name that comes twice, the first."""


class Block(Struct, frozen=True):
    """One event or answer: its fields, and the bytes it came in, so that it can be read again."""

    fields: Fields
    raw: bytes


class Blocks:
    """Cuts a stream into blocks, wherever the chunks it comes in begin and end.

    ``banner`` tells whether the first line is that of the manager interface; None before it is there.
    """

    def __init__(self) -> None:
        self.banner: bool | None = None
        self._rest = b""
        self._lines: list[bytes] = []

    def feed(self, data: bytes) -> Iterator[Block]:
        """Give the blocks that ended with these bytes; Malformed for what is no such stream."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            yield from self._line(line.removesuffix(b"\r"))
        _bounded(self._rest)

    def close(self) -> Iterator[Block]:
        """Give the block that nothing ended, as the end of a file cuts it."""
        yield from self.feed(b"\n\n")

    def _line(self, line: bytes) -> Iterator[Block]:
        _bounded(line)
        if self.banner is None:
            self.banner = line.startswith(BANNER)
            if self.banner:
                return
        if line:
            self._lines.append(line)
            if len(self._lines) > MOST_FIELDS:
                raise Malformed(f"a block has more than {MOST_FIELDS} lines")
            return
        lines, self._lines = self._lines, []
        if lines:
            yield Block(_fields(lines), b"\r\n".join(lines) + b"\r\n\r\n")


def _bounded(line: bytes) -> None:
    if len(line) > LONGEST_LINE:
        raise Malformed(f"a line is longer than {LONGEST_LINE} bytes")


def _fields(lines: list[bytes]) -> Fields:
    """Read lines into fields; what has no colon is no field."""
    found: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if colon:
            found.setdefault(_text(name).strip().lower(), _text(value).strip())
    return found


def _text(raw: bytes) -> str:
    try:
        return clean(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return clean(raw.decode("latin-1"))
