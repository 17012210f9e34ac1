"""Token buckets: how much one of many may do in this process, per second and at once after a pause."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

REMEMBERED = 10_000
"""Buckets kept; the least recently used is dropped first, and would most likely be full again by then."""


class TokenBuckets:
    """A bucket for each key: `rate` tokens per second, `burst` when it is full."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable, tokens: float) -> float:
        """Take tokens and return 0, or take none and return after how many seconds there will be enough.

        What is more than a full bucket holds is granted when the bucket is full.
        """
        now = self._clock()
        left, since = self._buckets.get(key, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._rate)
        missing = min(tokens, self._burst) - left
        self._buckets[key] = (left if missing > 0 else left - tokens, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return max(0.0, missing / self._rate)
