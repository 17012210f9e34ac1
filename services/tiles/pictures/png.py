"""Drawing with Pillow: indexed colours, index 0 transparent."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageColor

from services.tiles.canvases.rules import Region
from services.tiles.pictures.store import PaintedTile

_COMPRESSION = 6
"""zlib's level; 9 takes four times as long to save a few per cent on pixel art."""


def draw(
    tile_size: int, palette: Sequence[str], region: Region, painted: Sequence[PaintedTile], scale: int
) -> bytes:
    """Draw the tiles of a rectangle of cells and encode it as PNG; `scale` repeats each pixel that often.

    Takes seconds for the largest canvases: call it in a thread (Pillow releases the GIL).
    """
    width, height = region.columns * tile_size, region.rows * tile_size
    picture = Image.new("P", (width, height), 0)
    for tile in painted:
        place = ((tile.x - region.x) * tile_size, (tile.y - region.y) * tile_size)
        picture.paste(Image.frombytes("P", (tile_size, tile_size), tile.pixels), place)
    if scale > 1:
        picture = picture.resize((width * scale, height * scale), Image.Resampling.NEAREST)
    colours = [0, 0, 0]
    for colour in palette:
        colours += ImageColor.getrgb(colour)
    picture.putpalette(colours)
    encoded = BytesIO()
    picture.save(encoded, "PNG", transparency=0, compress_level=_COMPRESSION)
    return encoded.getvalue()
