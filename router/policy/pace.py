"""A pace: so many at once, so many a second (the generic cell rate algorithm, ITU-T I.371)."""

from __future__ import annotations

_ROUNDING_S = 1e-6
"""What sums of fractions of a second may be off by."""


class Pace:
    """Lets ``burst`` through at once and then ``per_s`` a second. Whoever asks says what time it is."""

    def __init__(self, per_s: float, burst: int) -> None:
        self._step, self._ahead = 1 / per_s, (burst - 1) / per_s + _ROUNDING_S
        self._due = 0.0

    def allows(self, now: float) -> bool:
        """Take one more, unless it comes too soon. ``now`` in seconds of a clock that only goes forward."""
        if self._due - self._ahead > now:
            return False
        self._due = max(self._due, now) + self._step
        return True


class Paces:
    """A pace for each of many; of those who come no more nothing is remembered for long."""

    def __init__(self, per_s: float, burst: int, most: int) -> None:
        self._per_s, self._burst, self._most = per_s, burst, most
        self._paces: dict[str, Pace] = {}

    def allows(self, who: str, now: float) -> bool:
        """Take one more of ``who``, unless it comes too soon. Beyond ``most`` all are forgotten."""
        if len(self._paces) >= self._most and who not in self._paces:
            self._paces.clear()
        return self._paces.setdefault(who, Pace(self._per_s, self._burst)).allows(now)
