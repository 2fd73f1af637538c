"""What must not be shown, in logs and on terminals: secrets by their names, passwords in addresses."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

_SECRET = re.compile(r"(secret|token|password|passwd|authorization|cookie|_key|_pem)$", re.IGNORECASE)
_PROOF = re.compile(r"(secret|token|password|passwd|authorization|key|sig|signature)$", re.IGNORECASE)
_USERINFO = re.compile(r"//[^/@\s]*@")

HIDDEN = "[hidden]"


def redact(name: str, value: object) -> object:
    """Give the value as it may be shown under this name; what is not set stays so."""
    if value is not None and _SECRET.search(name):
        return HIDDEN
    if isinstance(value, str) and "://" in value:
        return _USERINFO.sub(f"//{HIDDEN}@", value)
    return value


def hidden_in(url: str) -> str:
    """Give an address without what proves who calls: its user and password, and such parts of its query."""
    path, mark, query = _USERINFO.sub(f"//{HIDDEN}@", url).partition("?")
    return path + mark + "&".join(map(_hidden_pair, query.split("&")))


def _hidden_pair(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    return f"{name}={HIDDEN}" if equals and _PROOF.search(unquote_plus(name)) else pair
