"""Who may hold a tile's lock, and release it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.tiles.locks.rules import check_may_release, check_may_renew
from services.tiles.tiles.rules import Lock
from shared.errors import NotAllowed
from tests.support.tile_rules import ACTORS, AREA, CREATOR, FREE, NOW, OTHER, allowed


def test_a_lock_is_renewed_by_its_holder_and_released_by_them_or_a_moderator() -> None:
    lock = Lock(OTHER, NOW)
    locked = replace(FREE, lock=lock)
    assert allowed(check_may_renew, locked) == {"stranger"}
    assert allowed(check_may_renew, FREE) == set()
    check_may_release(lock, ACTORS["stranger"])
    check_may_release(lock, ACTORS["moderator"])
    with pytest.raises(NotAllowed):
        check_may_release(lock, ACTORS["creator"])


def test_an_artist_who_may_no_longer_paint_cannot_renew_their_lock() -> None:
    locked = replace(AREA, lock=Lock(CREATOR, NOW))
    assert allowed(check_may_renew, locked) == set()
    assert allowed(check_may_renew, replace(locked, area_holder_id=CREATOR.id)) == {"creator"}
