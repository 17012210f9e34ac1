"""What a process remembers of the tiles that it wrote."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.tiles.edits.memory import TileMemory
from services.tiles.edits.rules import Edit, NewValues, Stroke
from services.tiles.tiles.rules import Lock, TileState
from tests.support.tile_rules import ACTORS, AREA, CANVAS, FREE, HELD, NOW, OTHER, REVIEW, STATE, TILE

PAINTED = replace(STATE, tile=replace(TILE, pixels=bytes([1]) * 256, version=4))


def stroke(canvas_id: int | None = CANVAS.id, tile_id: int = TILE.id) -> Stroke:
    return Stroke(ACTORS["creator"], "creator", tile_id, canvas_id, [(0, 1)])


def memory_of(*states: TileState, most_bytes: int = 10_000) -> TileMemory:
    """Return a memory in which a canvas was written twice, the second time these tiles up to number 7."""
    memory = TileMemory(most_bytes)
    for kept in ((), states):
        memory.keep(states[0].canvas, 7, kept)
    return memory


def test_a_tile_is_recalled_as_it_was_left_with_the_number_of_its_canvas() -> None:
    recalled = memory_of(PAINTED).recall(stroke(), NOW)
    assert recalled == replace(PAINTED, canvas=replace(CANVAS, seq=7))


def test_tiles_are_remembered_from_the_second_batch_in_a_row_on() -> None:
    memory = TileMemory()
    memory.keep(CANVAS, 6, [STATE])
    assert not memory.holds(stroke())
    memory.check({CANVAS.id: 6})
    memory.keep(CANVAS, 7, [PAINTED])
    assert memory.holds(stroke())


def test_a_canvas_that_somebody_else_has_changed_is_forgotten() -> None:
    memory = memory_of(PAINTED)
    memory.check({CANVAS.id: 8})
    assert memory.recall(stroke(), NOW) is None


def test_a_canvas_with_the_number_that_was_written_is_not_forgotten() -> None:
    memory = memory_of(PAINTED)
    memory.check({CANVAS.id: 7, 99: 8})
    assert memory.holds(stroke())


@pytest.mark.parametrize("state", [replace(STATE, lock=Lock(OTHER, NOW)), AREA, HELD, REVIEW])
def test_what_time_or_a_review_decides_is_not_remembered(state: TileState) -> None:
    assert not memory_of(state).holds(stroke())


def test_a_tile_that_gets_a_lock_is_forgotten() -> None:
    memory = memory_of(FREE)
    memory.keep(FREE.canvas, 8, [replace(FREE, lock=Lock(OTHER, NOW))])
    assert not memory.holds(stroke())


@pytest.mark.parametrize("canvas_id", [None, 404])
def test_only_strokes_that_name_the_canvas_are_recalled(canvas_id: int | None) -> None:
    assert memory_of(PAINTED).recall(stroke(canvas_id), NOW) is None


def test_an_edit_is_never_decided_from_memory() -> None:
    edit = Edit(ACTORS["creator"], "creator", TILE.id, NewValues.of_pixels(bytes(256)), None)
    assert not memory_of(PAINTED).holds(edit)


def test_the_canvas_painted_least_recently_is_forgotten_when_memory_is_full() -> None:
    memory = memory_of(STATE, most_bytes=600)
    for canvas_id in (2, 3):
        canvas = replace(CANVAS, id=canvas_id)
        for tile_ids in ((), (canvas_id,)):
            memory.keep(
                canvas,
                1,
                [TileState(replace(TILE, id=one, canvas_id=one), canvas, None, NOW) for one in tile_ids],
            )
    assert [memory.holds(stroke(1)), memory.holds(stroke(2, 2)), memory.holds(stroke(3, 3))] == [
        False, True, True,
    ]  # fmt: skip


def test_nothing_is_remembered_after_a_failure() -> None:
    memory = memory_of(PAINTED)
    memory.clear()
    assert not memory.holds(stroke())
