"""PNG as a stream: indexed colours, index 0 transparent, encoded band by band.

Pillow encodes only a picture that is whole in memory, 64 MiB for the largest canvas and again for its copies.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from PIL import Image, ImageColor

from services.tiles.canvases.rules import Region
from services.tiles.drawings import LARGE_PIXELS
from services.tiles.pictures.store import PaintedTile

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_INDEXED = 3
_UNFILTERED = b"\0"
"""Starts each row: filters are made for photographs."""

_LEVEL, _LEVEL_OF_LARGE = 6, 1
"""zlib's; 9 takes four times as long to save a few per cent on pixel art, and 1 a quarter of 6's time."""


class PngStream:
    """Draws the bands of a rectangle of cells, from top to bottom; `scale` repeats each pixel that often.

    Each call takes milliseconds per megapixel: make it in a thread (Pillow and zlib release the GIL).
    """

    def __init__(self, tile_size: int, palette: Sequence[str], region: Region, scale: int) -> None:
        self._tile_size = tile_size
        self._scale = scale
        self._width = region.columns * tile_size
        height = region.rows * tile_size
        self._bits = next(bits for bits in (1, 2, 4, 8) if len(palette) < 2**bits)
        pixels = self._width * height * scale * scale
        self._zlib = zlib.compressobj(_LEVEL if pixels <= LARGE_PIXELS else _LEVEL_OF_LARGE)
        colours = b"".join(bytes(ImageColor.getrgb(colour)) for colour in ("#000000", *palette))
        header = struct.pack(">IIBBBBB", self._width * scale, height * scale, self._bits, _INDEXED, 0, 0, 0)
        self._written = [
            _SIGNATURE, _chunk(b"IHDR", header), _chunk(b"PLTE", colours), _chunk(b"tRNS", b"\0")
        ]  # fmt: skip

    def add(self, band: Region, painted: Sequence[PaintedTile]) -> None:
        """Draw the next band with its tiles."""
        size = self._tile_size
        picture = Image.new("P", (self._width, band.rows * size), 0)
        for tile in painted:
            place = ((tile.x - band.x) * size, (tile.y - band.y) * size)
            picture.paste(Image.frombytes("P", (size, size), tile.pixels), place)
        if self._scale > 1:
            wide = (self._width * self._scale, band.rows * size)
            picture = picture.resize(wide, Image.Resampling.NEAREST)
        packed = picture.tobytes("raw", "P" if self._bits == 8 else f"P;{self._bits}")
        length = -(-picture.width * self._bits // 8)
        compressed = [
            self._zlib.compress((_UNFILTERED + packed[start : start + length]) * self._scale)
            for start in range(0, len(packed), length)
        ]
        self._written.append(_chunk(b"IDAT", b"".join(compressed)))

    def finish(self) -> bytes:
        """Return the whole file, after the last band."""
        self._written += [_chunk(b"IDAT", self._zlib.flush()), _chunk(b"IEND", b"")]
        return b"".join(self._written)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
