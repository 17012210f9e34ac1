"""What a tile is and who may change it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tiles.canvases.rules import check_plan, check_visible
from services.tiles.locks.rules import check_may_acquire, check_may_release, check_may_renew
from services.tiles.tiles.rules import (
    Actor,
    Lock,
    TileState,
    check_claim,
    check_may_delete,
    check_may_describe,
    check_may_edit,
    check_may_like,
    check_may_paint,
    check_version,
    decode_pixels,
)
from shared.errors import Conflict, Invalid, NotAllowed, NotFound, StaleVersion, TesseraError
from tests.support.tile_rules import (
    ACTORS,
    AREA,
    CANVAS,
    CREATOR,
    FREE,
    HELD,
    HELD_BY_CREATOR,
    NOW,
    OTHER,
    OWNER,
    REVIEW,
    STATE,
    TILE,
)

Check = Callable[[TileState, Actor], None]


def allowed(check: Check, state: TileState) -> set[str]:
    """Who passes the check."""
    passed = set()
    for name, actor in ACTORS.items():
        try:
            check(state, actor)
        except TesseraError:
            continue
        passed.add(name)
    return passed


@pytest.mark.parametrize(
    ("check", "state", "expected"),
    [
        (check_may_paint, STATE, {"creator"}),
        (check_may_paint, FREE, {"owner", "creator", "stranger", "moderator"}),
        (check_may_describe, STATE, {"creator"}),
        (check_may_describe, FREE, {"creator"}),
        (check_may_delete, STATE, {"owner", "creator", "moderator"}),
        (check_may_delete, FREE, {"owner", "creator", "moderator"}),
        (check_may_like, STATE, {"owner", "stranger", "moderator"}),
        (check_may_paint, AREA, set()),
        (check_may_paint, HELD, {"stranger"}),
        (check_may_edit, REVIEW, {"creator"}),
        (check_may_paint, REVIEW, set()),
        (check_may_paint, replace(REVIEW, tile=replace(TILE, creator=OWNER)), {"owner"}),
        (check_may_describe, HELD, set()),
        (check_may_describe, HELD_BY_CREATOR, {"creator"}),
        (check_may_delete, HELD, {"owner", "creator", "moderator"}),
        (check_may_acquire, STATE, {"creator"}),
        (check_may_acquire, HELD, {"stranger"}),
        (check_may_acquire, REVIEW, {"creator"}),
        (check_may_acquire, FREE, {"owner", "creator", "stranger", "moderator"}),
    ],
)
def test_who_may_do_what(check: Check, state: TileState, expected: set[str]) -> None:
    assert allowed(check, state) == expected


@pytest.mark.parametrize(
    ("check", "still_allowed"),
    [(check_may_paint, {"stranger"}), (check_may_describe, set()), (check_may_delete, {"moderator"})],
)
def test_a_live_lock_stops_everybody_but_its_holder(check: Check, still_allowed: set[str]) -> None:
    locked = replace(FREE, lock=Lock(OTHER, NOW + timedelta(minutes=30)))
    assert allowed(check, locked) == still_allowed
    with pytest.raises(Conflict) as refused:
        check(locked, ACTORS["creator"])
    assert refused.value.code == "tile_locked"


def test_a_draft_does_not_exist_for_a_stranger() -> None:
    draft = replace(STATE, tile=replace(TILE, is_public=False))
    for check in (check_may_paint, check_may_describe, check_may_delete, check_may_like):
        with pytest.raises(NotFound):
            check(draft, ACTORS["stranger"])


def test_a_lock_is_renewed_by_its_holder_and_released_by_them_or_a_moderator() -> None:
    lock = Lock(OTHER, NOW)
    locked = replace(FREE, lock=lock)
    assert allowed(check_may_renew, locked) == {"stranger"}
    assert allowed(check_may_renew, FREE) == set()
    check_may_release(lock, ACTORS["stranger"])
    check_may_release(lock, ACTORS["moderator"])
    with pytest.raises(NotAllowed):
        check_may_release(lock, ACTORS["creator"])


def test_who_may_not_paint_any_more_does_not_renew_their_lock() -> None:
    locked = replace(AREA, lock=Lock(CREATOR, NOW))
    assert allowed(check_may_renew, locked) == set()
    assert allowed(check_may_renew, replace(locked, area_holder_id=CREATOR.id)) == {"creator"}


def test_a_stale_version_is_refused() -> None:
    check_version(TILE, None)
    check_version(TILE, 3)
    with pytest.raises(StaleVersion):
        check_version(TILE, 2)


def test_a_claim_lies_inside_the_canvas_and_below_the_limit() -> None:
    check_claim(CANVAS, 7, 3, tiles_held=1)
    for x, y, field in ((8, 0, "x"), (0, 4, "y"), (-1, 0, "x")):
        with pytest.raises(Invalid) as refused:
            check_claim(CANVAS, x, y, tiles_held=0)
        assert refused.value.faults[0].loc == ("body", field)
    with pytest.raises(NotAllowed) as limited:
        check_claim(CANVAS, 0, 0, tiles_held=2)
    assert limited.value.code == "tile_limit"


@given(st.binary(min_size=256, max_size=256))
def test_pixels_hold_only_indices_of_the_palette(pixels: bytes) -> None:
    text = base64.b64encode(pixels).decode()
    if max(pixels) <= 7:
        assert decode_pixels(text, 16, 7) == pixels
    else:
        with pytest.raises(Invalid):
            decode_pixels(text, 16, 7)


@given(st.text() | st.binary(max_size=600).map(lambda raw: base64.b64encode(raw).decode()))
def test_pixels_of_the_wrong_length_or_alphabet_are_refused(text: str) -> None:
    try:
        assert len(decode_pixels(text, 16, 255)) == 256
    except Invalid as refused:
        assert refused.faults[0].loc == ("body", "pixels")


def test_a_plan_has_room_for_its_limit() -> None:
    assert check_plan(64, 64, 32, None) == 4
    assert check_plan(8192, 8192, 16, None) == 10
    assert check_plan(64, 64, 16, 16) == 16
    for plan, field in (
        ((65, 64, 16, 1), "width"),
        ((64, 72, 16, 1), "height"),
        ((64, 64, 16, 17), "max_tiles_per_user"),
    ):
        with pytest.raises(Invalid) as refused:
            check_plan(*plan)
        assert refused.value.faults[0].loc == ("body", field)


def test_a_private_or_deleted_canvas_is_not_found() -> None:
    private = replace(CANVAS, is_public=False)
    assert check_visible(private, OWNER.id, is_moderator=False) is private
    assert check_visible(private, None, is_moderator=True) is private
    for canvas, viewer in (
        (private, OTHER.id),
        (private, None),
        (replace(CANVAS, is_active=False), OWNER.id),
        (None, 1),
    ):
        with pytest.raises(NotFound):
            check_visible(canvas, viewer, is_moderator=False)
