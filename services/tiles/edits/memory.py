"""Tiles as this process last wrote them; standard library only.

Everything that decides about a stroke changes only with the number of its canvas, except that locks and areas
expire. Tiles with either are not remembered. So while a canvas still has the number that this process wrote
last, no other process has changed it, and its tiles need not be read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.tiles.canvases.remembered import MOST_BYTES, Known, Remembered
from services.tiles.canvases.rules import Canvas, Mode
from services.tiles.edits.rules import Stroke, Write
from services.tiles.tiles.rules import TileState

_TIMELESS = (Mode.FREE, Mode.TILE_LOCK)
"""Modes without areas; in `review` mode strokes are refused anyway."""


@dataclass(slots=True)
class _Tiles:
    """Tiles of a canvas by id."""

    canvas: Canvas
    states: dict[int, TileState] = field(default_factory=dict)
    size: int = 0


class TileMemory:
    """Tiles of canvases that only this process changes; of too many the canvas used least recently goes."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._canvases: Remembered[_Tiles] = Remembered(most_bytes)

    def holds(self, write: Write) -> bool:
        """Return whether the write is a stroke on a remembered tile of the canvas that it names."""
        return self._find(write) is not None

    def check(self, seqs: Mapping[int, int]) -> list[int]:
        """Forget and return the canvases that another writer has changed; `seqs` are those locked now."""
        found = ((canvas_id, self._canvases.get(canvas_id)) for canvas_id in seqs)
        overtaken = [one for one, known in found if known is not None and known.seq != seqs[one]]
        for canvas_id in overtaken:
            self._canvases.drop(canvas_id)
        return overtaken

    def recall(self, write: Write, now: datetime) -> TileState | None:
        """Return the state of a tile that it holds, else None; the canvas is locked and was checked."""
        found = self._find(write)
        if found is None:
            return None
        tiles, state = found
        return TileState(state.tile, tiles.canvas, None, now)

    def keep(self, canvas: Canvas, seq: int, states: Iterable[TileState]) -> None:
        """Remember what this process has just committed: the canvas's last number and the tiles it changed.

        A canvas that this process did not write last is remembered without them: while several processes
        paint on it, reading its number first would be one more round trip.
        """
        known = self._canvases.get(canvas.id)
        if known is None:
            self._canvases.put(canvas.id, Known(seq, _Tiles(canvas), 0))
            return
        tiles = known.value
        tiles.canvas = replace(canvas, seq=seq)
        for state in states:
            _put(tiles, state)
        self._canvases.put(canvas.id, Known(seq, tiles, tiles.size))

    def clear(self) -> None:
        """Forget everything, after a failure whose outcome is unknown."""
        self._canvases.clear()

    def _find(self, write: Write) -> tuple[_Tiles, TileState] | None:
        known = self._canvases.get(write.canvas_id or 0) if isinstance(write, Stroke) else None
        state = None if known is None else known.value.states.get(write.tile_id)
        return None if known is None or state is None else (known.value, state)


def _put(tiles: _Tiles, state: TileState) -> None:
    before = tiles.states.pop(state.tile.id, None)
    if before is not None:
        tiles.size -= len(before.tile.pixels)
    if state.lock is None and tiles.canvas.mode in _TIMELESS:
        tiles.states[state.tile.id] = state
        tiles.size += len(state.tile.pixels)
