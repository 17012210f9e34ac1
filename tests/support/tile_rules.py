"""A tile and a canvas in every mode, and everyone who may act on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from services.tiles.artists.rules import Actor, Artist
from services.tiles.canvases.rules import Canvas, Mode
from services.tiles.tiles.rules import Tile, TileState
from shared.errors import TesseraError

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OWNER, CREATOR, OTHER = (
    Artist(i, name, name.title()) for i, name in enumerate(["owner", "creator", "other"], 1)
)
CANVAS = Canvas(
    id=1, owner=OWNER, name="A wall", description=None, width=128, height=64, tile_size=16,
    paper_color="#ffffff",
    palette=("#000000", "#ffffff"), mode=Mode.TILE_LOCK, max_tiles_per_user=2, is_public=True,
    is_active=True, tile_count=1, seq=5, created_at=NOW, updated_at=NOW,
)  # fmt: skip
TILE = Tile(
    id=9, canvas_id=1, x=0, y=0, size=16, pixels=bytes(256), title=None, description=None, is_public=True,
    creator=CREATOR, like_count=0, version=3, created_at=NOW, updated_at=NOW,
)  # fmt: skip
STATE = TileState(TILE, CANVAS, None, NOW)
FREE = replace(STATE, canvas=replace(CANVAS, mode=Mode.FREE))
AREA = replace(STATE, canvas=replace(CANVAS, mode=Mode.AREA_LOCK))
REVIEW = replace(STATE, canvas=replace(CANVAS, mode=Mode.REVIEW))
HELD = replace(AREA, area_holder_id=OTHER.id)
HELD_BY_CREATOR = replace(AREA, area_holder_id=CREATOR.id)
ACTORS = {
    "owner": Actor(OWNER.id, is_moderator=False),
    "creator": Actor(CREATOR.id, is_moderator=False),
    "stranger": Actor(OTHER.id, is_moderator=False),
    "moderator": Actor(77, is_moderator=True),
}

Check = Callable[[TileState, Actor], None]


def allowed(check: Check, state: TileState) -> set[str]:
    """Return the names of the actors who pass the check."""
    passed = set()
    for name, actor in ACTORS.items():
        try:
            check(state, actor)
        except TesseraError:
            continue
        passed.add(name)
    return passed
