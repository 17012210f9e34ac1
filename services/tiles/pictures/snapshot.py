"""The binary snapshot: a canvas, or a part of it, at one moment.

    offset  size  what (numbers are big-endian)
    0       4     "TSRA"
    4       1     form: 1, or 2 if the tiles come without pixels
    5       1     colours in the palette, n
    6       2     columns
    8       2     rows
    10      2     tile size in pixels, s
    12      4     number of tiles
    16      8     seq: number of the last change that this shows
    24      3*n   palette: red, green, blue of colour 1 to n
    24+3n   rest  zlib stream (RFC 1950) of the tiles, row by row; each:
                  tile id 8, x 2, y 2, version 4, pixels s*s

Columns and rows are those of the canvas, also if only some of its cells were asked for. A client draws it and
opens the WebSocket with `since=seq`: it then misses no change and gets none twice.
"""

from __future__ import annotations

import struct
import zlib

from services.tiles.canvases.rules import Canvas

MEDIA_TYPE = "application/vnd.tessera.snapshot"
MAGIC = b"TSRA"
WITH_PIXELS, WITHOUT_PIXELS = 1, 2
HEADER = struct.Struct(">4sBBHHHIQ")
TILE = struct.Struct(">QHHI")

_COMPRESSION = 1
"""zlib's level; higher ones hardly save anything on pixel art, and the first paint waits for it."""


class SnapshotStream:
    """Packs the bands of a canvas, from top to bottom. Slow: call it in a thread."""

    def __init__(self, canvas: Canvas, *, with_pixels: bool) -> None:
        self._canvas = canvas
        self._form = WITH_PIXELS if with_pixels else WITHOUT_PIXELS
        self._count = 0
        self._zlib = zlib.compressobj(_COMPRESSION)
        self._compressed: list[bytes] = []

    def add(self, count: int, tiles: bytes) -> None:
        """Pack the next band of `count` tiles, already laid out as above."""
        self._count += count
        self._compressed.append(self._zlib.compress(tiles))

    def finish(self, seq: int) -> bytes:
        """Return the whole snapshot, after the last band."""
        canvas = self._canvas
        header = HEADER.pack(
            MAGIC,
            self._form,
            len(canvas.palette),
            canvas.columns,
            canvas.rows,
            canvas.tile_size,
            self._count,
            seq,
        )
        palette = [bytes.fromhex(colour[1:]) for colour in canvas.palette]
        return b"".join([header, *palette, *self._compressed, self._zlib.flush()])
