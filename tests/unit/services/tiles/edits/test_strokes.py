"""Strokes that are written together."""

from __future__ import annotations

import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tiles.canvases.rules import Numbers
from services.tiles.edits.applying import Batch, apply_all
from services.tiles.edits.rules import Painted, Pixels, Stroke, check_stroke
from services.tiles.revisions.rules import LARGE_STROKE, WHOLE_EVERY
from services.tiles.tiles.rules import Lock, TileState
from shared.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.support.tile_rules import ACTORS, NOW, OTHER, STATE, TILE

PIXELS = st.lists(st.tuples(st.integers(0, 255), st.integers(0, 2)), min_size=1, max_size=20)


def stroke(pixels: Pixels = ((0, 1),), *, actor: str = "creator", tile_id: int = TILE.id) -> Stroke:
    return Stroke(ACTORS[actor], actor, tile_id, None, pixels)


def applied(*strokes: Stroke, state: TileState = STATE) -> Batch:
    return apply_all(strokes, {state.tile.id: state}, Numbers().next)


@given(st.lists(PIXELS, max_size=10))
def test_later_strokes_cover_earlier_ones(many: list[list[tuple[int, int]]]) -> None:
    expected = bytearray(256)
    for pixels in many:
        for offset, colour in pixels:
            expected[offset] = colour
    batch = applied(*map(stroke, many))
    assert [changed.pixels for changed in batch.tiles.values()] == [expected] * bool(many)


def test_each_stroke_raises_the_version_and_the_number_by_one() -> None:
    other = replace(STATE, tile=replace(TILE, id=10, version=7))
    strokes = [stroke(), stroke(tile_id=10), stroke(actor="stranger"), stroke()]
    batch = apply_all(strokes, {TILE.id: STATE, 10: other}, Numbers().next)
    assert [outcome for outcome in batch.outcomes if isinstance(outcome, Painted)] == [
        Painted(TILE.id, 4, 6), Painted(10, 8, 7), Painted(TILE.id, 5, 8),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("refused", "state", "error"),
    [
        (stroke(actor="stranger"), STATE, NotAllowed),
        (stroke(), replace(STATE, lock=Lock(OTHER, NOW)), Conflict),
        (stroke(actor="stranger"), replace(STATE, tile=replace(TILE, is_public=False)), NotFound),
        (stroke(actor="creator"), replace(STATE, canvas=replace(STATE.canvas, is_public=False)), NotFound),
        (stroke(tile_id=404), STATE, NotFound),
        (stroke()._replace(canvas_id=404), STATE, NotFound),
        (stroke([(0, 1), (256, 1)]), STATE, Invalid),
        (stroke([(0, 1), (0, 3)]), STATE, Invalid),
    ],
)
def test_a_refused_stroke_leaves_no_trace(refused: Stroke, state: TileState, error: type[Exception]) -> None:
    batch = applied(refused, state=state)
    assert isinstance(batch.outcomes[0], error)
    assert (batch.versions, batch.tiles) == ([], {})


@given(st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_a_pixel_lies_in_the_tile_and_in_the_palette(offset: int, colour: int) -> None:
    if 0 <= offset < 256 and 0 <= colour <= 5:
        check_stroke([(offset, colour)], 16, 5)
    else:
        with pytest.raises(Invalid) as refused:
            check_stroke([(0, 0), (offset, colour)], 16, 5)
        assert refused.value.faults[0].loc[:3] == ("body", "pixels", 1)


def test_every_64th_version_keeps_the_whole_picture() -> None:
    strokes = [stroke([(number % 256, 1)]) for number in range(2 * WHOLE_EVERY)]
    changes = [new.change for new in applied(*strokes).versions]
    kept = {change.version: change.pixels for change in changes if change.pixels}
    assert list(kept) == [WHOLE_EVERY, 2 * WHOLE_EVERY]
    first = kept[WHOLE_EVERY]
    assert first is not None
    assert sum(zlib.decompress(first)) == WHOLE_EVERY - TILE.version


def test_a_stroke_of_an_eighth_of_the_tile_keeps_the_whole_picture() -> None:
    large = stroke([(offset, 1) for offset in range(256 // LARGE_STROKE)])
    smaller = stroke([(255 - offset, 2) for offset in range(256 // LARGE_STROKE - 1)])
    kept, *others = [new.change.pixels for new in applied(large, smaller).versions]
    assert kept is not None
    assert zlib.decompress(kept).count(1) == 256 // LARGE_STROKE
    assert others == [None]
