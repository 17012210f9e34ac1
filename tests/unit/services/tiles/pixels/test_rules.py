"""From a tile's history to the change that painted each pixel."""

from __future__ import annotations

import zlib

from hypothesis import given
from hypothesis import strategies as st

from services.tiles.pixels.rules import Origins, PastChange
from services.tiles.revisions.rules import Kind, pack_stroke

SIZE = 16
STROKES = st.lists(
    st.lists(st.tuples(st.integers(0, 255), st.integers(0, 16)), min_size=1, max_size=8), max_size=40
)


def stroke(version: int, *pixels: tuple[int, int], kind: Kind = Kind.STROKE) -> PastChange:
    return PastChange(version, kind, None, pack_stroke(pixels))


def picture(version: int, pixels: bytes, kind: Kind = Kind.PAINTED) -> PastChange:
    return PastChange(version, kind, zlib.compress(pixels), None)


@given(STROKES, st.integers(0, 40))
def test_origins_read_at_any_version_go_on_from_there(
    strokes: list[list[tuple[int, int]]], kept_at: int
) -> None:
    changes = [stroke(version, *pixels) for version, pixels in enumerate(strokes, 1)]
    expected = [0] * SIZE * SIZE
    for change, pixels in zip(changes, strokes, strict=True):
        for offset, _ in pixels:
            expected[offset] = change.version
    origins = Origins(SIZE)
    origins.replay(changes[:kept_at])
    again = Origins.unpack(SIZE, origins.version, origins.pack())
    again.replay(changes[kept_at:])
    assert [again.version_of(offset) for offset in range(SIZE * SIZE)] == expected


def test_a_picture_counts_for_the_pixels_that_it_changes() -> None:
    origins = Origins(SIZE)
    first = bytes([1, 2]) + bytes(254)
    origins.replay([picture(1, first, Kind.CREATED), picture(2, bytes([1, 3]) + bytes(254))])
    assert [origins.version_of(offset) for offset in range(3)] == [1, 2, 0]


def test_a_replaced_colour_is_still_the_work_of_who_painted_it() -> None:
    origins = Origins(SIZE)
    origins.replay([stroke(1, (0, 1)), picture(2, bytes([2]) + bytes(255), Kind.RECOLOURED)])
    assert origins.version_of(0) == 1
    origins.replay([picture(3, bytes([2, 3]) + bytes(254))])
    assert [origins.version_of(offset) for offset in range(2)] == [1, 3]


def test_what_is_taken_back_never_counted() -> None:
    origins = Origins(SIZE)
    origins.replay([stroke(1, (0, 1)), stroke(2, (0, 2), (0, 3), (1, 2))])
    origins.replay([stroke(3, (0, 1), (1, 0), kind=Kind.TAKEN_BACK)])
    assert [origins.version_of(offset) for offset in range(2)] == [1, 0]


def test_a_tile_that_was_deleted_begins_anew() -> None:
    origins = Origins(SIZE)
    origins.replay([stroke(1, (0, 1), (1, 1)), PastChange(2, Kind.DELETED, None, None)])
    assert [origins.version_of(offset) for offset in range(2)] == [0, 0]
    origins.replay([picture(3, bytes([0, 1]) + bytes(254), Kind.RESTORED)])
    assert [origins.version_of(offset) for offset in range(2)] == [0, 3]
