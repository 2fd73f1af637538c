"""The configuration file: its tree, and the line on which a setting stands."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path as File
from typing import Any

from router.errors import ConfigInvalid
from router.settings.strict import Path

_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_KEYS = rf"\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*"
_TABLE = re.compile(rf"\s*(\[\[?){_KEYS}\]")
_SETTING = re.compile(rf"{_KEYS}=")
_ONE = re.compile(_KEY)


def read_file(file: File) -> tuple[dict[str, Any], str]:
    """Read a TOML file; give its tree and its text. Raises ConfigInvalid naming file and line."""
    try:
        text = file.read_text("utf-8")
    except OSError as error:
        message = f"{file}: cannot be read: {error.strerror}; write one with `router init`"
        raise ConfigInvalid(message) from error
    except UnicodeDecodeError as error:
        raise ConfigInvalid(f"{file}: is not UTF-8 (byte {error.start})") from error
    try:
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        raise ConfigInvalid(f"{file}: is not TOML: {error}") from error
    except RecursionError as error:
        raise ConfigInvalid(f"{file}: is nested too deeply") from error


def line_of(text: str, path: Path) -> int | None:
    """Find the line, from 1, that sets ``path`` or the nearest table around it; None: it is not there.

    Reads headers and ``key =`` at the start of lines, which is how people write configuration; a line
    of a multi-line string that looks like either may mislead it.
    """
    table: Path = ()
    counts: dict[Path, int] = {}
    best: tuple[int, int | None] = (0, None)
    for number, line in enumerate(text.splitlines(), 1):
        if header := _TABLE.match(line):
            table = _place(_split(header[2]), counts, several=header[1] == "[[")
            here = table
        elif setting := _SETTING.match(line):
            here = (*table, *_split(setting[1]))
        else:
            continue
        size = min(len(here), len(path))
        if here[:size] == path[:size] and size > best[0]:
            best = (size, number)
    return best[1]


def _split(keys: str) -> Path:
    return tuple(key.strip("\"'") for key in _ONE.findall(keys))


def _place(keys: Path, counts: dict[Path, int], *, several: bool) -> Path:
    """Give the table of a header its index where it, or a table around it, is one of several."""
    path: Path = ()
    for key in keys[:-1]:
        path = (*path, key)
        path = (*path, counts[path]) if path in counts else path
    path = (*path, keys[-1])
    if several:
        counts[path] = counts.get(path, -1) + 1
    return (*path, counts[path]) if path in counts else path
