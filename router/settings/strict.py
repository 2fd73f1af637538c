"""Reads a tree of plain values into Structs and says exactly where it is wrong.

msgspec names the path of a mistake only up to the first table with free names (``$.queues[...]``), so
the tree is walked from the leaves up and each value converted by itself.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

Path = tuple[str | int, ...]
T = TypeVar("T")


class Mistake(Exception):
    """A value that cannot stand: ``path`` leads to it, ``reason`` is the rest of the sentence."""

    def __init__(self, path: Path, reason: str) -> None:
        """Keep where and why."""
        super().__init__(f"{dotted(path)}: {reason}")
        self.path = path
        self.reason = reason


def dotted(path: Path) -> str:
    """Write a path as TOML would: ``queues.support.targets``, ``rules[0].when``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def nearest(word: str, known: Iterable[str]) -> str:
    """Suggest the known word that was probably meant, or list them all; a clause for a message."""
    words = sorted(known)
    close = difflib.get_close_matches(word, words, n=1)
    return f"did you mean `{close[0]}`?" if close else f"known are {', '.join(words)}"


def read(kind: type[T], tree: object, path: Path = ()) -> T:
    """Read a tree into a Struct (or any type msgspec knows). Raises Mistake at the deepest wrong value."""
    _walk(kind, tree, path)
    return _convert(kind, tree, path)


def _walk(kind: Any, value: object, path: Path) -> None:
    """Check what lies inside of a value; the value itself is converted by whoever calls."""
    for inner in alternatives(kind):
        if isinstance(value, Mapping) and isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            _walk_struct(inner, value, path)
        elif isinstance(value, Mapping) and get_origin(inner) in (dict, Mapping):
            key_kind, value_kind = get_args(inner)
            for key, entry in value.items():
                _convert(key_kind, key, (*path, key))
                _check(value_kind, entry, (*path, key))
        elif isinstance(value, list) and get_origin(inner) is list:
            for index, entry in enumerate(value):
                _check(get_args(inner)[0], entry, (*path, index))


def _walk_struct(kind: type[msgspec.Struct], tree: Mapping[str, object], path: Path) -> None:
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    for key, value in tree.items():
        if key not in fields:
            raise Mistake((*path, key), f"there is no such setting; {nearest(key, fields)}")
        _check(fields[key], value, (*path, key))


def _check(kind: Any, value: object, path: Path) -> None:
    _walk(kind, value, path)
    _convert(kind, value, path)


def alternatives(kind: Any) -> list[Any]:
    """Take bounds and alternatives apart: ``Annotated[list[X], …] | None`` is ``[list[X]]``."""
    if get_origin(kind) is Annotated:
        return alternatives(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [inner for part in get_args(kind) for inner in alternatives(part) if inner is not NoneType]
    return [kind]


def _convert(kind: type[T], value: object, path: Path) -> T:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        reason = str(error)[0].lower() + str(error)[1:]
        choices = [choice for inner in alternatives(kind) for choice in _choices(inner)]
        if choices and isinstance(value, str):
            reason = f"there is no `{value}` here; {nearest(value, choices)}"
        raise Mistake(path, reason) from None


def _choices(kind: Any) -> tuple[str, ...]:
    return get_args(kind) if get_origin(kind) is Literal else ()
