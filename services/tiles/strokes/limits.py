"""How fast one artist may paint: a bucket of strokes that fills up steadily; standard library only.

Counted in the process that the stroke reaches. A socket stays with one process, so whoever paints over one
has one bucket; who opens sockets to n processes has n. Counting in the database instead would cost every
batch a write for each of its artists; what protects the database is that it is written in batches.
"""

from __future__ import annotations

from collections import OrderedDict

REMEMBERED_ARTISTS = 10_000
"""Buckets kept; the least recently used is forgotten first, and is full again by then."""


class Allowance:
    """The buckets of all artists: `rate` strokes a second, `burst` at once after a pause."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = burst
        self._buckets: OrderedDict[int, tuple[float, float]] = OrderedDict()

    def take(self, artist_id: int, now: float) -> float:
        """Take one stroke out at `now` seconds; returns 0, or how many seconds too early it was."""
        left, since = self._buckets.get(artist_id, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._rate)
        taken = left >= 1
        self._buckets[artist_id] = (left - 1 if taken else left, now)
        self._buckets.move_to_end(artist_id)
        if len(self._buckets) > REMEMBERED_ARTISTS:
            self._buckets.popitem(last=False)
        return 0.0 if taken else (1 - left) / self._rate
