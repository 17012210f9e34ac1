"""What the formats have in common: a file that is written layer by layer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from services.tiles.canvases.regions import Box
from services.tiles.canvases.rules import Canvas
from services.tiles.layers.rules import Layer


class LayeredFile(ABC):
    """A file that shows `box` of a canvas; tiles at its edges are whole, and reach beyond it.

    Slow: call it in a thread (Pillow and zlib release the GIL).
    """

    media_type: ClassVar[str]

    def __init__(self, canvas: Canvas, box: Box) -> None:
        self.canvas = canvas
        self.box = box

    @abstractmethod
    def add(self, layer: Layer, pixels: bytes) -> None:
        """Add a tile below those before it."""

    @abstractmethod
    def finish(self) -> bytes:
        """Return the whole file, after the last layer."""

    def place(self, layer: Layer) -> tuple[int, int]:
        """Return where a tile lies in the file, left and top, in pixels; less than 0 beyond its edge."""
        size = self.canvas.tile_size
        return layer.x * size - self.box.x, layer.y * size - self.box.y
