"""How large a picture may get, and in which parts it is drawn; standard library only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from services.tiles.canvases.regions import Box, Region
from shared.errors import Invalid

MAX_SCALE = 16
MAX_PICTURE_PIXELS = 8192 * 8192
"""The largest canvas at scale 1."""

MAX_SCALED_PIXELS = 4096 * 4096
"""Of a picture with a scale: sixteen tiles of the largest size, eight times as large."""

SHRINKS = (1, 2, 4, 8, 16)
"""The smallest tile is one pixel at the last."""

_LARGEST_SHRUNK, _LARGEST_PREVIEW = 512, 1024

MAX_SHRUNK_PIXELS = _LARGEST_SHRUNK**2
"""Of a picture with `shrink`: the largest canvas at 16, and a megabyte of RGBA."""

BAND_PIXELS = 1024 * 1024
"""Read from the database and drawn at a time: some milliseconds of work."""

BLOCK_SIDE = 512
"""Pixels per side of a block, of which a shrunk copy is kept; a multiple of every tile size."""

BLOCK_SHRINK = 8
"""How much smaller the copy is. Pictures that shrink as much or more are made of copies, others of tiles."""

SHRUNK_SECONDS = 3.0
"""How long a shrunk picture of a canvas that changes may be shown: it covers much that nobody looks at, and
otherwise each stroke would make every viewer's next request draw it again."""


def check_size(width: int, height: int, scale: int, shrink: int, *, paper: bool) -> None:
    """Raise Invalid naming what makes a picture of so many pixels of a canvas too large, or does not go."""
    if shrink == 1:
        check_scale(width, height, scale)
    elif paper:
        # Edges of what is painted are half transparent.
        raise Invalid.field("query", "paper", msg="is not possible with shrink")
    elif scale > 1:
        raise Invalid.field("query", "shrink", msg="cannot be combined with a scale")
    elif width * height > MAX_SHRUNK_PIXELS * shrink * shrink:
        raise Invalid.field("query", "shrink", msg="makes this picture too large")


def drawing_cost(box: Box, tile_size: int, scale: int) -> int:
    """Return how many pixels are drawn for a picture: its own, or those of the tiles that it is cut from."""
    cells = box.cells(tile_size)
    return max(box.pixels * scale * scale, cells.columns * cells.rows * tile_size * tile_size)


def shrinking_cost(pixels: int, shrink: int) -> int:
    """Return how many drawn pixels it counts as to shrink so many; reading the kept copies takes a tenth."""
    return pixels if shrink < BLOCK_SHRINK else pixels // 10


def cells_of_block(x: int, y: int, columns: int, rows: int, tile_size: int) -> Region:
    """Return the cells of a block, of which there are fewer at the edges of the canvas."""
    side = BLOCK_SIDE // tile_size
    return Region(x * side, y * side, min(side, columns - x * side), min(side, rows - y * side))


def check_scale(width: int, height: int, scale: int) -> None:
    """Raise Invalid naming `scale` if the picture would hold too many pixels."""
    if width * height * scale * scale > (MAX_PICTURE_PIXELS if scale == 1 else MAX_SCALED_PIXELS):
        raise Invalid.field("query", "scale", msg="makes this picture too large")


def fit_preview(width: int, height: int) -> tuple[int, int]:
    """Return the scale and the shrink with which the longer side of a canvas has 257 to 1,024 pixels.

    Sites that show a picture with a link want one of 200 pixels or more, and blur what they enlarge.
    """
    longer = max(width, height)
    if longer <= _LARGEST_SHRUNK:
        return min(MAX_SCALE, _LARGEST_PREVIEW // longer), 1
    return 1, next(shrink for shrink in SHRINKS if longer <= _LARGEST_SHRUNK * shrink)


def bands_of(region: Region, tile_size: int) -> Iterator[Region]:
    """Divide a rectangle of cells into bands of whole rows, of about BAND_PIXELS at most."""
    rows = max(1, BAND_PIXELS // (region.columns * tile_size * tile_size))
    for y in range(region.y, region.y + region.rows, rows):
        yield replace(region, y=y, rows=min(rows, region.y + region.rows - y))
