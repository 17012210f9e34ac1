"""What a process remembers of the tiles on which it placed pixels."""

from __future__ import annotations

from dataclasses import replace

from services.tiles.placing.memory import TileMemory, Tiles
from services.tiles.placing.rules import PaintedTile
from tests.support.tile_rules import CANVAS

WRITTEN = replace(CANVAS, seq=7)


def tiles(count: int = 1) -> Tiles:
    return {(x, 0): PaintedTile(x, (x, 0), bytearray(CANVAS.tile_size**2), 1) for x in range(count)}


def test_tiles_are_taken_as_they_were_left_while_the_canvas_has_its_number() -> None:
    memory = TileMemory()
    memory.keep(CANVAS, 7, tiles())
    assert memory.take(WRITTEN) == tiles()


def test_tiles_that_were_taken_are_forgotten_until_they_are_kept_again() -> None:
    memory = TileMemory()
    memory.keep(CANVAS, 7, tiles())
    memory.take(WRITTEN)
    assert memory.take(WRITTEN) == {}


def test_tiles_of_a_canvas_that_somebody_else_has_changed_are_forgotten() -> None:
    memory = TileMemory()
    memory.keep(CANVAS, 7, tiles())
    assert memory.take(replace(CANVAS, seq=8)) == {}
    assert memory.take(WRITTEN) == {}


def test_of_too_many_pixels_those_of_the_canvas_used_least_recently_are_forgotten() -> None:
    memory = TileMemory(most_bytes=2 * CANVAS.tile_size**2)
    other = replace(WRITTEN, id=CANVAS.id + 1)
    for canvas in (CANVAS, other, CANVAS):
        memory.take(replace(canvas, seq=7))
        memory.keep(canvas, 7, tiles())
    memory.keep(replace(WRITTEN, id=CANVAS.id + 2), 7, tiles())
    assert memory.take(other) == {}
    assert memory.take(WRITTEN) == tiles()


def test_after_a_failure_nothing_is_remembered() -> None:
    memory = TileMemory()
    memory.keep(CANVAS, 7, tiles(2))
    memory.clear()
    assert memory.take(WRITTEN) == {}
