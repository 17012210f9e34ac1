"""What becomes of strokes that are written together, and how fast an artist may paint."""

from __future__ import annotations

import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tiles.batches.rules import PICTURE_EVERY, Batch, apply_all
from services.tiles.strokes.limits import REMEMBERED_ARTISTS, Allowance
from services.tiles.strokes.rules import Painted, Pixels, Stroke, check_pixels, pack, unpack
from services.tiles.tiles.rules import Lock, TileState
from shared.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.support.tile_rules import ACTORS, NOW, OTHER, STATE, TILE

PIXELS = st.lists(st.tuples(st.integers(0, 255), st.integers(0, 2)), min_size=1, max_size=20)


def stroke(pixels: Pixels = ((0, 1),), *, actor: str = "creator", tile_id: int = TILE.id) -> Stroke:
    return Stroke(ACTORS[actor], actor, tile_id, None, pixels)


def applied(*strokes: Stroke, state: TileState = STATE) -> Batch:
    return apply_all(strokes, {state.tile.id: state})


@given(st.lists(PIXELS, max_size=10))
def test_later_strokes_cover_earlier_ones(many: list[list[tuple[int, int]]]) -> None:
    expected = bytearray(256)
    for pixels in many:
        for offset, colour in pixels:
            expected[offset] = colour
    batch = applied(*map(stroke, many))
    assert [tile.pixels for tile in batch.tiles.values()] == [expected] * bool(many)


def test_each_stroke_raises_the_version_and_the_number_by_one() -> None:
    other = replace(STATE, tile=replace(TILE, id=10, version=7))
    batch = apply_all(
        [stroke(), stroke(tile_id=10), stroke(actor="stranger"), stroke()], {TILE.id: STATE, 10: other}
    )
    assert [verdict for verdict in batch.verdicts if isinstance(verdict, Painted)] == [
        Painted(TILE.id, 4, 6), Painted(10, 8, 7), Painted(TILE.id, 5, 8),
    ]  # fmt: skip
    assert batch.seqs == {1: 8}


@pytest.mark.parametrize(
    ("refused", "state", "error"),
    [
        (stroke(actor="stranger"), STATE, NotAllowed),
        (stroke(), replace(STATE, lock=Lock(OTHER, NOW)), Conflict),
        (stroke(actor="stranger"), replace(STATE, tile=replace(TILE, is_public=False)), NotFound),
        (stroke(actor="creator"), replace(STATE, canvas=replace(STATE.canvas, is_public=False)), NotFound),
        (stroke(tile_id=404), STATE, NotFound),
        (replace(stroke(), canvas_id=404), STATE, NotFound),
        (stroke([(0, 1), (256, 1)]), STATE, Invalid),
        (stroke([(0, 1), (0, 3)]), STATE, Invalid),
    ],
)
def test_a_refused_stroke_leaves_no_trace(refused: Stroke, state: TileState, error: type[Exception]) -> None:
    batch = applied(refused, state=state)
    assert isinstance(batch.verdicts[0], error)
    assert (batch.applied, batch.tiles, batch.seqs) == ([], {}, {})


@given(st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_a_pixel_lies_in_the_tile_and_in_the_palette(offset: int, colour: int) -> None:
    if 0 <= offset < 256 and 0 <= colour <= 5:
        check_pixels([(offset, colour)], 16, 5)
    else:
        with pytest.raises(Invalid) as refused:
            check_pixels([(0, 0), (offset, colour)], 16, 5)
        assert refused.value.faults[0].loc[:3] == ("body", "pixels", 1)


@given(st.lists(st.tuples(st.integers(0, 128 * 128 - 1), st.integers(0, 255))))
def test_a_stroke_is_kept_in_three_bytes_a_pixel(pixels: list[tuple[int, int]]) -> None:
    assert len(pack(pixels)) == 3 * len(pixels)
    assert unpack(pack(pixels)) == pixels


def test_the_whole_picture_is_kept_every_so_many_versions() -> None:
    strokes = [stroke([(number % 256, 1)]) for number in range(2 * PICTURE_EVERY)]
    changes = [one.change for one in applied(*strokes).applied]
    kept = {change.version: change.pixels for change in changes if change.pixels}
    assert list(kept) == [PICTURE_EVERY, 2 * PICTURE_EVERY]
    first = kept[PICTURE_EVERY]
    assert first is not None
    assert sum(zlib.decompress(first)) == PICTURE_EVERY - TILE.version


def test_an_artist_has_a_burst_and_then_the_rate() -> None:
    allowance = Allowance(rate=10, burst=3)
    assert [allowance.take(1, 0.0) for _ in range(4)] == [0, 0, 0, pytest.approx(0.1)]
    assert allowance.take(2, 0.0) == 0
    assert allowance.take(1, 0.05) == pytest.approx(0.05)
    assert allowance.take(1, 0.1) == 0
    assert [allowance.take(1, 60.0) for _ in range(4)] == [0, 0, 0, pytest.approx(0.1)]


def test_only_so_many_artists_are_remembered() -> None:
    allowance = Allowance(rate=1, burst=1)
    for artist in range(REMEMBERED_ARTISTS + 1):
        allowance.take(artist, 0.0)
    assert allowance.take(REMEMBERED_ARTISTS, 0.0) > 0
    assert allowance.take(0, 0.0) == 0
