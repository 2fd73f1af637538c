"""The environment: ``ROUTER_*``, for the settings that are plain values or lists."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from typing import Any, get_origin

import msgspec

from router.errors import ConfigInvalid
from router.settings.fetch import SECRETS, Tree, fetch_secrets
from router.settings.layers import Layer
from router.settings.strict import Path, alternatives

_BARE = ("server", "store")
"""Sections whose settings have environment names without the section: ROUTER_PORT, ROUTER_DATA."""

_SURE = 0.87
"""How much a ROUTER_ name must look like one of ours to be taken for a slip."""


def environment() -> Mapping[str, str]:
    """Give the environment of this process; nothing else reads it."""
    return os.environ


def from_environment(settings: type[msgspec.Struct], environ: Mapping[str, str]) -> Layer:
    """Read ``ROUTER_*``: plain values and lists (comma between) of all sections. An empty one is unset.

    Raises ConfigInvalid for a value that does not fit and for a name that is nearly one of ours; other
    ROUTER_ names belong to somebody else.
    """
    kinds = _environment_names(settings)
    names: dict[Path, str] = {}
    tree: Tree = {}
    for name, text in environ.items():
        if not name.startswith("ROUTER_") or not text:
            continue
        if name not in kinds:
            _refuse_slip(name, kinds)
            continue
        path, kind = kinds[name]
        names[path] = name
        tree.setdefault(path[0], {})[path[1]] = _value(name, text, kind)

    def where(path: Path) -> str:
        return names.get(path[:2]) or names.get((path[0], f"{path[1]}_file"), "the environment")

    return Layer(fetch_secrets(tree, environ, where), where)


def _environment_names(settings: type[msgspec.Struct]) -> dict[str, tuple[tuple[str, str], Any]]:
    """Map each environment name to its path and type."""
    names: dict[str, tuple[tuple[str, str], Any]] = {}
    for section in msgspec.structs.fields(settings):
        if not (isinstance(section.type, type) and issubclass(section.type, msgspec.Struct)):
            continue
        prefix = "ROUTER_" if section.name in _BARE else f"ROUTER_{section.name.upper()}_"
        for field in msgspec.structs.fields(section.type):
            if not any(map(_is_table, alternatives(field.type))):
                names[prefix + field.name.upper()] = ((section.name, field.name), field.type)
            if field.name in SECRETS:
                names[f"{prefix}{field.name.upper()}_FILE"] = ((section.name, f"{field.name}_file"), str)
    return names


def _is_table(kind: Any) -> bool:
    return get_origin(kind) is dict or (isinstance(kind, type) and issubclass(kind, msgspec.Struct))


def _refuse_slip(name: str, known: Mapping[str, object]) -> None:
    close = difflib.get_close_matches(name, known, n=1, cutoff=_SURE)
    if close:
        raise ConfigInvalid(f"{name}: there is no such setting; did you mean {close[0]}?", field=name)


def _value(name: str, text: str, kind: Any) -> object:
    several = any(get_origin(inner) is list for inner in alternatives(kind))
    plain = [part.strip() for part in text.split(",")] if several else text
    try:
        return msgspec.to_builtins(msgspec.convert(plain, kind, strict=False))
    except msgspec.ValidationError as error:
        raise ConfigInvalid(f"{name}: {str(error)[0].lower()}{str(error)[1:]}", field=name) from None
