"""How much one artist may paint: a token bucket of pixels; standard library only.

Counted in the process that receives the write: an artist has one bucket per process that their sockets and
requests reach, so with two processes the limit is up to twice as high. Counting in the database instead would
cost each batch one write per artist; batching is what protects the database.
"""

from __future__ import annotations

from shared.buckets import TokenBuckets
from shared.errors import TooManyRequests

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

    def __init__(self, rate: float, burst: int) -> None:
        self._buckets = TokenBuckets(rate, burst)

    def take(self, artist_id: int, pixels: int) -> None:
        """Take what a write counts. Raises TooManyRequests `paint_limit`, and takes nothing then."""
        early = self._buckets.take(artist_id, pixels)
        if early:
            raise TooManyRequests("paint_limit", "You're painting too fast.", retry_after=early)
