"""How revisions hold a tile's past."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tiles.revisions.rules import (
    Change,
    Content,
    Kind,
    Revision,
    apply_stroke,
    pack_stroke,
    reconstruct,
)
from tests.support.revisions import ANN, PIXELS, PLAIN, TILE, deletion, packed, stroke, tile_of, whole


@given(st.binary(min_size=256, max_size=256), st.lists(PIXELS, max_size=8))
def test_a_version_is_the_newest_whole_picture_and_the_strokes_after_it(
    first: bytes, strokes: Sequence[Sequence[tuple[int, int]]]
) -> None:
    expected = bytearray(first)
    for painted in strokes:
        for offset, colour in painted:
            expected[offset] = colour
    revisions = [
        Revision(7, 1, ANN.id, Kind.CREATED, zlib.compress(first), None, PLAIN),
        *(stroke(ANN, *painted) for painted in strokes),
    ]
    assert reconstruct(revisions) == Content(bytes(expected), PLAIN)


def test_a_stroke_takes_three_bytes_per_pixel_up_to_the_largest_tile() -> None:
    stroke = pack_stroke([(0, 1), (16383, 255)])
    assert stroke == packed((0, 1), (16383, 255))
    assert len(stroke) == 6
    assert apply_stroke(bytes(16384), stroke) == bytes([1]) + bytes(16382) + bytes([255])


def test_a_deleted_tile_is_gone_until_it_is_restored() -> None:
    past = [whole(ANN, b"\1", Kind.CREATED), deletion(ANN)]
    assert reconstruct(past) is None
    assert reconstruct([*past, whole(ANN, b"\2", Kind.RESTORED)]) is not None


def test_reading_may_begin_at_a_whole_picture_kept_with_a_stroke() -> None:
    both = Revision(7, 64, ANN.id, Kind.STROKE, zlib.compress(tile_of(b"\1\2")), packed((1, 2)), PLAIN)
    assert reconstruct([both, stroke(ANN, (0, 3))]) == Content(tile_of(b"\3\2"), PLAIN)


def test_a_stroke_without_a_picture_below_it_is_an_error() -> None:
    with pytest.raises(ValueError, match="has nothing to build on"):
        reconstruct([stroke(ANN, (0, 3))])


def test_a_deletion_makes_a_version_without_pixels() -> None:
    change = Change.of(TILE, Kind.DELETED, 1, ANN.id)
    assert (change.version, change.pixels, change.details) == (6, None, PLAIN)
