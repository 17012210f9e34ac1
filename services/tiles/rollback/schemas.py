"""Request and response of a rollback."""

from __future__ import annotations

import base64
from typing import Annotated

from pydantic import Field

from services.tiles.artists.schemas import ArtistView
from services.tiles.rollback.rules import Action, Step
from shared.http.models import BIGINT_MAX, Body, Moment, View

Cells = Annotated[int, Field(ge=1, le=8192)]


class RolledBackRegion(Body):
    """A rectangle of cells; the part outside the canvas is ignored."""

    x: int = Field(ge=0, le=8192)
    y: int = Field(ge=0, le=8192)
    columns: Cells
    rows: Cells


class Rollback(Body):
    """The changes to undo: all since a moment, or only those in an area, by one artist, or both."""

    since: Moment
    area: RolledBackRegion | None = None
    user_id: int | None = Field(None, ge=1, le=BIGINT_MAX)
    dry_run: bool = False


class RolledBackTile(View):
    """A tile that a rollback affects; a kept one stays deleted, as its cell has been claimed since."""

    tile_id: int
    x: int
    y: int
    creator: ArtistView | None
    action: Action
    pixels: str | None = Field(
        description="base64 of the tile afterwards; null if there is none, and past the first MiB of pixels"
    )

    @classmethod
    def of(cls, step: Step, *, with_pixels: bool) -> RolledBackTile:
        """Show a step of the rollback."""
        tile = step.tile
        is_there = step.action in (Action.REVERTED, Action.RESTORED)
        return cls(
            tile_id=tile.id,
            x=tile.x,
            y=tile.y,
            creator=tile.creator and ArtistView.model_validate(tile.creator),
            action=step.action,
            pixels=base64.b64encode(tile.pixels).decode() if is_there and with_pixels else None,
        )


class RollbackView(View):
    """What a rollback did or would do; `seq` is the number of the canvas's last change."""

    dry_run: bool
    seq: int
    reverted: int
    removed: int
    restored: int
    kept: int
    tiles: list[RolledBackTile]
