"""How much of a canvas's past is shown at a time; standard library only."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.tiles.canvases.regions import Region
from services.tiles.canvases.rules import Canvas
from services.tiles.revisions.rules import STROKE_BYTES, apply_stroke
from shared.errors import Invalid

MAX_SNAPSHOT_PIXELS = 1024 * 1024
"""Per snapshot: a megabyte before it is compressed, as a dragged slider asks for several per second."""

MAX_PICTURE_PIXELS = 512 * 512
"""Per picture, shrunk or not."""

MAX_CELLS = 16_384
"""Of either: a cell takes two index lookups and up to 64 changes, so all together take tenths of a second.
The largest canvas, of 8192 x 8192 pixels, has as many in tiles of 64."""

SAMPLES = 2
"""Per side: a pixel of a shrunk picture is the mean of so many samples of those that it covers. With all of
them, a moment of the largest canvas would take as long to draw as the canvas at its full size."""

CELL_COST = 256
"""What it costs to reconstruct one cell, in drawn pixels."""

CELL_STROKES = 1024
"""Pixels of strokes whose cost CELL_COST includes; each one beyond costs a drawn pixel."""

BAND_CELLS = 256
"""Read at a time: usually a few hundred kilobytes, ten megabytes or more where each has 63 strokes of the
largest that leave no whole picture."""

BAND_PIXELS = 1024 * 1024
"""Drawn at a time: a few milliseconds of work."""


@dataclass(frozen=True, slots=True)
class PastTile:
    """A tile as it was: the newest picture of all of it, compressed, and the strokes on it since.

    `painted_at` is the moment of the last change; `is_deleted` says that this deleted the tile, which was
    restored later.
    """

    id: int
    x: int
    y: int
    version: int
    whole: bytes
    strokes: bytes
    is_deleted: bool
    painted_at: datetime

    @property
    def pixels(self) -> bytes:
        """One byte per pixel. Slow for many tiles: call it in a thread."""
        whole = zlib.decompress(self.whole)
        return apply_stroke(whole, self.strokes) if self.strokes else whole

    def sample(self, size: int, every: int) -> bytes:
        """Return every `every`-th pixel per side of a tile of `size` pixels per side. Slow, like `pixels`."""
        pixels, middle = self.pixels, every // 2
        rows = range(middle * size, size * size, every * size)
        return b"".join([pixels[row + middle : row + size : every] for row in rows])


def check_moment(canvas: Canvas, at: int) -> None:
    """Raise Invalid naming `at` for a change that is still to come."""
    if at > canvas.seq:
        raise Invalid.field("query", "at", msg=f"must not be beyond the last change ({canvas.seq})")


def check_cells(region: Region) -> None:
    """Raise Invalid naming `columns` if there are more cells than one response may show."""
    if region.columns * region.rows > MAX_CELLS:
        raise Invalid.field("query", "columns", msg=f"and rows may have {MAX_CELLS} cells together")


def check_snapshot(region: Region, tile_size: int) -> None:
    """Raise Invalid naming `columns` if the cells have more pixels than a snapshot of the past holds."""
    if region.columns * region.rows * tile_size**2 > MAX_SNAPSHOT_PIXELS:
        raise Invalid.field(
            "query", "columns", msg=f"and rows may have {MAX_SNAPSHOT_PIXELS} pixels together"
        )


def check_picture(region: Region, tile_size: int, shrink: int) -> None:
    """Raise Invalid naming `shrink` if the picture would hold too many pixels."""
    if region.columns * region.rows * tile_size**2 > MAX_PICTURE_PIXELS * shrink**2:
        raise Invalid.field("query", "shrink", msg="makes this picture too large")


def sampling_of(shrink: int) -> int:
    """Return how many pixels per side share one sample."""
    return max(1, shrink // SAMPLES)


def cost_of(region: Region, tile_size: int, sampling: int = 1) -> int:
    """Return what it costs to show a rectangle of cells as it was, in drawn pixels."""
    return region.columns * region.rows * ((tile_size // sampling) ** 2 + CELL_COST)


def cost_of_strokes(tiles: Sequence[PastTile]) -> int:
    """Return what the large strokes on tiles since a whole picture cost in addition, in drawn pixels."""
    painted = sum(len(tile.strokes) for tile in tiles) // STROKE_BYTES
    return max(0, painted - CELL_STROKES * len(tiles))


def bands_of(region: Region, tile_size: int) -> Iterator[Region]:
    """Divide a rectangle of cells into bands of whole rows, none much larger than may be read and drawn."""
    cells = min(BAND_CELLS, BAND_PIXELS // tile_size**2)
    rows = max(1, cells // region.columns)
    for y in range(region.y, region.y + region.rows, rows):
        yield replace(region, y=y, rows=min(rows, region.y + region.rows - y))
