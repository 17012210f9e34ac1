"""Shrunk pictures: each pixel is the mean of those that it covers, as transparent as they are together.

Colours are premultiplied by their opacity ("RGBa" in Pillow), so that what is empty does not darken them.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence

from PIL import Image, ImageColor

from services.tiles.canvases.regions import Region
from services.tiles.pictures.png import draw_indices
from services.tiles.pictures.rules import BLOCK_SHRINK, BLOCK_SIDE
from services.tiles.pictures.store import PaintedTile

_PNG_LEVEL = 4
"""zlib's; 6 takes twice as long for 3 % less."""

_COPY_SIDE = BLOCK_SIDE // BLOCK_SHRINK
_COPY_LEVEL = 1


class Shrinker:
    """Draws tiles of a canvas smaller. Slow: call it in a thread (Pillow and zlib release the GIL)."""

    def __init__(self, tile_size: int, palette: Sequence[str]) -> None:
        self._tile_size = tile_size
        self._colours = bytes(4) + b"".join(bytes((*ImageColor.getrgb(each), 255)) for each in palette)

    def shrink(self, region: Region, painted: Sequence[PaintedTile], by: int) -> Image.Image:
        """Draw a rectangle of cells with its tiles."""
        indices = draw_indices(self._tile_size, region, painted)
        indices.putpalette(self._colours, "RGBA")
        return indices.convert("RGBA").convert("RGBa").reduce(by)

    def copy_block(self, cells: Region, painted: Sequence[PaintedTile]) -> bytes:
        """Draw a block in the form in which its copy is kept; it is of the same size at the edges, too."""
        copy = Image.new("RGBa", (_COPY_SIDE, _COPY_SIDE))
        copy.paste(self.shrink(cells, painted, BLOCK_SHRINK), (0, 0))
        return zlib.compress(copy.tobytes(), _COPY_LEVEL)


class ShrunkPicture:
    """A rectangle of cells put together from shrunk parts. Slow, as above."""

    def __init__(self, tile_size: int, region: Region, shrink: int) -> None:
        """Begin a picture whose parts are shrunk by BLOCK_SHRINK at most, and the rest at the end."""
        self._part_shrink = min(shrink, BLOCK_SHRINK)
        self._rest = shrink // self._part_shrink
        self._left, self._top = (cell * tile_size // self._part_shrink for cell in (region.x, region.y))
        width, height = (cells * tile_size // self._part_shrink for cells in (region.columns, region.rows))
        self._picture = Image.new("RGBa", (width, height))

    def add_band(self, y: int, band: Image.Image) -> None:
        """Put a band in its place; `y` in pixels of the canvas."""
        self._picture.paste(band, (0, y // self._part_shrink - self._top))

    def add_block(self, x: int, y: int, copy: bytes) -> None:
        """Put the kept copy of a block in its place; what reaches beyond the picture is left out."""
        block = Image.frombytes("RGBa", (_COPY_SIDE, _COPY_SIDE), zlib.decompress(copy))
        self._picture.paste(block, (x * _COPY_SIDE - self._left, y * _COPY_SIDE - self._top))

    def finish(self) -> bytes:
        """Return the PNG."""
        written = io.BytesIO()
        picture = self._picture.reduce(self._rest) if self._rest > 1 else self._picture
        picture.convert("RGBA").save(written, "PNG", compress_level=_PNG_LEVEL)
        return written.getvalue()
