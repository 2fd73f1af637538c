"""The types of the house as msgspec must have them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

import channels
import router

CONTAINERS = (list, tuple, set, frozenset, dict, Mapping)


def structs() -> list[type[msgspec.Struct]]:
    """Import the whole house and list its Structs."""
    for package in (router, channels):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    found: list[type[msgspec.Struct]] = []
    todo = [msgspec.Struct]
    while todo:
        todo += (children := todo.pop().__subclasses__())
        found += (child for child in children if child.__module__.partition(".")[0] in ("router", "channels"))
    return found


def parts(kind: Any) -> Iterator[Any]:
    """Give a type and every type inside of it."""
    yield kind
    for part in get_args(kind) if get_origin(kind) is not Annotated else get_args(kind)[:1]:
        yield from parts(part)


def has_pattern(kind: Any) -> bool:
    """Say whether a type is a text with a pattern."""
    bounds = get_args(kind)[1:] if get_origin(kind) is Annotated else ()
    return any(isinstance(bound, msgspec.Meta) and bound.pattern is not None for bound in bounds)


def is_container(kind: Any) -> bool:
    """Say whether a type is an array or a table."""
    bare = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    return (get_origin(bare) or bare) in CONTAINERS


def crashes(kind: Any) -> bool:
    """Say whether a union joins a text with a pattern and a container.

    msgspec 0.22 then gives the pattern back more often than it took it: a field of such a type is
    harmless until the type is freed, and the process ends with a segmentation fault.
    """
    if get_origin(kind) not in (Union, UnionType):
        return False
    members = get_args(kind)
    return any(map(has_pattern, members)) and any(map(is_container, members))


def test_the_crash_is_recognised() -> None:
    """The check sees the union that crashes, wherever it is, and leaves its neighbours alone."""
    word = Annotated[str, msgspec.Meta(pattern="^a")]
    bounded = Annotated[str, msgspec.Meta(max_length=3)]
    assert any(map(crashes, parts(dict[str, word | list[word] | None])))
    assert any(map(crashes, parts(Annotated[word | dict[str, int], msgspec.Meta(title="x")])))
    for harmless in (word | None, word | int, bounded | list[word], list[word | None], dict[word, word]):
        assert not any(map(crashes, parts(harmless)))


def test_no_type_crashes_msgspec() -> None:
    """No field of any Struct joins a text with a pattern and a container in one union."""
    found = [
        f"{struct.__module__}.{struct.__name__}.{field.name}"
        for struct in structs()
        for field in msgspec.structs.fields(struct)
        if any(map(crashes, parts(field.type)))
    ]
    assert found == []
