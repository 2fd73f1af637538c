"""Read the table of a mapping: fields of our event, each by a JSON pointer into the payload or by a constant.

It is read against the event's own types, so that a name or a constant that cannot be is refused where it
stands, before anything is received.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec.inspect as kinds

from channels.mapping.node import Constant, Group, Lookup, Many, Node
from channels.mapping.pointer import Pointer
from channels.mapping.value import fitted
from router.errors import ConfigInvalid
from router.model.event import Event

_ESCAPED = re.compile(r"=+/")  # `=/x` is the constant `/x`
_EACH = "each"
_MOST, _LONGEST = 64, 64  # the bounds of the attributes in router.model.event
_BESIDE = frozenset({"location"})  # what a message does without, where it cannot be read


def _named(kind: kinds.Type) -> dict[str, kinds.Type]:
    """Give the parts of a Struct by the names they are written by; other kinds have none."""
    if not isinstance(kind, kinds.StructType):
        return {}
    return {field.encode_name: field.type for field in kind.fields}


_EVENT = _named(kinds.type_info(Event)) | {"id": kinds.StrType(), "payload": kinds.RawType()}
_EVENT.pop("source")


def fields(said: Mapping[str, Any], place: str) -> dict[str, Node]:
    """Read which field comes from where; ConfigInvalid names the setting that is wrong.

    A part of a field is written as ``"customer.type"`` or as a table of its own. The source is the
    account's; an id must be looked up, for a constant would make all events the same one.
    """
    found = _nodes(_EVENT, said, place)
    if isinstance(found.get("id"), Constant):
        raise wrong(f"{place}.id", "an id is looked up: give a pointer, or leave it to webhook-id")
    if "kind" not in found:
        raise wrong(
            f"{place}.kind", 'it is missing; say what becomes of the payload, as in `kind = "message"`'
        )
    return found


def pointer(said: object, place: str) -> Pointer:
    """Read a setting that is a pointer; ConfigInvalid where it is none."""
    try:
        return Pointer.read(str(said))
    except ValueError as mistake:
        raise wrong(place, str(mistake)) from None


def wrong(place: str, reason: str) -> ConfigInvalid:
    """Make the refusal of a setting."""
    return ConfigInvalid(f"{place}: {reason}", field=place)


def _nodes(known: Mapping[str, kinds.Type], said: Mapping[str, Any], place: str) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for name, value in _nested(said, place).items():
        here = f"{place}.{name}"
        if name not in known:
            raise wrong(here, f"an event has no such field; {_nearest(name, known)}")
        found[name] = _node(known[name], value, name, here)
    return found


def _node(kind: kinds.Type, said: object, name: str, place: str) -> Node:
    """Read what is said of one field of some kind."""
    match _bare(kind):
        case kinds.StructType() as struct:
            return _group(struct, _table(said, place), name, place, whole=name in _BESIDE)
        case kinds.ListType(item_type=kinds.StructType() as struct, max_length=most):
            parts = dict(_table(said, place))
            each = pointer(parts.pop(_EACH), f"{place}.{_EACH}") if _EACH in parts else None
            return Many(each, _group(struct, parts, name, place, whole=True), most or 1)
        case kinds.DictType():
            return _free(_table(said, place), name, place)
        case bare:
            return _leaf(bare, said, place)


def _group(kind: kinds.StructType, said: Mapping[str, Any], name: str, place: str, *, whole: bool) -> Group:
    found = _nodes(_named(kind), said, place)
    needs = frozenset(field.encode_name for field in kind.fields if field.required)
    for part in sorted(needs - found.keys()):
        raise wrong(f"{place}.{part}", f"it is missing, and there is no {name} without it")
    return Group(name, found, needs, whole=whole)


def _free(said: Mapping[str, Any], name: str, place: str) -> Group:
    """Read parts of any name; so many, and so long names, as an event may have."""
    if len(said) > _MOST or any(len(key) > _LONGEST for key in said):
        raise wrong(place, f"{_MOST} is the most there may be, with names of up to {_LONGEST} characters")
    free = {key: _leaf(kinds.AnyType(), value, f"{place}.{key}") for key, value in said.items()}
    return Group(name, free, looked=False)


def _leaf(kind: kinds.Type, said: object, place: str) -> Lookup | Constant:
    if isinstance(said, str) and said.startswith("/"):
        return Lookup(kind, pointer(said, place))
    plain = said[1:] if isinstance(said, str) and _ESCAPED.match(said) else said
    value = None if isinstance(plain, dict) else fitted(kind, plain)
    if value is None or _cut(plain, value):
        choices = [word for word in _words(kind) if isinstance(word, str)]
        hint = (
            _nearest(str(plain), choices)
            if choices
            else "a pointer begins with a slash, all else is constant"
        )
        raise wrong(place, f"{str(plain)[:64]!r} cannot stand here; {hint}")
    return Constant(value)


def _cut(said: object, value: object) -> bool:
    """Tell whether not all of a text or of a list fits."""
    if isinstance(said, str):
        return isinstance(value, str) and len(value) < len(said)
    return isinstance(said, list) and value != said


def _nested(said: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Gather what is written as ``customer.type`` under ``customer``; refuse what is said twice."""
    found: dict[str, Any] = {}
    for key, value in said.items():
        name, dot, part = key.partition(".")
        if not dot and name not in found:
            found[name] = dict(value) if isinstance(value, Mapping) else value
            continue
        group = found.setdefault(name, {})
        parts = {part: value} if dot else value
        if not isinstance(group, dict) or not isinstance(parts, Mapping) or group.keys() & parts.keys():
            raise wrong(f"{place}.{key}", "it is said twice")
        group.update(parts)
    return found


def _table(said: object, place: str) -> Mapping[str, Any]:
    if not isinstance(said, Mapping):
        raise wrong(place, f'it has parts of its own: write `"{place.rpartition(".")[2]}.…" = …`, or a table')
    return said


def _bare(kind: kinds.Type) -> kinds.Type:
    """Leave out that a field may be null."""
    if not isinstance(kind, kinds.UnionType):
        return kind
    rest = tuple(one for one in kind.types if not isinstance(one, kinds.NoneType))
    return rest[0] if len(rest) == 1 else kinds.UnionType(rest)


def _words(kind: kinds.Type) -> Iterable[object]:
    """Give the words that a field knows, where it knows only some."""
    one = kind.item_type if isinstance(kind, kinds.ListType) else kind
    return one.values if isinstance(one, kinds.LiteralType) else ()


def _nearest(word: str, known: Iterable[str]) -> str:
    words = sorted(known)
    close = difflib.get_close_matches(word, words, n=1)
    return f"did you mean `{close[0]}`?" if close else f"known are {', '.join(words)}"
