"""What an area is and who may hold it; standard library only.

Who may paint inside one is decided in `tiles.rules`, like everything else about tiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.tiles.artists.rules import Actor, Artist
from services.tiles.canvases.access import check_may_contribute, manages
from services.tiles.canvases.regions import Region
from services.tiles.canvases.rules import Canvas, Mode, check_mode
from shared.errors import Invalid, NotAllowed


@dataclass(frozen=True, slots=True)
class Area:
    """A live area: the `columns` x `rows` cells from (`x`, `y`) to the right and down."""

    id: int
    canvas_id: int
    holder: Artist
    x: int
    y: int
    columns: int
    rows: int
    claimed_at: datetime
    expires_at: datetime


def check_may_claim(canvas: Canvas, actor: Actor, cells: Region, *, cells_held: int) -> None:
    """Check that an artist whose areas hold `cells_held` cells of the canvas may claim these too.

    An artist can use as many cells as they may have tiles; more would only keep others out. Raises
    Conflict `wrong_mode`, Invalid for cells outside the canvas, NotAllowed `area_limit` and `members_only`.
    """
    check_mode(canvas, Mode.AREA_LOCK)
    check_may_contribute(canvas, actor)
    columns, rows = cells.columns, cells.rows
    for start, length, end, fields in (
        (cells.x, columns, canvas.columns, ("x", "columns")),
        (cells.y, rows, canvas.rows, ("y", "rows")),
    ):
        if start + length > end:
            field = fields[0] if start >= end else fields[1]
            raise Invalid.field(
                "body",
                field,
                msg=f"must end inside the canvas ({canvas.columns} x {canvas.rows} cells)",
                rule="outside_canvas",
            )
    if cells_held + columns * rows > canvas.max_tiles_per_user:
        raise NotAllowed(
            "area_limit",
            f"You've reached the area limit on this canvas: you hold {cells_held} of"
            f" {canvas.max_tiles_per_user} cells.",
        )


def check_may_renew(area: Area, actor: Actor) -> None:
    """Raise unless the actor holds the area."""
    if area.holder.id != actor.id:
        raise NotAllowed("not_area_holder", f"{area.holder.username} holds this area.")


def check_may_release(area: Area, canvas: Canvas, actor: Actor) -> None:
    """Raise unless the actor holds the area, owns the canvas or is a moderator."""
    if actor.id != area.holder.id and not manages(canvas, actor):
        raise NotAllowed("not_area_holder", f"{area.holder.username} holds this area.")
