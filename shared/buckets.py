"""Token buckets: how much may be done in this process, per second and at once after a pause."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

REMEMBERED = 10_000
"""Buckets kept; the least recently used is dropped first, and would most likely be full again by then."""

Clock = Callable[[], float]


class TokenBucket:
    """One bucket: `rate` tokens per second, `burst` when it is full, which it is at first."""

    __slots__ = ("_burst", "_clock", "_counted_at", "_left", "_rate")

    def __init__(self, rate: float, burst: float, clock: Clock = time.monotonic) -> None:
        self._rate = rate
        self._burst = self._left = burst
        self._clock = clock
        self._counted_at = clock()

    def take(self, tokens: float) -> float:
        """Take tokens and return 0, or take none and return after how many seconds there will be enough.

        What is more than a full bucket holds is granted when the bucket is full.
        """
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._counted_at) * self._rate)
        self._counted_at = now
        missing = min(tokens, self._burst) - self._left
        if missing <= 0:
            self._left -= tokens
        return max(0.0, missing / self._rate)


class TokenBuckets:
    """A bucket for each key."""

    def __init__(self, rate: float, burst: float, clock: Clock = time.monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[Hashable, TokenBucket] = OrderedDict()

    def take(self, key: Hashable, tokens: float) -> float:
        """Take tokens from the bucket of a key, as `TokenBucket.take` does."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = TokenBucket(self._rate, self._burst, self._clock)
        self._buckets.move_to_end(key)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return bucket.take(tokens)
