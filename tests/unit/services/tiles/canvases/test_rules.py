"""What a canvas may be, who sees it, and how its changes are numbered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.tiles.canvases.rules import CanvasSeq, Numbers, check_plan, check_visible
from shared.errors import Invalid, NotFound
from tests.support.tile_rules import ACTORS, CANVAS


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
    assert check_visible(private, ACTORS["owner"]) is private
    assert check_visible(private, ACTORS["moderator"]) is private
    for canvas, viewer in (
        (private, ACTORS["stranger"]),
        (private, None),
        (replace(CANVAS, is_active=False), ACTORS["owner"]),
        (None, ACTORS["moderator"]),
    ):
        with pytest.raises(NotFound):
            check_visible(canvas, viewer)


def test_numbers_continue_from_the_last_change_of_each_canvas() -> None:
    numbers = Numbers()
    other = CanvasSeq(CANVAS.id + 1, 0)
    assert [numbers.next(CANVAS), numbers.next(other), numbers.next(CANVAS)] == [6, 1, 7]
