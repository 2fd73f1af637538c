"""How long and how large a bench is."""

from __future__ import annotations

from msgspec import Struct


class Options(Struct, frozen=True, kw_only=True):
    """``pairs`` of ours and limit, ``seconds`` each after ``warm_s``, in a closed loop of ``connections``.

    ``fastapi``: a Python that has it, to measure S1 beside it too. ``items`` wait in the big slot of S5,
    where agents work for so many ``rounds``.
    """

    pairs: int = 3
    seconds: float = 2.0
    warm_s: float = 0.5
    connections: int = 64
    customers: int = 1000
    fastapi: str | None = None
    items: int = 100_000
    rounds: int = 20
