"""How fast one artist may paint: a token bucket of strokes; standard library only.

Counted in the process that receives the stroke: an artist has one bucket per process that their sockets and
requests reach. Counting in the database instead would cost each batch one write per artist; batching is what
protects the database.
"""

from __future__ import annotations

from collections import OrderedDict

REMEMBERED_ARTISTS = 10_000
"""Buckets kept; the least recently used is dropped first, and would be full again by then."""


class PaintAllowance:
    """The buckets of all artists: `rate` strokes per second, `burst` at once after a pause."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = burst
        self._buckets: OrderedDict[int, tuple[float, float]] = OrderedDict()

    def take(self, artist_id: int, now: float) -> float:
        """Take one stroke at `now` seconds; returns 0, or by how many seconds it is too early."""
        left, since = self._buckets.get(artist_id, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._rate)
        taken = left >= 1
        self._buckets[artist_id] = (left - 1 if taken else left, now)
        self._buckets.move_to_end(artist_id)
        if len(self._buckets) > REMEMBERED_ARTISTS:
            self._buckets.popitem(last=False)
        return 0.0 if taken else (1 - left) / self._rate
