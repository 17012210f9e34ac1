"""What a canvas may be, and how its changes are numbered."""

from __future__ import annotations

import pytest

from services.tiles.canvases.rules import CanvasSeq, Numbers, check_plan
from shared.errors import Invalid
from tests.support.tile_rules import CANVAS


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


def test_numbers_continue_from_the_last_change_of_each_canvas() -> None:
    numbers = Numbers()
    other = CanvasSeq(CANVAS.id + 1, 0)
    assert [numbers.next(CANVAS), numbers.next(other), numbers.next(CANVAS)] == [6, 1, 7]
