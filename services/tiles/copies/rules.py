"""Who may copy a canvas, and how much of it; standard library only."""

from __future__ import annotations

from services.tiles.artists.rules import Actor
from services.tiles.canvases.access import manages
from services.tiles.canvases.rules import Canvas
from shared.errors import Conflict, NotAllowed

MAX_TILES = 4096
"""Of a picture that is copied: as of a rollback, what one transaction writes within the gateway's 20 s."""


def check_may_copy(canvas: Canvas, actor: Actor, *, with_picture: bool) -> None:
    """Check that the actor, who sees the canvas, may copy it.

    Its settings may be copied by everyone, its picture by who manages it: it is the work of others. Raises
    NotAllowed `not_canvas_owner`, Conflict `copy_too_large`.
    """
    if not with_picture:
        return
    if not manages(canvas, actor):
        raise NotAllowed("not_canvas_owner", "Only the owner or a moderator can copy the picture.")
    if canvas.tile_count > MAX_TILES:
        raise Conflict("copy_too_large", f"Pictures of more than {MAX_TILES} tiles cannot be copied.")


def check_duration(seconds_left: float) -> None:
    """Raise Conflict `copy_too_large` when a copy has run out of time; nothing of it is made."""
    if seconds_left < 0:
        raise Conflict(
            "copy_too_large", "Copying the picture takes too long; try again when less is going on."
        )
