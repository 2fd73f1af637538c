"""The key names of the system slot, one function each, as ``keys`` has those of a workspace's slots."""

from __future__ import annotations

from router.store.keys import SYSTEM

__all__ = ["SYSTEM", "api_key_ids", "api_keys", "dead_letter", "dead_letters", "lease", "places", "workspace"]


def api_keys(p: str) -> str:
    """Name the API keys: sha256 to what the key may."""
    return f"{p}keys"


def api_key_ids(p: str) -> str:
    """Name the API keys by id: id to sha256."""
    return f"{p}kid"


def workspace(p: str, name: str) -> str:
    """Name the record of a workspace."""
    return f"{p}ws:{name}"


def places(p: str, workspace: str) -> str:
    """Name where the listeners of a workspace are: source to a text of its own."""
    return f"{p}pl:{workspace}"


def lease(p: str, workspace: str, source: str) -> str:
    """Name who listens to a source: the holder, for as long as the lease lasts."""
    return f"{p}ls:{workspace}:{source}"


def dead_letter(p: str, workspace: str, letter: str) -> str:
    """Name a dead letter of a workspace."""
    return f"{p}dl:{workspace}:{letter}"


def dead_letters(p: str, workspace: str) -> str:
    """Name the dead letters of a workspace by when they last came."""
    return f"{p}dz:{workspace}"
