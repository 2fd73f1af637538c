"""Captured requests as samples: how they lie in files, and how a reading is compared with one.

A sample is the object that ``router channels parse`` reads, with ``body`` as text in place of
``body_base64`` where it is text, and ``expect``: the ``status`` of the answer and the ``events``, of which
only the fields that the sample names are compared.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import msgspec

from channels.parse import parse_line
from router.ports import Account, Request

ROOT = Path(__file__).parent / "channels"


def providers() -> list[str]:
    """Name the providers that have samples."""
    return sorted(folder.parent.name for folder in ROOT.glob("*/samples"))


def samples(provider: str) -> list[dict[str, Any]]:
    """Read the samples of a provider, in the order of their names."""
    files = sorted((ROOT / provider / "samples").glob("*.json"))
    return [msgspec.json.decode(file.read_bytes()) for file in files]


def body(sample: dict[str, Any]) -> bytes:
    """Give the body of a sample as it was sent."""
    if "body_base64" in sample:
        return base64.b64decode(sample["body_base64"])
    text: str = sample["body"]
    return text.encode()


def line(sample: dict[str, Any], **changes: Any) -> bytes:
    """Write the line that ``router channels parse`` reads, some of its fields changed."""
    captured = {key: value for key, value in sample.items() if key not in {"body", "expect"}}
    captured["body_base64"] = base64.b64encode(body(sample)).decode()
    return msgspec.json.encode(captured | changes)


def reading(provider: str, sample: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Read a sample, some of its fields changed, as the command line does."""
    found: dict[str, Any] = msgspec.json.decode(parse_line(line(sample, **changes), provider))
    return found


def request(sample: dict[str, Any], **changes: Any) -> Request:
    """Give the request of a sample, some of its parts changed."""
    headers = {name.lower(): value for name, value in sample["headers"].items()}
    parts = {"method": sample["method"], "url": sample["url"], "headers": headers, "body": body(sample)}
    return Request(**parts | changes)


def account(provider: str, sample: dict[str, Any]) -> Account:
    """Give the account of a sample, with its settings."""
    settings = dict(sample.get("settings") or {})
    return Account("chat", provider, "main", secret=settings.pop("secret", None), settings=settings)


def missing(found: object, expected: object, path: str = "") -> list[str]:
    """Name the places where what was found lacks what is expected; lists must be of one length."""
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            return [f"{path}: {found!r} is no object"]
        return [
            lack
            for key, value in expected.items()
            for lack in missing(found.get(key), value, f"{path}.{key}")
        ]
    if isinstance(expected, list) and isinstance(found, list) and len(found) == len(expected):
        pairs = enumerate(zip(found, expected, strict=True))
        return [lack for n, (one, other) in pairs for lack in missing(one, other, f"{path}[{n}]")]
    return [] if found == expected else [f"{path}: {found!r}, expected {expected!r}"]
