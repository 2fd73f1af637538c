"""Where settings come from: defaults < file < environment < command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path as File
from typing import Any

import msgspec

from router.settings.fetch import Tree, fetch_secrets
from router.settings.strict import Path
from router.settings.toml import line_of, read_file


class Layer(msgspec.Struct, frozen=True):
    """One source of settings. ``where`` names the place of a path in it, for people."""

    tree: Tree
    where: Callable[[Path], str]

    def holds(self, path: Path) -> bool:
        """Say whether this source sets the path, or something inside it."""
        place: Any = self.tree
        for part in path:
            inside = isinstance(place, list) and isinstance(part, int) and part < len(place)
            if not inside and not (isinstance(place, Mapping) and part in place):
                return False
            place = place[part]
        return True


def from_file(file: File, environ: Mapping[str, str]) -> Layer:
    """Read the configuration file; secrets named by ``_file`` or ``_env`` are fetched."""
    tree, text = read_file(file)

    def where(path: Path) -> str:
        line = line_of(text, path)
        return f"{file}:{line}" if line else str(file)

    return Layer(fetch_secrets(tree, environ, where), where)


def from_options(options: Mapping[str, object]) -> Layer:
    """Take what the command line says, by dotted name (``server.port``); None is unset."""
    tree: Tree = {}
    for name, value in options.items():
        section, key = name.split(".")
        if value is not None:
            tree.setdefault(section, {})[key] = value

    def where(path: Path) -> str:
        words = path if path[0] == "smtp" else path[1:]
        return "--" + "-".join(map(str, words)).replace("_", "-")

    return Layer(tree, where)


def merge(layers: Sequence[Layer]) -> Tree:
    """Lay the trees over each other, the last one on top: tables are joined, all else is replaced."""
    merged: Tree = {}
    for layer in layers:
        _lay(merged, layer.tree)
    return merged


def origin(layers: Sequence[Layer], path: Path) -> str:
    """Name the place a setting comes from, or its nearest surroundings."""
    for end in range(len(path), 0, -1):
        for layer in reversed(layers):
            if layer.holds(path[:end]):
                return layer.where(path)
    return "default"


def _lay(under: Tree, over: Mapping[str, Any]) -> None:
    for key, value in over.items():
        if isinstance(value, Mapping):
            below = under.get(key)
            under[key] = dict(below) if isinstance(below, Mapping) else {}
            _lay(under[key], value)
        else:
            under[key] = value
