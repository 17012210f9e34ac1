"""What a tile is and who may change it; standard library only.

The authorisation of everything about tiles and their locks is decided here.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.tiles.artists.rules import Artist
from services.tiles.canvases.rules import Canvas, Mode, Region
from shared.errors import Conflict, Invalid, NotAllowed, NotFound, StaleVersion

MAX_REGION_CELLS = 1024
MAX_REGION_PIXELS = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Pending:
    """Pixels that wait for review."""

    id: int
    pixels: bytes
    submitted_at: datetime


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
    creator: Artist
    like_count: int
    version: int
    created_at: datetime
    updated_at: datetime
    pending: Pending | None = None
    """What its creator handed in for review; loaded for nobody else."""


@dataclass(frozen=True, slots=True)
class Lock:
    """A live lock: while it lives only its holder writes the tile."""

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
    """Who holds the tile's cell on a canvas in `area-lock` mode; None for nobody, and in other modes."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who wants to do something."""

    id: int
    is_moderator: bool


def decode_pixels(text: str, size: int, colours: int) -> bytes:
    """Decode base64 pixels of a tile of `size` and a palette of `colours`; raises Invalid."""
    try:
        pixels = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid.field("body", "pixels", msg="must be base64") from None
    if len(pixels) != size * size:
        raise Invalid.field(
            "body", "pixels", msg=f"must hold {size * size} bytes ({size} x {size}), not {len(pixels)}"
        )
    if max(pixels) > colours:
        raise Invalid.field(
            "body", "pixels", msg=f"must hold palette indices 0 to {colours}, not {max(pixels)}"
        )
    return pixels


def check_claim(canvas: Canvas, x: int, y: int, tiles_held: int) -> None:
    """Check that an artist holding `tiles_held` tiles on the canvas may claim the cell.

    Raises Invalid for a cell outside the canvas, NotAllowed `tile_limit` at the limit.
    """
    if not canvas.has_cell(x, y):
        raise Invalid.field(
            "body", "x" if not 0 <= x < canvas.columns else "y",
            msg=f"must be a cell of the canvas ({canvas.columns} x {canvas.rows})",
        )  # fmt: skip
    if tiles_held >= canvas.max_tiles_per_user:
        raise NotAllowed("tile_limit", f"this canvas allows {canvas.max_tiles_per_user} tiles an artist")


def check_region(region: Region, tile_size: int) -> None:
    """Raise Invalid for a rectangle of more than MAX_REGION_CELLS or MAX_REGION_PIXELS."""
    cells = region.columns * region.rows
    limit = min(MAX_REGION_CELLS, MAX_REGION_PIXELS // tile_size**2)
    if cells > limit:
        raise Invalid.field("query", "rows", msg=f"makes {cells} cells; at most {limit} are sent at once")


def looks_different(before: Tile, after: Tile) -> bool:
    """Whether a change of the tile can be seen in the canvas's picture; a draft is in none."""
    return before.is_public != after.is_public or (after.is_public and before.pixels != after.pixels)


def check_in_area(canvas: Canvas, area_holder_id: int | None, actor: Actor) -> None:
    """Raise NotAllowed `outside_area` unless the actor may work in a cell held by `area_holder_id`.

    In `area-lock` mode everybody, the canvas's owner too, creates and edits in areas they hold only.
    """
    if canvas.mode is Mode.AREA_LOCK and area_holder_id != actor.id:
        raise NotAllowed("outside_area", "on this canvas an artist works inside an area they hold")


def can_see(tile: Tile, canvas: Canvas, viewer: Actor | None) -> bool:
    """Whether a viewer of the canvas sees the tile: one that is not public is its creator's draft."""
    return tile.is_public or (viewer is not None and _cares_for(tile, canvas, viewer))


def check_unlocked(lock: Lock | None, actor: Actor) -> None:
    """Raise Conflict `tile_locked` while somebody else holds the tile's lock."""
    if lock is not None and lock.holder.id != actor.id:
        raise Conflict("tile_locked", f"{lock.holder.username} is working on this tile")


def waits_for_review(canvas: Canvas, actor: Actor) -> bool:
    """Whether pixels that the actor saves wait for review: in `review` mode all but the owner's do."""
    return canvas.mode is Mode.REVIEW and actor.id != canvas.owner.id


def check_may_edit(state: TileState, actor: Actor) -> None:
    """Raise unless the actor may work on the tile's pixels, to be shown at once or after a review.

    `free` is open to all; in `area-lock` mode it is who holds the area, whoever made the tile; else the
    tile's creator.
    """
    _check_seen(state, actor)
    check_unlocked(state.lock, actor)
    check_in_area(state.canvas, state.area_holder_id, actor)
    if state.canvas.mode not in (Mode.FREE, Mode.AREA_LOCK) and state.tile.creator.id != actor.id:
        raise NotAllowed("not_tile_creator", "only its creator edits this tile")


def check_may_paint(state: TileState, actor: Actor) -> None:
    """Raise unless the actor may paint what is shown at once; `review_required` when a review comes first."""
    check_may_edit(state, actor)
    if waits_for_review(state.canvas, actor):
        raise NotAllowed("review_required", "on this canvas save the whole tile: it waits for review")


def check_may_describe(state: TileState, actor: Actor) -> None:
    """Raise unless the actor may change title, description and visibility."""
    _check_seen(state, actor)
    check_unlocked(state.lock, actor)
    if state.tile.creator.id != actor.id:
        raise NotAllowed("not_tile_creator", "only its creator describes this tile")
    check_in_area(state.canvas, state.area_holder_id, actor)


def check_may_change(
    state: TileState, actor: Actor, names: Collection[str], expected_version: int | None
) -> None:
    """Raise unless the actor may change what is named of the tile, at the version they expect it to be."""
    if "pixels" in names:
        check_may_edit(state, actor)
    if set(names) - {"pixels"}:
        check_may_describe(state, actor)
    check_version(state.tile, expected_version)


def decoded(values: Mapping[str, Any], canvas: Canvas) -> dict[str, Any]:
    """Return new values of a tile with the pixels, if named, decoded; raises Invalid."""
    if "pixels" not in values:
        return dict(values)
    pixels = decode_pixels(values["pixels"], canvas.tile_size, len(canvas.palette))
    return {**values, "pixels": pixels}


def changed(state: TileState, values: Mapping[str, Any]) -> Tile:
    """Return the tile's next version, with new values."""
    return replace(state.tile, **values, version=state.tile.version + 1, updated_at=state.now)


def check_may_delete(state: TileState, actor: Actor) -> None:
    """Raise unless the actor may remove the tile: its creator, the canvas's owner, a moderator."""
    _check_seen(state, actor)
    check_unlocked(None if actor.is_moderator else state.lock, actor)
    if not _cares_for(state.tile, state.canvas, actor):
        raise NotAllowed(
            "not_allowed", "only its creator, the canvas's owner or a moderator deletes this tile"
        )


def check_may_revert(state: TileState, actor: Actor) -> None:
    """Raise unless the actor may bring an older version back: creator, canvas's owner, a moderator.

    A live lock of somebody else holds for all of them: what is being painted is not pulled away.
    """
    _check_seen(state, actor)
    check_unlocked(state.lock, actor)
    if not _cares_for(state.tile, state.canvas, actor):
        raise NotAllowed(
            "not_allowed", "only its creator, the canvas's owner or a moderator reverts this tile"
        )
    if actor.is_moderator or actor.id == state.canvas.owner.id:
        return
    # An artist's older picture is their own work like a new one: it needs what a new one needs.
    check_may_paint(state, actor)


def check_may_like(state: TileState, actor: Actor) -> None:
    """Raise unless the actor may like the tile: anybody's but one's own."""
    _check_seen(state, actor)
    if state.tile.creator.id == actor.id:
        raise NotAllowed("own_tile", "nobody likes their own tile")


def check_version(tile: Tile, expected: int | None) -> None:
    """Raise StaleVersion when the writer has not seen the current version."""
    if expected is not None and expected != tile.version:
        raise StaleVersion("stale_version", f"the tile is at version {tile.version}, not {expected}")


def _cares_for(tile: Tile, canvas: Canvas, actor: Actor) -> bool:
    return actor.is_moderator or actor.id in (tile.creator.id, canvas.owner.id)


def _check_seen(state: TileState, actor: Actor) -> None:
    if not can_see(state.tile, state.canvas, actor):
        raise NotFound("tile_not_found", "no such tile")
