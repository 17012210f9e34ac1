"""PNG as a stream: indexed colours, index 0 transparent, encoded band by band.

Pillow encodes only a picture that is whole in memory, 64 MiB for the largest canvas and again for its copies.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from PIL import Image, ImageColor

from services.tiles.canvases.regions import Box, Region
from services.tiles.drawings import LARGE_PIXELS
from services.tiles.pictures.store import PaintedTile

SIGNATURE = b"\x89PNG\r\n\x1a\n"
INDEXED = 3
_UNFILTERED = b"\0"
"""Starts each row: filters are made for photographs."""

_LEVEL, _LEVEL_OF_LARGE = 6, 1
"""zlib's; 9 takes four times as long to save a few per cent on pixel art, and 1 a quarter of 6's time."""


class PngStream:
    """Draws a rectangle of pixels by the bands of its cells, top to bottom; `scale` repeats each pixel.

    Where nothing is painted the picture is of the colour `paper`, or transparent if that is None.

    Each call takes milliseconds per megapixel: make it in a thread (Pillow and zlib release the GIL).
    """

    def __init__(
        self, tile_size: int, palette: Sequence[str], box: Box, scale: int, paper: str | None
    ) -> None:
        self._tile_size = tile_size
        self._scale = scale
        self._box = box
        self._bits = next(bits for bits in (1, 2, 4, 8) if len(palette) < 2**bits)
        pixels = box.pixels * scale * scale
        self._zlib = zlib.compressobj(_LEVEL if pixels <= LARGE_PIXELS else _LEVEL_OF_LARGE)
        colours = b"".join(bytes(ImageColor.getrgb(colour)) for colour in (paper or "#000000", *palette))
        width, height = box.width * scale, box.height * scale
        header = struct.pack(">IIBBBBB", width, height, self._bits, INDEXED, 0, 0, 0)
        self._written = [SIGNATURE, chunk(b"IHDR", header), chunk(b"PLTE", colours)]
        if paper is None:
            self._written.append(chunk(b"tRNS", b"\0"))

    def add(self, band: Region, painted: Sequence[PaintedTile]) -> None:
        """Draw the next band with its tiles."""
        picture = draw_indices(self._tile_size, band, painted).crop(self._inside(band.box(self._tile_size)))
        if self._scale > 1:
            wide = (picture.width * self._scale, picture.height)
            picture = picture.resize(wide, Image.Resampling.NEAREST)
        packed = picture.tobytes("raw", "P" if self._bits == 8 else f"P;{self._bits}")
        length = -(-picture.width * self._bits // 8)
        compressed = [
            self._zlib.compress((_UNFILTERED + packed[start : start + length]) * self._scale)
            for start in range(0, len(packed), length)
        ]
        self._written.append(chunk(b"IDAT", b"".join(compressed)))

    def _inside(self, band: Box) -> tuple[int, int, int, int]:
        """Return the sides of what the picture shows of a band, from the band's top left corner."""
        box = self._box
        left = box.x - band.x
        top, bottom = max(box.y, band.y), min(box.y + box.height, band.y + band.height)
        return left, top - band.y, left + box.width, bottom - band.y

    def finish(self) -> bytes:
        """Return the whole file, after the last band."""
        self._written += [chunk(b"IDAT", self._zlib.flush()), chunk(b"IEND", b"")]
        return b"".join(self._written)


def draw_indices(tile_size: int, region: Region, painted: Sequence[PaintedTile]) -> Image.Image:
    """Draw the tiles of a rectangle of cells as palette indices, 0 where there is none."""
    picture = Image.new("P", (region.columns * tile_size, region.rows * tile_size), 0)
    for tile in painted:
        place = ((tile.x - region.x) * tile_size, (tile.y - region.y) * tile_size)
        picture.paste(Image.frombytes("P", (tile_size, tile_size), tile.pixels), place)
    return picture


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return a chunk of a PNG: its length, its kind, what it contains and a checksum."""
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
