"""How much one socket may send."""

from __future__ import annotations

import time


class Allowance:
    """What a socket may still do: refills by `per_second`, and holds `burst` at most."""

    __slots__ = ("_burst", "_counted_at", "_left", "_per_second")

    def __init__(self, per_second: float, burst: float) -> None:
        self._per_second = per_second
        self._burst = self._left = burst
        self._counted_at = time.monotonic()

    def take(self) -> bool:
        """Use one up; returns False if there is none."""
        now = time.monotonic()
        refilled = self._left + (now - self._counted_at) * self._per_second
        self._left, self._counted_at = min(self._burst, refilled), now
        if self._left < 1:
            return False
        self._left -= 1
        return True
