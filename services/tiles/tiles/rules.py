"""What a tile is and who may do what with it; standard library only.

Every decision about who may see, claim, edit, describe, delete, revert or like a tile is made here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.tiles.artists.rules import Actor, Artist
from services.tiles.canvases.access import check_may_contribute, check_not_archived, leads, manages
from services.tiles.canvases.regions import Region
from services.tiles.canvases.rules import Canvas, Mode, check_claims
from services.tiles.submissions.rules import Pending
from shared.errors import Conflict, Invalid, NotAllowed, NotFound, StaleVersion

MAX_REGION_CELLS = 1024
MAX_REGION_PIXELS = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile as stored: `size` x `size` pixels of one byte, row-major, in the cell (`x`, `y`)."""

    id: int
    canvas_id: int
    x: int
    y: int
    size: int
    pixels: bytes
    title: str | None
    description: str | None
    is_public: bool
    creator: Artist | None
    """None in `place` mode, in which tiles are the canvas's."""
    like_count: int
    version: int
    created_at: datetime
    updated_at: datetime
    pending: Pending | None = None
    """Pixels that its creator submitted for review; loaded for the creator only."""

    @property
    def creator_id(self) -> int | None:
        """The account of its creator, if it has one."""
        return None if self.creator is None else self.creator.id


@dataclass(frozen=True, slots=True)
class Lock:
    """A live lock: while it lives, only its holder may change the tile's pixels and description."""

    holder: Artist
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TileState:
    """Everything that decides whether a tile may be changed, read under the canvas's lock."""

    tile: Tile
    canvas: Canvas
    lock: Lock | None
    now: datetime
    area_holder_id: int | None = None
    """The artist whose area the tile's cell lies in, on a canvas in `area-lock` mode; None in other modes."""


def no_such_tile() -> NotFound:
    """Build the error for a tile that does not exist, or that the caller may not know of.

    A new one each time: an exception that is raised again keeps the frames of every time it was raised.
    """
    return NotFound("tile_not_found", "No such tile.")


def check_claim(canvas: Canvas, actor: Actor, x: int, y: int, tiles_held: int) -> None:
    """Check that an artist with `tiles_held` tiles on the canvas may claim the cell.

    Raises Conflict `no_claims`, Invalid for a cell outside the canvas, NotAllowed `tile_limit` at the limit
    and `members_only`.
    """
    check_claims(canvas)
    check_may_contribute(canvas, actor)
    if not canvas.has_cell(x, y):
        raise Invalid.field(
            "body", "x" if not 0 <= x < canvas.columns else "y",
            msg=f"must be a cell of the canvas ({canvas.columns} x {canvas.rows})",
        )  # fmt: skip
    if tiles_held >= canvas.max_tiles_per_user:
        raise NotAllowed("tile_limit", f"This canvas allows {canvas.max_tiles_per_user} tiles per artist.")


def check_region(region: Region, tile_size: int) -> None:
    """Raise Invalid for a rectangle of more than MAX_REGION_CELLS or MAX_REGION_PIXELS."""
    cells = region.columns * region.rows
    limit = min(MAX_REGION_CELLS, MAX_REGION_PIXELS // tile_size**2)
    if cells > limit:
        raise Invalid.field("query", "rows", msg=f"makes {cells} cells; a response holds at most {limit}")


def looks_different(before: Tile, after: Tile) -> bool:
    """Return whether a change of the tile is visible in the canvas's picture, which shows no drafts."""
    return before.is_public != after.is_public or (after.is_public and before.pixels != after.pixels)


def check_in_area(canvas: Canvas, area_holder_id: int | None, actor: Actor) -> None:
    """Raise NotAllowed `outside_area` unless the actor may work in a cell held by `area_holder_id`.

    In `area-lock` mode all artists, the canvas's owner included, claim and edit only in areas they hold.
    """
    if canvas.mode is Mode.AREA_LOCK and area_holder_id != actor.id:
        raise NotAllowed("outside_area", "On this canvas you can only work inside an area that you hold.")


def can_see(tile: Tile, canvas: Canvas, viewer: Actor | None) -> bool:
    """Return whether someone who can see the canvas can see the tile; one that is not public is a draft."""
    return tile.is_public or (viewer is not None and _is_in_charge(tile, canvas, viewer))


def check_unlocked(lock: Lock | None, actor: Actor) -> None:
    """Raise Conflict `tile_locked` while another artist holds the tile's lock."""
    if lock is not None and lock.holder.id != actor.id:
        raise Conflict("tile_locked", f"{lock.holder.username} is working on this tile.")


def waits_for_review(canvas: Canvas, actor: Actor) -> bool:
    """Return whether pixels that the actor saves need a review: in `review` mode, unless they lead it."""
    return canvas.mode is Mode.REVIEW and not leads(canvas, actor)


def check_may_edit(state: TileState, actor: Actor) -> None:
    """Raise unless the actor may work on the tile's pixels, to be shown at once or after a review.

    In `free` mode every artist may; in `area-lock` mode the holder of the area, even if another artist
    claimed the tile; in `place` mode nobody, as pixels are placed on the canvas; in the others the tile's
    creator.
    """
    _check_seen(state, actor)
    check_claims(state.canvas)
    check_may_contribute(state.canvas, actor)
    check_unlocked(state.lock, actor)
    check_in_area(state.canvas, state.area_holder_id, actor)
    if state.canvas.mode not in (Mode.FREE, Mode.AREA_LOCK) and state.tile.creator_id != actor.id:
        raise NotAllowed("not_tile_creator", "Only its creator can edit this tile.")


def check_may_paint(state: TileState, actor: Actor) -> None:
    """Raise unless the actor may paint pixels that show at once; `review_required` if they need a review."""
    check_may_edit(state, actor)
    if waits_for_review(state.canvas, actor):
        raise NotAllowed(
            "review_required", "This canvas reviews changes before they show; save the whole tile instead."
        )


def check_may_describe(state: TileState, actor: Actor) -> None:
    """Raise unless the actor may change title, description and visibility."""
    _check_seen(state, actor)
    check_claims(state.canvas)
    check_may_contribute(state.canvas, actor)
    check_unlocked(state.lock, actor)
    if state.tile.creator_id != actor.id:
        raise NotAllowed("not_tile_creator", "Only its creator can describe this tile.")
    check_in_area(state.canvas, state.area_holder_id, actor)


def check_may_delete(state: TileState, actor: Actor) -> None:
    """Raise unless the actor may delete the tile: its creator, the canvas's owner, a moderator."""
    _check_seen(state, actor)
    check_claims(state.canvas)
    _check_kept_by_archive(state.canvas, actor)
    check_unlocked(None if actor.is_moderator else state.lock, actor)
    if not _is_in_charge(state.tile, state.canvas, actor):
        raise NotAllowed(
            "not_allowed", "Only its creator, the canvas's owner or a moderator can delete this tile."
        )


def check_may_revert(state: TileState, actor: Actor) -> None:
    """Raise unless the actor may bring an older version back: its creator, the canvas's owner, a moderator.

    Another artist's live lock stops all of them, so that no work in progress is replaced.
    """
    _check_seen(state, actor)
    _check_kept_by_archive(state.canvas, actor)
    check_unlocked(state.lock, actor)
    if not _is_in_charge(state.tile, state.canvas, actor):
        raise NotAllowed(
            "not_allowed", "Only its creator, the canvas's owner or a moderator can revert this tile."
        )
    if manages(state.canvas, actor):
        return
    # An older picture is the artist's own work like a new one, and needs the same permission.
    check_may_paint(state, actor)


def check_may_like(state: TileState, actor: Actor) -> None:
    """Raise unless the actor may like the tile: anyone except its creator."""
    _check_seen(state, actor)
    check_claims(state.canvas)
    if state.tile.creator_id == actor.id:
        raise NotAllowed("own_tile", "You can't like your own tile.")


def check_version(tile: Tile, expected: int | None) -> None:
    """Raise StaleVersion unless the tile is at the version that the writer expects, if they expect one."""
    if expected is not None and expected != tile.version:
        raise StaleVersion("stale_version", f"The tile is at version {tile.version}, not {expected}.")


def _check_kept_by_archive(canvas: Canvas, actor: Actor) -> None:
    """Raise Conflict `archived` except for moderators of the site, who remove what must not be shown."""
    if not actor.is_moderator:
        check_not_archived(canvas)


def _is_in_charge(tile: Tile, canvas: Canvas, actor: Actor) -> bool:
    return actor.id == tile.creator_id or manages(canvas, actor)


def _check_seen(state: TileState, actor: Actor) -> None:
    if not can_see(state.tile, state.canvas, actor):
        raise no_such_tile()
