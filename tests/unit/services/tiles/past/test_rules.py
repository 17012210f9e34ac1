"""How much of a canvas's past is shown at a time."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime

import pytest

from services.tiles.canvases.regions import Region
from services.tiles.canvases.rules import TILE_SIZES
from services.tiles.drawings import LARGE_PIXELS
from services.tiles.past.rules import (
    BAND_CELLS,
    BAND_PIXELS,
    CELL_STROKES,
    MAX_CELLS,
    PastTile,
    bands_of,
    cost_of,
    cost_of_strokes,
    sampling_of,
)
from services.tiles.settings import TilesSettings


def past_tile(strokes: bytes) -> PastTile:
    whole = zlib.compress(bytes(256))
    return PastTile(1, 0, 0, 2, whole, strokes, is_deleted=False, painted_at=datetime(2026, 1, 1, tzinfo=UTC))


def test_the_strokes_of_a_tile_are_painted_over_its_last_whole_picture() -> None:
    assert past_tile(bytes([0, 1, 5, 0, 2, 6, 0, 1, 7])).pixels == bytes([0, 7, 6]) + bytes(253)
    assert past_tile(b"").pixels == bytes(256)


def test_a_sample_has_every_nth_pixel_of_every_nth_row() -> None:
    strokes = b"".join(bytes([0, at, at]) for at in range(256))
    assert past_tile(strokes).sample(16, 8) == bytes([4 * 16 + 4, 4 * 16 + 12, 12 * 16 + 4, 12 * 16 + 12])
    assert past_tile(strokes).sample(16, 1) == bytes(range(256))


@pytest.mark.parametrize("size", TILE_SIZES)
def test_bands_cover_each_row_once_and_are_small(size: int) -> None:
    region = Region(3, 5, 100, 77)
    bands = list(bands_of(region, size))
    rows = [row for band in bands for row in range(band.y, band.y + band.rows)]
    assert rows == list(range(5, 82))
    assert {(band.x, band.columns) for band in bands} == {(3, 100)}
    for band in bands:
        cells = band.columns * band.rows
        assert band.rows == 1 or (cells <= BAND_CELLS and cells * size**2 <= BAND_PIXELS)


def test_a_moment_of_the_largest_canvas_costs_little_where_it_is_shown_small() -> None:
    cells = Region(0, 0, 128, 128)
    assert (
        25 * cost_of(cells, 64, sampling_of(16)) < TilesSettings.model_fields["picture_pixels_burst"].default
    )


def test_many_small_cells_take_the_turn_of_a_large_picture() -> None:
    side = int(MAX_CELLS**0.5)
    assert cost_of(Region(0, 0, side, side), TILE_SIZES[0]) > LARGE_PIXELS


def test_only_unusually_long_strokes_cost_something_of_their_own() -> None:
    long, short = past_tile(bytes(3 * (CELL_STROKES + 7))), past_tile(bytes(3))
    assert (cost_of_strokes([long]), cost_of_strokes([long, short]), cost_of_strokes([])) == (7, 0, 0)
