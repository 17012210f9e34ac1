"""The picture that tests paint together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageColor

PICTURE = Path(__file__).with_name("lighthouse.png")
TILE = 32


def quantised(palette: Sequence[str]) -> Image.Image:
    """The kept picture in the colours of the palette; index 0 stays free, it is transparent on a canvas."""
    colours = [part for colour in palette for part in ImageColor.getrgb(colour)]
    reference = Image.new("P", (1, 1))
    reference.putpalette(colours)
    with Image.open(PICTURE) as picture:
        return picture.convert("RGB").quantize(palette=reference, dither=Image.Dither.FLOYDSTEINBERG)


def pixels_of(picture: Image.Image, x: int, y: int) -> bytes:
    """What a tile of the picture holds: palette indices counted from 1."""
    box = (x * TILE, y * TILE, (x + 1) * TILE, (y + 1) * TILE)
    return bytes(index + 1 for index in picture.crop(box).tobytes())
