"""Placements that are applied together."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tiles.canvases.rules import Mode, Numbers, Placing
from services.tiles.placing.rules import (
    Board,
    KeptPlacement,
    PaintedTile,
    Placed,
    PlacedPixel,
    Placement,
    Result,
    apply_all,
    cells_of,
    find_uncovered,
    pack_pixels,
    unpack_pixels,
)
from services.tiles.revisions.rules import LARGE_STROKE, Kind, pack_stroke
from shared.errors import Conflict, Invalid, NotFound, Refusal, TooManyRequests
from tests.support.tile_rules import ACTORS, CANVAS, NOW

SHARED = replace(CANVAS, mode=Mode.PLACE, placing=Placing(10, 5))
PIXELS = st.lists(
    st.tuples(st.integers(0, 127), st.integers(0, 63), st.integers(0, 2)), min_size=1, max_size=5
)


def placement(pixels: list[tuple[int, int, int]], *, actor: str = "creator", ref: str = "1") -> Placement:
    return Placement(ACTORS[actor], actor, SHARED.id, ref, [list(pixel) for pixel in pixels])


def board(*placements: Placement, versions: int = 0, **changes: Any) -> Board:
    """Make a board whose tiles are blank, at that version."""
    canvas = replace(SHARED, **changes)
    cells = {cell for one in placements for cell in cells_of(one.pixels, canvas.tile_size)}
    tiles = {
        cell: PaintedTile(number, cell, bytearray(256), versions) for number, cell in enumerate(cells, 1)
    }
    return Board(canvas, NOW, tiles)


def applied(*placements: Placement, on: Board | None = None) -> Result:
    return apply_all(placements, on or board(*placements), Numbers().next)


@given(st.lists(PIXELS, max_size=8))
def test_each_placement_is_whole_and_numbered_without_gaps(many: list[list[tuple[int, int, int]]]) -> None:
    placements = [placement(pixels, ref=str(n)) for n, pixels in enumerate(many)]
    result = applied(*placements, on=board(*placements, placing=Placing(0, 1)))
    assert [one.seq for one in result.outcomes if isinstance(one, Placed)] == [
        6 + n for n in range(len(many))
    ]
    shown: dict[tuple[int, int], int] = {}
    for pixels in many:
        shown |= {(x, y): colour for x, y, colour in pixels}
    replayed: dict[tuple[int, int], int] = {}
    for change in result.changes:
        assert change.stroke is not None
        for n in range(0, len(change.stroke), 3):
            offset = change.stroke[n] << 8 | change.stroke[n + 1]
            place = change.tile.x * 16 + offset % 16, change.tile.y * 16 + offset // 16
            replayed[place] = change.stroke[n + 2]
    assert replayed == shown
    assert result.touched == {(x // 16, y // 16) for x, y in shown}


def test_charges_are_spent_one_placement_after_the_other() -> None:
    placements = [placement([(n, 0, 1), (n, 1, 1)], ref=str(n)) for n in range(3)]
    first, second, third = applied(*placements).outcomes
    assert isinstance(first, Placed)
    assert isinstance(second, Placed)
    assert (first.charges.charges, second.charges.charges) == (3, 1)
    assert isinstance(third, TooManyRequests)
    assert third.retry_after == 10


def test_a_repeated_placement_has_one_effect_and_one_answer() -> None:
    result = applied(placement([(0, 0, 1)]), placement([(0, 0, 1)]))
    assert result.outcomes[0] == result.outcomes[1]
    assert len(result.kept) == len(result.changes) == 1


def test_a_repetition_is_answered_after_the_end() -> None:
    known = placement([(0, 0, 1)])
    before = board(known)
    (answer,) = applied(known, on=before).outcomes
    closed = board(known, placing=Placing(10, 5, frozen=True))
    closed.kept = before.kept
    assert applied(known, on=closed).outcomes == [answer]


def test_the_first_version_of_a_tile_is_kept_whole() -> None:
    (change,) = applied(placement([(3, 0, 1)])).changes
    assert (change.version, change.kind) == (1, Kind.CREATED)
    assert change.pixels is not None
    assert zlib.decompress(change.pixels)[3] == 1
    one = placement([(3, 0, 1)])
    (later,) = applied(one, on=board(one, versions=7)).changes
    assert (later.version, later.kind, later.pixels) == (8, Kind.STROKE, None)


def test_a_placement_of_an_eighth_of_a_tile_is_kept_whole() -> None:
    large = placement([(at % 16, at // 16, 1) for at in range(256 // LARGE_STROKE)])
    (change,) = applied(large, on=board(large, versions=7, placing=Placing(0, 1))).changes
    assert change.pixels is not None
    assert zlib.decompress(change.pixels).count(1) == 256 // LARGE_STROKE


@pytest.mark.parametrize(
    ("changes", "pixels", "error"),
    [
        ({"is_active": False}, [(0, 0, 1)], NotFound),
        ({"is_public": False}, [(0, 0, 1)], NotFound),
        ({"mode": Mode.FREE, "placing": None}, [(0, 0, 1)], Conflict),
        ({"placing": Placing(frozen=True)}, [(0, 0, 1)], Conflict),
        ({}, [(128, 0, 1)], Invalid),
        ({}, [(0, 64, 1)], Invalid),
        ({}, [(0, 0, 3)], Invalid),
    ],
)
def test_a_refused_placement_leaves_no_trace(
    changes: dict[str, Any], pixels: list[tuple[int, int, int]], error: type[Refusal]
) -> None:
    refused = placement(pixels)
    result = applied(refused, on=board(refused, **changes))
    assert isinstance(result.outcomes[0], error)
    assert (result.changes, result.kept, result.spent) == ([], [], {})


def test_pixels_that_others_painted_over_are_covered() -> None:
    pixels = [PlacedPixel(x, 0, 1, 0) for x in (0, 1, 20)]
    shown = board(placement([(0, 0, 1), (20, 0, 1)]), versions=3)
    left, right = (shown.tiles[cell].id for cell in ((0, 0), (1, 0)))
    assert find_uncovered(shown, pixels, {}) == pixels[::-1]
    assert find_uncovered(shown, pixels, {left: [pack_stroke([(1, 2)])]}) == [pixels[2], pixels[0]]
    assert find_uncovered(shown, pixels, {left: [None], right: [pack_stroke([(9, 2)])]}) == [pixels[2]]


def test_a_repetition_has_the_same_pixels_in_the_same_order() -> None:
    kept = KeptPlacement([PlacedPixel(1, 2, 3, 0), PlacedPixel(1, 2, 4, 3)], Placed(1, None))  # type: ignore[arg-type]
    assert kept.is_repeated_by(placement([(1, 2, 3), (1, 2, 4)]))
    assert not kept.is_repeated_by(placement([(1, 2, 4), (1, 2, 3)]))


@given(st.lists(st.tuples(*[st.integers(0, 8191)] * 2, *[st.integers(0, 255)] * 2), max_size=20))
def test_packed_pixels_are_read_as_they_were(pixels: list[tuple[int, int, int, int]]) -> None:
    placed = [PlacedPixel(*pixel) for pixel in pixels]
    assert unpack_pixels(pack_pixels(placed)) == placed
