"""Secrets that lie elsewhere: in a file (``secret_file``) or in the environment (``secret_env``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path as File
from typing import Any

from router.errors import ConfigInvalid
from router.settings.strict import Path

Tree = dict[str, Any]

SECRETS = ("admin_key", "redis_url")
"""Settings of ``server`` and ``store`` that may lie in a file of their own: ``admin_key_file``."""


def fetch_secrets(tree: Tree, environ: Mapping[str, str], where: Callable[[Path], str]) -> Tree:
    """Replace ``admin_key_file`` and the like, and ``_file`` and ``_env`` of accounts, by the secrets."""
    found: Tree = {}
    for key, value in tree.items():
        found[key] = value
        if key in ("server", "store") and isinstance(value, Mapping):
            found[key] = _fetch(value, environ, lambda name: name in SECRETS, (key,), where)
        elif key == "channels":
            found[key] = _fetch_accounts(value, environ, (key,), where)
    return found


_ACCOUNT_DEPTH = 4
"""channels, channel, provider, name."""


def _fetch_accounts(
    tree: object, environ: Mapping[str, str], path: Path, where: Callable[[Path], str]
) -> object:
    if not isinstance(tree, Mapping):
        return tree
    if len(path) == _ACCOUNT_DEPTH:
        return _fetch(tree, environ, lambda _: True, path, where)
    return {key: _fetch_accounts(value, environ, (*path, key), where) for key, value in tree.items()}


def _fetch(
    table: Mapping[str, Any],
    environ: Mapping[str, str],
    secret: Callable[[str], bool],
    path: Path,
    where: Callable[[Path], str],
) -> Tree:
    found: Tree = {}
    for key, value in table.items():
        name, _, kind = key.rpartition("_")
        if kind not in ("file", "env") or not name or not secret(name):
            found[key] = value
            continue
        if name in table:
            raise ConfigInvalid(
                f"{where((*path, key))}: give either `{name}` or `{key}`, not both", field=key
            )
        try:
            found[name] = File(value).read_text("utf-8").strip() if kind == "file" else environ[value]
        except (OSError, ValueError, KeyError, TypeError) as error:
            what = "file" if kind == "file" else "environment variable"
            message = f"{where((*path, key))}: `{key}` names {value!r}, and that {what} cannot be read"
            raise ConfigInvalid(message, field=key) from error
    return found
