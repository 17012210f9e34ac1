"""Comparing a template with what is painted: in milliseconds, because Pillow does it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PIL import Image, ImageChops

from services.tiles.pictures.store import PaintedTile
from services.tiles.templates.rules import Box, Progress, Template

_IS_PAINTED = [0] + [255] * 255
_IS_ZERO = [255] + [0] * 255


def compare(
    template: Template, indices: bytes, box: Box, painted: Image.Image, palette: Sequence[str]
) -> Progress:
    """Count the pixels of a template's part in `box` that are right, wrong and empty in `painted`."""
    whole = Image.frombytes("L", (template.width, template.height), indices)
    left, top = box.left - template.x, box.top - template.y
    wanted = whole.crop((left, top, left + painted.width, top + painted.height))
    is_wanted = wanted.point(_IS_PAINTED)
    is_same = ImageChops.difference(wanted, painted.point(_first_of_equals(palette))).point(_IS_ZERO)
    counts = wanted.histogram(is_wanted)
    right = wanted.histogram(ImageChops.darker(is_wanted, is_same))
    empty = painted.histogram(is_wanted)[0]
    return Progress(
        pixels=sum(counts),
        right=sum(right),
        wrong=sum(counts) - sum(right) - empty,
        empty=empty,
        by_colour={colour: (count, right[colour]) for colour, count in enumerate(counts) if count},
    )


def draw_box(box: Box, tiles: Iterable[PaintedTile], tile_size: int) -> Image.Image:
    """Draw the palette indices of a part of a canvas, 0 where nothing is painted.

    Pasting tile by tile takes 45 ms for 4,096 small ones; this takes a fifth, and the same for large ones.
    """
    left, top = box.left // tile_size, box.top // tile_size
    columns, rows = -(-box.right // tile_size) - left, -(-box.bottom // tile_size) - top
    cells = [bytes(tile_size**2)] * (columns * rows)
    for tile in tiles:
        x, y = tile.x - left, tile.y - top
        if 0 <= x < columns and 0 <= y < rows:
            cells[y * columns + x] = tile.pixels
    # Each row of this picture is a tile, so that some columns of it are one line of every tile.
    stacked = Image.frombytes("L", (tile_size**2, len(cells)), b"".join(cells))
    lines = [
        stacked.crop((start, 0, start + tile_size, len(cells))).tobytes()
        for start in range(0, tile_size**2, tile_size)
    ]
    width = columns * tile_size
    whole = b"".join(line[row * width : (row + 1) * width] for row in range(rows) for line in lines)
    x, y = box.left - left * tile_size, box.top - top * tile_size
    return Image.frombytes("L", (width, rows * tile_size), whole).crop(
        (x, y, x + box.right - box.left, y + box.bottom - box.top)
    )


def _first_of_equals(palette: Sequence[str]) -> list[int]:
    """Return a table of palette indices; a colour that a palette has twice is right under either."""
    first = [0, *(1 + palette.index(colour) for colour in palette)]
    return first + [0] * (256 - len(first))
