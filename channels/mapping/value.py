"""Bring what a pointer found into a field of an event: what is of its kind, or can be read so, or nothing."""

from __future__ import annotations

import math
import re

import msgspec
import msgspec.inspect as kinds

from channels import stamps, wire
from channels.fit import LINE, PAYLOAD, TEXT_FULL, fit

_MOST = 64  # texts of one attribute
_TRUTHS = {"true": True, "false": False}


def fitted(kind: kinds.Type, found: object) -> object:
    """Give the value of a field of this kind; None where what was found is none.

    Texts and lists are cut to their bounds, numbers may be written as text, one value stands for a list
    of one, and words of ours may be written large. RawType is JSON kept as text, any other kind an attribute.
    """
    match kind:
        case kinds.UnionType(types=types):
            values = (fitted(one, found) for one in types)
            return next((value for value in values if value is not None), None)
        case kinds.ListType(item_type=one, max_length=most):
            entries = found if isinstance(found, list) else [found]
            values = (fitted(one, entry) for entry in entries)
            return [value for value in values if value is not None][:most] or None
        case kinds.StrType(pattern=None, max_length=most):
            return fit(_text(found), TEXT_FULL if most is None else most)
        case kinds.StrType(pattern=str(pattern)):
            word = (_text(found) or "").strip()
            return word if re.search(pattern, word) else None
        case kinds.LiteralType(values=words):
            return next((word for word in words if isinstance(found, str) and word == found.lower()), None)
        case kinds.DateTimeType():
            return stamps.stamp({"": found}, "")
        case kinds.BoolType():
            return found if isinstance(found, bool) else _TRUTHS.get(str(found).lower())
        case kinds.IntType() | kinds.FloatType():
            return _bounded(kind, found)
        case kinds.RawType():
            return _written(found, PAYLOAD)
    return _attribute(found)


def _attribute(found: object) -> str | int | float | bool | list[str] | None:
    """Give what was found as an attribute: texts, numbers and lists of texts as they are, else as JSON."""
    if isinstance(found, bool | float):
        return found
    if isinstance(found, list) and all(isinstance(entry, str) for entry in found):
        return [entry for entry in (fit(text) for text in found[:_MOST]) if entry]
    whole = wire.whole({"": found}, "") if isinstance(found, int) else None
    return whole if whole is not None else _written(found, LINE)


def _written(found: object, limit: int) -> str | None:
    """Give a text as it is and all else as JSON, cut to ``limit`` characters."""
    return fit(found, limit) if isinstance(found, str) else wire.written(found, limit)


def _bounded(kind: kinds.IntType | kinds.FloatType, found: object) -> float | None:
    """Give a number within the bounds of its field."""
    number = wire.whole({"": found}, "") if isinstance(kind, kinds.IntType) else _number(found)
    low, high = kind.ge, kind.le
    if number is None or (low is not None and number < low) or (high is not None and number > high):
        return None
    return number


def _text(found: object) -> str | None:
    if isinstance(found, str):
        return found
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return msgspec.json.encode(found).decode("ascii")


def _number(found: object) -> float | None:
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return None
    try:
        number = float(found)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
