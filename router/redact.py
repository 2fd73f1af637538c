"""What must not be shown, in logs and on terminals: secrets by their names, passwords in addresses."""

from __future__ import annotations

import re

_SECRET = re.compile(r"(secret|token|password|passwd|authorization|cookie|_key|_pem)$", re.IGNORECASE)
_USERINFO = re.compile(r"//[^/@\s]*@")

HIDDEN = "[hidden]"


def redact(name: str, value: object) -> object:
    """Give the value as it may be shown under this name; what is not set stays so."""
    if value is not None and _SECRET.search(name):
        return HIDDEN
    if isinstance(value, str) and "://" in value:
        return _USERINFO.sub(f"//{HIDDEN}@", value)
    return value
