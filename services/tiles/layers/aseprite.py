"""Sprites of Aseprite: one frame of indexed colours, a layer and its cel per tile.

https://github.com/aseprite/aseprite/blob/main/docs/ase-file-specs.md; numbers are little-endian.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final

from PIL import ImageColor

from services.tiles.canvases.regions import Box
from services.tiles.canvases.rules import Canvas
from services.tiles.layers.files import LayeredFile
from services.tiles.layers.rules import Layer

_MAGIC, _FRAME_MAGIC = 0xA5E0, 0xF1FA
_LAYER, _CEL, _PALETTE = 0x2004, 0x2005, 0x2019
_INDEXED = 8
"""Bits per pixel."""

_OPACITY_IS_VALID = 1
_VISIBLE_AND_EDITABLE = 1 | 2
_OPAQUE = 255
_COMPRESSED = 2
"""Type of a cel: its pixels as a zlib stream."""

_FRAME_MILLISECONDS: Final = 100
_MOST_OLD_CHUNKS: Final = 0xFFFF
"""What the older field for the number of chunks can hold; at that value, readers use the newer field."""

_HEADER = struct.Struct("<IHHHHHIHIIB3xHBBhhHH84x")
_FRAME = struct.Struct("<IHHH2xI")


class AsepriteFile(LayeredFile):
    """A sprite whose index 0 is transparent, as on the canvas, and whose grid is that of the tiles."""

    media_type = "image/x-aseprite"

    def __init__(self, canvas: Canvas, box: Box) -> None:
        super().__init__(canvas, box)
        self._layers: list[Layer] = []
        self._compressed: list[bytes] = []

    def add(self, layer: Layer, pixels: bytes) -> None:
        """Add a tile below those before it."""
        self._layers.append(layer)
        self._compressed.append(zlib.compress(pixels))

    def finish(self) -> bytes:
        """Return the whole file, after the last layer."""
        # In a sprite, the first layer is the bottom one.
        upwards = list(zip(self._layers, self._compressed, strict=True))[::-1]
        chunks = [
            self._palette(),
            *(self._layer(layer) for layer, _ in upwards),
            *(self._cel(number, *each) for number, each in enumerate(upwards)),
        ]
        content = b"".join(chunks)
        frame = _FRAME.pack(
            _FRAME.size + len(content),
            _FRAME_MAGIC,
            min(len(chunks), _MOST_OLD_CHUNKS),
            _FRAME_MILLISECONDS,
            len(chunks),
        )
        return self._header(_HEADER.size + len(frame) + len(content)) + frame + content

    def _header(self, file_size: int) -> bytes:
        box, tile = self.box, self.canvas.tile_size
        frames, transparent, pixel_width, pixel_height = 1, 0, 1, 1
        return _HEADER.pack(
            *(file_size, _MAGIC, frames, box.width, box.height, _INDEXED, _OPACITY_IS_VALID),
            *(_FRAME_MILLISECONDS, 0, 0, transparent, len(self.canvas.palette) + 1),
            *(pixel_width, pixel_height, -(box.x % tile), -(box.y % tile), tile, tile),
        )

    def _palette(self) -> bytes:
        colours = [bytes(4), *(bytes((*ImageColor.getrgb(each), 255)) for each in self.canvas.palette)]
        head = struct.pack("<III8x", len(colours), 0, len(colours) - 1)
        return _chunk(_PALETTE, head + b"".join(b"\0\0" + colour for colour in colours))

    def _layer(self, layer: Layer) -> bytes:
        name = layer.name.encode()
        head = struct.pack("<HHHHHHB3xH", _VISIBLE_AND_EDITABLE, 0, 0, 0, 0, 0, _OPAQUE, len(name))
        return _chunk(_LAYER, head + name)

    def _cel(self, number: int, layer: Layer, compressed: bytes) -> bytes:
        size = self.canvas.tile_size
        left, top = self.place(layer)
        head = struct.pack("<HhhBH7xHH", number, left, top, _OPAQUE, _COMPRESSED, size, size)
        return _chunk(_CEL, head + compressed)


def _chunk(kind: int, content: bytes) -> bytes:
    return struct.pack("<IH", 6 + len(content), kind) + content
