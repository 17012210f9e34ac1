"""How much one artist may paint: a token bucket of pixels; standard library only.

Counted in the process that receives the write: an artist has one bucket per process that their sockets and
requests reach, so with two processes the limit is up to twice as high. Counting in the database instead would
cost each batch one write per artist; batching is what protects the database.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from shared.errors import TooManyRequests

REMEMBERED_ARTISTS = 10_000
"""Buckets kept; the least recently used is dropped first, and would be full again by then."""

LEAST_PIXELS = 128
"""What the smallest write counts: its version, revision and event cost about as much as these pixels do."""

TILE_SHARE = 8
"""A whole tile counts as an eighth of its pixels, because it is stored and sent as a byte for each, where a
stroke has an offset and a colour as text."""


def count_stroke(pixels: int) -> int:
    """Return what a stroke of so many pixels counts."""
    return max(LEAST_PIXELS, pixels)


def count_tile(pixels: int) -> int:
    """Return what a write of a whole tile counts, of which so many pixels change: none with a title."""
    return max(LEAST_PIXELS, pixels // TILE_SHARE)


class PaintAllowance:
    """The buckets of all artists: `rate` pixels per second, `burst` at once after a pause."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[int, tuple[float, float]] = OrderedDict()

    def take(self, artist_id: int, pixels: int) -> None:
        """Take what a write counts. Raises TooManyRequests `paint_limit`, and takes nothing then."""
        now = self._clock()
        left, since = self._buckets.get(artist_id, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._rate)
        missing = pixels - left
        self._buckets[artist_id] = (left if missing > 0 else left - pixels, now)
        self._buckets.move_to_end(artist_id)
        if len(self._buckets) > REMEMBERED_ARTISTS:
            self._buckets.popitem(last=False)
        if missing > 0:
            raise TooManyRequests(
                "paint_limit", "You're painting too fast.", retry_after=missing / self._rate
            )
