"""Who sees a canvas."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.tiles.canvases.access import check_visible
from shared.errors import NotFound
from tests.support.tile_rules import ACTORS, CANVAS


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
