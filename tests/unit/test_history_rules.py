"""How revisions hold a tile's past, and what taking changes back means."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tiles.artists.rules import Artist
from services.tiles.history.rules import (
    MAX_ROLLED_BACK,
    Action,
    Change,
    Content,
    Details,
    Kind,
    Removed,
    Revision,
    Step,
    apply_stroke,
    check_extent,
    check_moment,
    content_without,
    known,
    put_back,
    reconstruct,
    turn_back,
)
from services.tiles.tiles.rules import Tile
from shared.errors import Conflict, Invalid, NotFound

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANN, VANDAL = Artist(1, "ann", "Ann"), Artist(2, "vandal", "Vandal")
PLAIN = Details(None, None, is_public=True)
TILE = Tile(
    id=7, canvas_id=1, x=2, y=3, size=16, pixels=bytes(256), title=None, description=None, is_public=True,
    creator=ANN, like_count=4, version=5, created_at=NOW, updated_at=NOW,
)  # fmt: skip
GONE = Removed(
    id=7, canvas_id=1, x=2, y=3, size=16, creator=ANN, version=6, created_at=NOW,
    is_cell_taken=False,
)  # fmt: skip

pixels = st.lists(
    st.tuples(st.integers(0, 255), st.integers(0, 255)), min_size=1, max_size=20
)  # (offset, colour)


def tile_of(colours: bytes) -> bytes:
    """256 pixels that begin with these."""
    return colours + bytes(256 - len(colours))


def whole(author: Artist, colours: bytes, kind: Kind = Kind.PAINTED, title: str | None = None) -> Revision:
    details = replace(PLAIN, title=title)
    return Revision(7, 0, author.id, kind, zlib.compress(tile_of(colours)), None, details)


def packed(*painted: tuple[int, int]) -> bytes:
    return b"".join(struct.pack(">HB", *pixel) for pixel in painted)


def stroke(author: Artist, *painted: tuple[int, int]) -> Revision:
    return Revision(7, 0, author.id, Kind.STROKE, None, packed(*painted), None)


def deletion(author: Artist) -> Revision:
    return Revision(7, 0, author.id, Kind.DELETED, None, None, PLAIN)


def begins(content: Content | None) -> list[int]:
    assert content is not None
    return list(content.pixels[:4])


@given(st.binary(min_size=256, max_size=256), st.lists(pixels, max_size=8))
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


def test_a_stroke_takes_three_bytes_a_pixel_up_to_the_largest_tile() -> None:
    stroke = packed((0, 1), (16383, 255))
    assert len(stroke) == 6
    assert apply_stroke(bytes(16384), stroke) == bytes([1]) + bytes(16382) + bytes([255])


def test_a_deleted_tile_is_nothing_and_restored_is_what_it_was_restored_to() -> None:
    past = [whole(ANN, b"\1", Kind.CREATED), deletion(ANN)]
    assert reconstruct(past) is None
    assert reconstruct([*past, whole(ANN, b"\2", Kind.RESTORED)]) is not None


def test_a_whole_picture_kept_with_a_stroke_is_where_reading_may_begin() -> None:
    both = Revision(7, 64, ANN.id, Kind.STROKE, zlib.compress(tile_of(b"\1\2")), packed((1, 2)), PLAIN)
    assert reconstruct([both, stroke(ANN, (0, 3))]) == Content(tile_of(b"\3\2"), PLAIN)


def test_a_stroke_on_nothing_is_not_made_up() -> None:
    with pytest.raises(ValueError, match="stands on nothing"):
        reconstruct([stroke(ANN, (0, 3))])


def test_a_deletion_makes_a_version_of_its_own_without_pixels() -> None:
    change = Change.of(TILE, Kind.DELETED, 1, ANN.id)
    assert (change.version, change.pixels, change.details) == (6, None, PLAIN)


def test_without_an_artists_share_each_pixel_is_what_somebody_else_painted_last() -> None:
    before = Content(tile_of(b"\1\1\1\1"), PLAIN)
    past = [
        stroke(VANDAL, (0, 9), (1, 9)),  # both of these
        stroke(ANN, (1, 2)),  # somebody paints over one of them
        stroke(VANDAL, (2, 9)),
        whole(ANN, b"\x09\x02\x09\x03"),  # saves a whole picture with the rest of it still in
    ]
    assert begins(content_without(VANDAL.id, before, past)) == [1, 2, 1, 3]


def test_what_somebody_else_has_put_right_already_stays_right() -> None:
    before = Content(tile_of(b"\1\1"), PLAIN)
    past = [whole(VANDAL, b"\x09\x09"), whole(ANN, b"\1\1", Kind.REVERTED), stroke(ANN, (3, 4))]
    assert begins(content_without(VANDAL.id, before, past)) == [1, 1, 0, 4]


def test_what_somebody_else_paints_in_the_artists_colour_is_theirs() -> None:
    past = [stroke(VANDAL, (0, 9), (1, 9)), stroke(ANN, (0, 9))]
    assert begins(content_without(VANDAL.id, Content(bytes(256), PLAIN), past)) == [9, 0, 0, 0]


def test_a_title_that_the_artist_wrote_gives_way_to_the_one_before() -> None:
    before = Content(tile_of(b""), replace(PLAIN, title="Sea"))
    past = [whole(VANDAL, b"", Kind.DESCRIBED, "Rude"), whole(ANN, b"\1", title="Rude")]
    without = content_without(VANDAL.id, before, past)
    assert without == Content(tile_of(b"\1"), replace(PLAIN, title="Sea"))


def test_a_tile_that_the_artist_made_is_gone_unless_others_painted_in_it() -> None:
    made = whole(VANDAL, b"\x09\x09", Kind.CREATED, "Rude")
    assert content_without(VANDAL.id, None, [made]) is None
    untouched = [made, whole(ANN, b"\x09\x09", title="Rude")]
    assert content_without(VANDAL.id, None, untouched) is None
    shared = content_without(VANDAL.id, None, [made, stroke(ANN, (1, 2))])
    assert shared == Content(tile_of(b"\0\2"), PLAIN)


def test_a_tile_that_the_artist_deleted_is_back_and_one_that_others_deleted_is_not() -> None:
    before = Content(tile_of(b"\1"), PLAIN)
    assert content_without(VANDAL.id, before, [deletion(VANDAL)]) == before
    assert content_without(VANDAL.id, before, [stroke(VANDAL, (0, 9)), deletion(ANN)]) is None


@given(st.lists(st.tuples(st.booleans(), pixels), max_size=12))
def test_undoing_an_artist_twice_is_undoing_them_once(
    strokes: Sequence[tuple[bool, Sequence[tuple[int, int]]]],
) -> None:
    before = Content(bytes(256), PLAIN)
    past = [stroke(VANDAL if bad else ANN, *painted) for bad, painted in strokes]
    once = content_without(VANDAL.id, before, past)
    assert once is not None
    moderated = Revision(7, 0, 3, Kind.ROLLED_BACK, zlib.compress(once.pixels), None, PLAIN)
    assert content_without(VANDAL.id, before, [*past, moderated]) == once


def test_a_tile_that_is_as_it_was_is_left_alone() -> None:
    assert turn_back(TILE, Content(TILE.pixels, PLAIN), NOW) is None


def test_a_tile_is_turned_back_in_a_new_version_and_keeps_its_likes() -> None:
    later = NOW + timedelta(hours=1)
    step = turn_back(TILE, Content(tile_of(b"\1"), replace(PLAIN, title="Sea")), later)
    expected = replace(TILE, pixels=tile_of(b"\1"), title="Sea", version=6, updated_at=later)
    assert step == Step(Action.REVERTED, expected)


def test_a_tile_that_was_not_there_is_removed() -> None:
    assert turn_back(TILE, None, NOW) == Step(Action.REMOVED, TILE)


def test_a_deleted_tile_returns_under_its_id_without_likes() -> None:
    (step,) = put_back([(GONE, Content(TILE.pixels, PLAIN))], set(), NOW)
    assert step == Step(Action.RESTORED, replace(TILE, like_count=0, version=7))


@pytest.mark.parametrize(
    ("freed", "action"), [(set(), Action.KEPT), ({(2, 3)}, Action.RESTORED), ({(3, 2)}, Action.KEPT)]
)
def test_a_claimed_cell_is_not_taken_from_its_claimant(freed: set[tuple[int, int]], action: Action) -> None:
    (step,) = put_back([(replace(GONE, is_cell_taken=True), Content(TILE.pixels, PLAIN))], freed, NOW)
    assert step.action is action


def test_of_two_deleted_tiles_of_a_cell_the_newer_returns() -> None:
    content = Content(TILE.pixels, PLAIN)
    steps = put_back([(GONE, content), (replace(GONE, id=8), content)], set(), NOW)
    assert {step.tile.id: step.action for step in steps} == {7: Action.KEPT, 8: Action.RESTORED}


def test_a_rollback_goes_to_the_past_and_has_an_end() -> None:
    check_moment(NOW, NOW)
    with pytest.raises(Invalid):
        check_moment(NOW + timedelta(seconds=1), NOW)
    check_extent(MAX_ROLLED_BACK)
    with pytest.raises(Conflict, match="rollback_too_large"):
        check_extent(MAX_ROLLED_BACK + 1)


def test_a_version_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound, match="revision_not_found"):
        known(None)
