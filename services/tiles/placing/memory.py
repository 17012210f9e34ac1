"""Tiles as this process last left them by placements; standard library only."""

from __future__ import annotations

from services.tiles.canvases.remembered import MOST_BYTES, Known, Remembered
from services.tiles.canvases.rules import Canvas
from services.tiles.placing.rules import Cell, PaintedTile

Tiles = dict[Cell, PaintedTile]


class TileMemory:
    """Tiles of canvases in `place` mode that only this process changes."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._canvases: Remembered[Tiles] = Remembered(most_bytes)

    def take(self, canvas: Canvas) -> Tiles:
        """Return and forget the tiles of a canvas that is locked; none if somebody else has changed it.

        The caller changes them in place, and keeps them again once that is committed.
        """
        known = self._canvases.get(canvas.id)
        self._canvases.drop(canvas.id)
        return known.value if known is not None and known.seq == canvas.seq else {}

    def keep(self, canvas: Canvas, seq: int, tiles: Tiles) -> None:
        """Remember tiles that exist, of a canvas that this process has just given the number `seq`."""
        self._canvases.put(canvas.id, Known(seq, tiles, len(tiles) * canvas.tile_size**2))

    def clear(self) -> None:
        """Forget everything, after a failure whose outcome is unknown."""
        self._canvases.clear()
