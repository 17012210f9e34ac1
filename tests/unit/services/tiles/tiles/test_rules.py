"""What a tile is and who may change it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.tiles.locks.rules import check_may_acquire
from services.tiles.tiles.rules import (
    Lock,
    TileState,
    check_claim,
    check_may_delete,
    check_may_describe,
    check_may_edit,
    check_may_like,
    check_may_paint,
    check_version,
)
from shared.errors import Conflict, Invalid, NotAllowed, NotFound, StaleVersion
from tests.support.tile_rules import (
    ACTORS,
    AREA,
    CANVAS,
    FREE,
    HELD,
    HELD_BY_CREATOR,
    NOW,
    OTHER,
    OWNER,
    REVIEW,
    STATE,
    TILE,
    Check,
    allowed,
)


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
def test_permissions_depend_on_mode_and_role(check: Check, state: TileState, expected: set[str]) -> None:
    assert allowed(check, state) == expected


@pytest.mark.parametrize(
    ("check", "still_allowed"),
    [(check_may_paint, {"stranger"}), (check_may_describe, set()), (check_may_delete, {"moderator"})],
)
def test_a_live_lock_stops_everyone_but_its_holder(check: Check, still_allowed: set[str]) -> None:
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


def test_a_stale_version_is_refused() -> None:
    check_version(TILE, None)
    check_version(TILE, 3)
    with pytest.raises(StaleVersion):
        check_version(TILE, 2)


def test_a_claim_lies_inside_the_canvas_and_below_the_limit() -> None:
    check_claim(CANVAS, ACTORS["stranger"], 7, 3, tiles_held=1)
    for x, y, field in ((8, 0, "x"), (0, 4, "y"), (-1, 0, "x")):
        with pytest.raises(Invalid) as refused:
            check_claim(CANVAS, ACTORS["stranger"], x, y, tiles_held=0)
        assert refused.value.faults[0].loc == ("body", field)
    with pytest.raises(NotAllowed) as limited:
        check_claim(CANVAS, ACTORS["stranger"], 0, 0, tiles_held=2)
    assert limited.value.code == "tile_limit"
