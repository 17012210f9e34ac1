"""Assembles a moment of the past, band by band. Slow: call everything here in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from services.tiles.canvases.regions import Region
from services.tiles.canvases.rules import Canvas
from services.tiles.past.rules import PastTile, sampling_of
from services.tiles.pictures.shrinking import Shrinker, ShrunkPicture
from services.tiles.pictures.snapshot import TILE, SnapshotStream
from services.tiles.pictures.store import PaintedTile


class Drawing(Protocol):
    """A response body that is made of the bands of a rectangle of cells, from top to bottom."""

    def add(self, band: Region, tiles: Sequence[PastTile]) -> None:
        """Add the next band with its tiles, row by row."""

    def finish(self) -> bytes:
        """Return the body, after the last band."""


class SnapshotPacker:
    """Packs a moment as a snapshot, which is numbered by it."""

    def __init__(self, canvas: Canvas, at: int) -> None:
        self._stream = SnapshotStream(canvas, with_pixels=True)
        self._at = at

    def add(self, _band: Region, tiles: Sequence[PastTile]) -> None:
        """Pack the tiles of a band."""
        laid = [TILE.pack(tile.id, tile.x, tile.y, tile.version) + tile.pixels for tile in tiles]
        self._stream.add(len(laid), b"".join(laid))

    def finish(self) -> bytes:
        """Return the snapshot."""
        return self._stream.finish(self._at)


class PicturePainter:
    """Draws a moment as a PNG in which `shrink` pixels per side become one, the mean of a few samples."""

    def __init__(self, canvas: Canvas, region: Region, shrink: int) -> None:
        self._tile_size = canvas.tile_size
        self._sampling = sampling_of(shrink)
        self._sampled_size = canvas.tile_size // self._sampling
        self._shrink = shrink // self._sampling
        self._shrinker = Shrinker(self._sampled_size, canvas.palette)
        self._picture = ShrunkPicture(self._sampled_size, region, self._shrink)

    def add(self, band: Region, tiles: Sequence[PastTile]) -> None:
        """Draw a band."""
        painted = [
            PaintedTile(tile.x, tile.y, tile.sample(self._tile_size, self._sampling)) for tile in tiles
        ]
        drawn = self._shrinker.shrink(band, painted, self._shrink)
        self._picture.add_band(band.y * self._sampled_size, drawn)

    def finish(self) -> bytes:
        """Return the PNG."""
        return self._picture.finish()
