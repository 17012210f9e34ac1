"""How far another clock is ahead of this machine's, as exactly as one reading over a connection can tell."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class ClockOffset:
    """The other clock is between `least` and `most` seconds ahead of this machine's; negative: behind."""

    least: float
    most: float

    @property
    def certain(self) -> float:
        """The offset nearest to 0 that fits the measurement: 0 when the clocks may agree."""
        return max(self.least, min(self.most, 0.0))


SAME_CLOCK = ClockOffset(0, 0)


def measure_offset(read_other: Callable[[], float]) -> ClockOffset:
    """Compare the clocks by one reading of the other one, in seconds since the epoch.

    It was read at some moment between sending and receiving, so the round trip is the width of the result: a
    slow connection makes the measurement vague, never wrong.
    """
    sent = time.time()
    other = read_other()
    return ClockOffset(other - time.time(), other - sent)
