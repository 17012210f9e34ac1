"""Drawing with Pillow: indexed colours, index 0 transparent."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageColor

from services.tiles.canvases.rules import Canvas
from services.tiles.pictures.store import PaintedTile

_COMPRESSION = 6
"""zlib's level; 9 takes four times as long for a few per cent on pixel art."""


def draw(canvas: Canvas, painted: Sequence[PaintedTile], scale: int) -> bytes:
    """Draw tiles on an empty canvas and encode it as PNG; `scale` repeats each pixel that often.

    Takes up to seconds for the largest canvases: call it in a thread (Pillow releases the GIL).
    """
    size = canvas.tile_size
    picture = Image.new("P", (canvas.width, canvas.height), 0)
    for tile in painted:
        picture.paste(Image.frombytes("P", (size, size), tile.pixels), (tile.x * size, tile.y * size))
    if scale > 1:
        picture = picture.resize((canvas.width * scale, canvas.height * scale), Image.Resampling.NEAREST)
    colours = [0, 0, 0]
    for colour in canvas.palette:
        colours += ImageColor.getrgb(colour)
    picture.putpalette(colours)
    encoded = BytesIO()
    picture.save(encoded, "PNG", transparency=0, compress_level=_COMPRESSION)
    return encoded.getvalue()
