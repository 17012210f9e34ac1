"""What taking changes back means."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tiles.revisions.rules import Content, Kind, Revision
from services.tiles.rollback.rules import (
    MAX_ROLLED_BACK,
    Action,
    Removed,
    Step,
    check_extent,
    check_moment,
    content_without,
    put_back,
    turn_back,
)
from shared.errors import Conflict, Invalid
from tests.support.revisions import (
    ANN,
    NOW,
    PIXELS,
    PLAIN,
    TILE,
    VANDAL,
    begins,
    deletion,
    stroke,
    tile_of,
    whole,
)

GONE = Removed(
    id=7, canvas_id=1, x=2, y=3, size=16, creator=ANN, version=6, created_at=NOW,
    is_cell_taken=False,
)  # fmt: skip


def test_without_an_artists_share_each_pixel_is_what_another_painted_last() -> None:
    before = Content(tile_of(b"\1\1\1\1"), PLAIN)
    past = [
        stroke(VANDAL, (0, 9), (1, 9)),  # both of these
        stroke(ANN, (1, 2)),  # another artist paints over one of them
        stroke(VANDAL, (2, 9)),
        whole(ANN, b"\x09\x02\x09\x03"),  # saves a whole picture with the rest of it still in
    ]
    assert begins(content_without(VANDAL.id, before, past)) == [1, 2, 1, 3]


def test_repairs_by_another_artist_stay() -> None:
    before = Content(tile_of(b"\1\1"), PLAIN)
    past = [whole(VANDAL, b"\x09\x09"), whole(ANN, b"\1\1", Kind.REVERTED), stroke(ANN, (3, 4))]
    assert begins(content_without(VANDAL.id, before, past)) == [1, 1, 0, 4]


def test_pixels_that_another_artist_paints_in_the_same_colour_stay() -> None:
    past = [stroke(VANDAL, (0, 9), (1, 9)), stroke(ANN, (0, 9))]
    assert begins(content_without(VANDAL.id, Content(bytes(256), PLAIN), past)) == [9, 0, 0, 0]


def test_a_title_by_the_artist_is_replaced_by_the_previous_one() -> None:
    before = Content(tile_of(b""), replace(PLAIN, title="Sea"))
    past = [whole(VANDAL, b"", Kind.DESCRIBED, "Rude"), whole(ANN, b"\1", title="Rude")]
    without = content_without(VANDAL.id, before, past)
    assert without == Content(tile_of(b"\1"), replace(PLAIN, title="Sea"))


def test_a_tile_that_the_artist_claimed_remains_only_if_others_painted_in_it() -> None:
    made = whole(VANDAL, b"\x09\x09", Kind.CREATED, "Rude")
    assert content_without(VANDAL.id, None, [made]) is None
    untouched = [made, whole(ANN, b"\x09\x09", title="Rude")]
    assert content_without(VANDAL.id, None, untouched) is None
    shared = content_without(VANDAL.id, None, [made, stroke(ANN, (1, 2))])
    assert shared == Content(tile_of(b"\0\2"), PLAIN)


def test_only_a_tile_that_the_artist_deleted_comes_back() -> None:
    before = Content(tile_of(b"\1"), PLAIN)
    assert content_without(VANDAL.id, before, [deletion(VANDAL)]) == before
    assert content_without(VANDAL.id, before, [stroke(VANDAL, (0, 9)), deletion(ANN)]) is None


@given(st.lists(st.tuples(st.booleans(), PIXELS), max_size=12))
def test_undoing_an_artist_twice_is_the_same_as_once(
    strokes: Sequence[tuple[bool, Sequence[tuple[int, int]]]],
) -> None:
    before = Content(bytes(256), PLAIN)
    past = [stroke(VANDAL if bad else ANN, *painted) for bad, painted in strokes]
    once = content_without(VANDAL.id, before, past)
    assert once is not None
    moderated = Revision(7, 0, 3, Kind.ROLLED_BACK, zlib.compress(once.pixels), None, PLAIN)
    assert content_without(VANDAL.id, before, [*past, moderated]) == once


def test_an_unchanged_tile_is_left_alone() -> None:
    assert turn_back(TILE, Content(TILE.pixels, PLAIN), NOW) is None


def test_a_tile_is_turned_back_in_a_new_version_and_keeps_its_likes() -> None:
    later = NOW + timedelta(hours=1)
    step = turn_back(TILE, Content(tile_of(b"\1"), replace(PLAIN, title="Sea")), later)
    expected = replace(TILE, pixels=tile_of(b"\1"), title="Sea", version=6, updated_at=later)
    assert step == Step(Action.REVERTED, expected)


def test_a_tile_that_did_not_exist_is_removed() -> None:
    assert turn_back(TILE, None, NOW) == Step(Action.REMOVED, TILE)


def test_a_deleted_tile_returns_under_its_id_without_likes() -> None:
    (step,) = put_back([(GONE, Content(TILE.pixels, PLAIN))], set(), NOW)
    assert step == Step(Action.RESTORED, replace(TILE, like_count=0, version=7))


@pytest.mark.parametrize(
    ("freed", "action"), [(set(), Action.KEPT), ({(2, 3)}, Action.RESTORED), ({(3, 2)}, Action.KEPT)]
)
def test_a_claimed_cell_stays_with_its_claimant(freed: set[tuple[int, int]], action: Action) -> None:
    (step,) = put_back([(replace(GONE, is_cell_taken=True), Content(TILE.pixels, PLAIN))], freed, NOW)
    assert step.action is action


def test_of_two_deleted_tiles_of_a_cell_the_newer_returns() -> None:
    content = Content(TILE.pixels, PLAIN)
    steps = put_back([(GONE, content), (replace(GONE, id=8), content)], set(), NOW)
    assert {step.tile.id: step.action for step in steps} == {7: Action.KEPT, 8: Action.RESTORED}


def test_a_rollback_needs_a_past_moment_and_has_a_limit() -> None:
    check_moment(NOW, NOW)
    with pytest.raises(Invalid):
        check_moment(NOW + timedelta(seconds=1), NOW)
    check_extent(MAX_ROLLED_BACK)
    with pytest.raises(Conflict, match="rollback_too_large"):
        check_extent(MAX_ROLLED_BACK + 1)
