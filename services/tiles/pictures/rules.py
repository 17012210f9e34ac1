"""How large a picture may get, and in which parts it is drawn; standard library only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from services.tiles.canvases.rules import Region
from shared.errors import Invalid

MAX_SCALE = 16
MAX_PICTURE_PIXELS = 8192 * 8192
"""The largest canvas at scale 1."""

MAX_SCALED_PIXELS = 4096 * 4096
"""Of a picture with a scale: sixteen tiles of the largest size, eight times as large."""

BAND_PIXELS = 1024 * 1024
"""Read from the database and drawn at a time: some milliseconds of work."""


def check_scale(width: int, height: int, scale: int) -> None:
    """Raise Invalid naming `scale` if the picture would hold too many pixels."""
    if width * height * scale * scale > (MAX_PICTURE_PIXELS if scale == 1 else MAX_SCALED_PIXELS):
        raise Invalid.field("query", "scale", msg="makes this picture too large")


def bands_of(region: Region, tile_size: int) -> Iterator[Region]:
    """Divide a rectangle of cells into bands of whole rows, of about BAND_PIXELS at most."""
    rows = max(1, BAND_PIXELS // (region.columns * tile_size * tile_size))
    for y in range(region.y, region.y + region.rows, rows):
        yield replace(region, y=y, rows=min(rows, region.y + region.rows - y))
