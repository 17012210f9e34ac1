"""Counting how often each part of a canvas was painted; standard library only."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

MAX_SIDE = 512
"""Pixels of the map; one of a larger canvas has a pixel for several of the canvas."""

MAX_HOURS = 7 * 24
MAX_STROKES, MAX_PIXELS = 100_000, 1_000_000
"""The newest that are counted: some seconds of work."""

LEVELS = 255


@dataclass(frozen=True, slots=True)
class PastStroke:
    """A stroke on the tile in the cell (`x`, `y`), packed, and what orders it among others."""

    x: int
    y: int
    stroke: bytes
    occurred_at: datetime
    seq: int
    tile_id: int


class Heat:
    """How often each part of a canvas was painted: `step` x `step` pixels, a power of two."""

    def __init__(self, width: int, height: int, tile_size: int) -> None:
        self.step = 1
        while max(width, height) > MAX_SIDE * self.step:
            self.step *= 2
        self.width, self.height = width // self.step, height // self.step
        self.pixels = 0
        self._tile_size = tile_size
        self._counts = array("L", bytes(array("L").itemsize * self.width * self.height))

    def add(self, strokes: Iterable[PastStroke]) -> None:
        """Count the pixels of strokes, up to MAX_PIXELS in all."""
        size, step, width, counts = self._tile_size, self.step, self.width, self._counts
        for past in strokes:
            if self.pixels >= MAX_PIXELS:
                return
            left, top = past.x * size, past.y * size
            for high, low in zip(past.stroke[0::3], past.stroke[1::3], strict=True):
                row, column = divmod(high << 8 | low, size)
                counts[(top + row) // step * width + (left + column) // step] += 1
            self.pixels += len(past.stroke) // 3

    def levels(self) -> bytes:
        """Return a byte per part, row by row: 0 where nobody painted, LEVELS where most was painted.

        The scale is that of the square root, so that a single pixel is seen beside a crowded place.
        """
        most = max(self._counts, default=0)
        if not most:
            return bytes(len(self._counts))
        scale = [0, *(max(1, round(LEVELS * (count / most) ** 0.5)) for count in range(1, most + 1))]
        return bytes([scale[count] for count in self._counts])
