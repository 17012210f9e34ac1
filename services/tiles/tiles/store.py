"""SQL that reads tiles for viewers; writes are in `edits.store`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Integer,
    Select,
    TableValuedAlias,
    and_,
    any_,
    bindparam,
    column,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.tiles.artists.rules import Actor, Artist
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.regions import Region
from services.tiles.canvases.rules import Canvas, CanvasRole
from services.tiles.submissions.rules import ReviewStatus
from services.tiles.submissions.store import get_pending
from services.tiles.tables import artists, canvases, reviews, tiles
from services.tiles.tiles.rules import Tile
from shared.db import Connection, Row

creators = artists.alias("creators")
TILE_COLUMNS = (
    tiles.c.id.label("tile_id"),
    tiles.c.canvas_id,
    tiles.c.x,
    tiles.c.y,
    tiles.c.size,
    tiles.c.pixels,
    tiles.c.title,
    tiles.c.description.label("tile_description"),
    tiles.c.is_public.label("tile_is_public"),
    tiles.c.creator_id,
    creators.c.username.label("creator_username"),
    func.coalesce(creators.c.display_name, creators.c.username).label("creator_display_name"),
    tiles.c.like_count,
    tiles.c.version,
    tiles.c.created_at.label("tile_created_at"),
    tiles.c.updated_at.label("tile_updated_at"),
)

_TILES = select(*TILE_COLUMNS).outerjoin_from(tiles, creators, creators.c.id == tiles.c.creator_id)


def _seen_by(viewer_id: ColumnElement[int], sees_all: ColumnElement[bool]) -> ColumnElement[bool]:
    """Build what `canvases.access.check_visible` and `tiles.rules.can_see` decide, as a condition."""
    return and_(
        canvases.c.is_active,
        or_(
            sees_all,
            canvases.c.owner_id == viewer_id,
            canvases_store.has_member(viewer_id, CanvasRole.MODERATOR),
            and_(
                or_(canvases.c.is_public, canvases_store.has_member(viewer_id)),
                or_(tiles.c.is_public, tiles.c.creator_id == viewer_id),
            ),
        ),
    )


_WITH_CANVAS = _TILES.join(canvases, canvases.c.id == tiles.c.canvas_id)
_SEEN = _WITH_CANVAS.where(_seen_by(bindparam("viewer_id"), bindparam("sees_all")))


def _sought(**keys: type[BigInteger | Integer]) -> TableValuedAlias:
    """Build the rows of a statement that answers many look-ups: the keys, the viewer, the number of each."""
    types: dict[str, Any] = {**keys, "viewer_id": BigInteger, "sees_all": Boolean}
    arrays = [bindparam(f"{name}s", type_=ARRAY(type_)) for name, type_ in types.items()]
    columns = [column(name, type_) for name, type_ in types.items()]
    return func.unnest(*arrays).table_valued(*columns, with_ordinality="number").render_derived(name="sought")


def _find(sought: TableValuedAlias, is_sought: ColumnElement[bool]) -> Select[Any]:
    viewer_id = sought.c.viewer_id
    # In every mode: what was submitted for review before the canvas's mode changed still waits.
    waits = and_(
        tiles.c.creator_id == viewer_id,
        select(reviews.c.id)
        .where(reviews.c.tile_id == tiles.c.id, reviews.c.status == ReviewStatus.PENDING.value)
        .exists(),
    )
    return (
        _WITH_CANVAS.join(sought, is_sought)
        .where(_seen_by(viewer_id, sought.c.sees_all))
        .add_columns(sought.c.number, waits.label("waits"))
    )


_ids = _sought(tile_id=BigInteger)
_BY_ID = _find(_ids, tiles.c.id == _ids.c.tile_id)
_cells = _sought(canvas_id=BigInteger, x=Integer, y=Integer)
_AT = _find(
    _cells,
    and_(tiles.c.canvas_id == _cells.c.canvas_id, tiles.c.x == _cells.c.x, tiles.c.y == _cells.c.y),
)
_page: tuple[Any, ...] = (tiles.c.id > bindparam("after"),)
_BY_IDS = _TILES.where(tiles.c.id == any_(bindparam("tile_ids", type_=ARRAY(BigInteger))))
_OF_CANVAS = (
    _SEEN.where(tiles.c.canvas_id == bindparam("canvas_id"), *_page)
    .order_by(tiles.c.id)
    .limit(bindparam("count"))
)
_OF_ARTIST = (
    _SEEN.where(tiles.c.creator_id == bindparam("artist_id"), *_page)
    .order_by(tiles.c.id)
    .limit(bindparam("count"))
)
_x: ColumnElement[int] = bindparam("x", type_=Integer)
_y: ColumnElement[int] = bindparam("y", type_=Integer)
_radius: ColumnElement[int] = bindparam("radius", type_=Integer)
_AROUND = _SEEN.where(
    tiles.c.canvas_id == bindparam("canvas_id"),
    tiles.c.x.between(_x - _radius, _x + _radius),
    tiles.c.y.between(_y - _radius, _y + _radius),
    or_(tiles.c.x != _x, tiles.c.y != _y),
).order_by(tiles.c.y, tiles.c.x)
_ADJACENT = _SEEN.where(
    tiles.c.canvas_id == bindparam("canvas_id"),
    func.abs(tiles.c.x - _x) + func.abs(tiles.c.y - _y) == 1,
    tiles.c.x.between(_x - 1, _x + 1),
    tiles.c.y.between(_y - 1, _y + 1),
).order_by(tiles.c.y, tiles.c.x)

_IN_REGION = _SEEN.where(
    tiles.c.canvas_id == bindparam("canvas_id"),
    tiles.c.x.between(_x, _x + bindparam("columns", type_=Integer) - 1),
    tiles.c.y.between(_y, _y + bindparam("rows", type_=Integer) - 1),
).order_by(tiles.c.y, tiles.c.x)

_COUNT_OF_ARTIST = (
    select(func.count().label("tile_count"))
    .select_from(tiles)
    .join(canvases, canvases.c.id == tiles.c.canvas_id)
    .where(tiles.c.creator_id == bindparam("artist_id"), canvases.c.is_active)
)
_HELD_ON_CANVAS = (
    select(func.count())
    .where(tiles.c.canvas_id == bindparam("canvas_id"), tiles.c.creator_id == bindparam("artist_id"))
    .scalar_subquery()
)
_CLAIM_STATE = (
    select(*canvases_store.COLUMNS, _HELD_ON_CANVAS.label("tiles_held"))
    .join_from(canvases, artists, artists.c.id == canvases.c.owner_id)
    .where(canvases.c.id == bindparam("canvas_id"))
)


def tile_of(row: Row) -> Tile:
    """Read a tile from a row of its columns."""
    creator = None
    if row.creator_id is not None:
        creator = Artist(row.creator_id, row.creator_username, row.creator_display_name)
    return Tile(
        id=row.tile_id,
        canvas_id=row.canvas_id,
        x=row.x,
        y=row.y,
        size=row.size,
        pixels=row.pixels,
        title=row.title,
        description=row.tile_description,
        is_public=row.tile_is_public,
        creator=creator,
        like_count=row.like_count,
        version=row.version,
        created_at=row.tile_created_at,
        updated_at=row.tile_updated_at,
    )


def _params(viewer: Actor | None) -> dict[str, Any]:
    """Return the parameters of the visibility condition; a guest has no id."""
    return {
        "viewer_id": None if viewer is None else viewer.id,
        "sees_all": viewer is not None and viewer.is_moderator,
    }


class SeenTile(NamedTuple):
    """A tile, by its id, and who looks at it."""

    tile_id: int
    viewer: Actor | None


class SeenCell(NamedTuple):
    """The tile in a cell, and who looks at it."""

    canvas_id: int
    x: int
    y: int
    viewer: Actor | None


async def get(conn: Connection, tile_id: int, viewer: Actor | None) -> Tile | None:
    """Return a tile that the viewer may see, or None; to its creator with the pixels that wait for review."""
    sought = SeenTile(tile_id, viewer)
    return (await find(conn, [sought])).get(sought)


async def find(conn: Connection, sought: Sequence[SeenTile]) -> Mapping[SeenTile, Tile]:
    """Return those of the tiles that their viewers may see, each as `get` does."""
    params = {"tile_ids": [one.tile_id for one in sought], **_params_of_viewers(sought)}
    rows = await conn.fetch_all(_BY_ID, params)
    return {sought[row.number - 1]: await _with_pending(conn, row) for row in rows}


async def find_at(conn: Connection, sought: Sequence[SeenCell]) -> Mapping[SeenCell, Tile]:
    """Return the tiles in those cells whose viewers may see one there, each as `get` does."""
    params = {
        "canvas_ids": [one.canvas_id for one in sought],
        "xs": [one.x for one in sought],
        "ys": [one.y for one in sought],
        **_params_of_viewers(sought),
    }
    rows = await conn.fetch_all(_AT, params)
    return {sought[row.number - 1]: await _with_pending(conn, row) for row in rows}


def _params_of_viewers(sought: Sequence[SeenTile | SeenCell]) -> dict[str, Any]:
    viewers = [one.viewer for one in sought]
    return {
        "viewer_ids": [0 if viewer is None else viewer.id for viewer in viewers],  # ids begin at 1
        "sees_alls": [viewer is not None and viewer.is_moderator for viewer in viewers],
    }


async def _with_pending(conn: Connection, row: Row) -> Tile:
    tile = tile_of(row)
    return replace(tile, pending=await get_pending(conn, tile.id)) if row.waits else tile


async def list_of_canvas(
    conn: Connection, canvas_id: int, viewer: Actor | None, *, after: int, count: int
) -> Sequence[Tile]:
    """Return up to `count` tiles of a canvas, ordered by id, beyond `after`."""
    params = {"canvas_id": canvas_id, "after": after, "count": count, **_params(viewer)}
    return [tile_of(row) for row in await conn.fetch_all(_OF_CANVAS, params)]


async def list_of_artist(
    conn: Connection, artist_id: int, viewer: Actor | None, *, after: int, count: int
) -> Sequence[Tile]:
    """Return up to `count` tiles of an artist, ordered by id, beyond `after`."""
    params = {"artist_id": artist_id, "after": after, "count": count, **_params(viewer)}
    return [tile_of(row) for row in await conn.fetch_all(_OF_ARTIST, params)]


async def list_by_ids(conn: Connection, tile_ids: Sequence[int]) -> Sequence[Tile]:
    """Return those of the tiles that exist, for any viewer."""
    return [tile_of(row) for row in await conn.fetch_all(_BY_IDS, {"tile_ids": list(tile_ids)})]


async def list_around(
    conn: Connection, canvas_id: int, x: int, y: int, radius: int, viewer: Actor | None
) -> Sequence[Tile]:
    """Return the tiles within `radius` cells (Chebyshev) of a cell, row by row, without the cell's own."""
    params = {"canvas_id": canvas_id, "x": x, "y": y, "radius": radius, **_params(viewer)}
    return [tile_of(row) for row in await conn.fetch_all(_AROUND, params)]


async def list_adjacent(
    conn: Connection, canvas_id: int, x: int, y: int, viewer: Actor | None
) -> Sequence[Tile]:
    """Return the up to four tiles that share an edge with a cell."""
    params = {"canvas_id": canvas_id, "x": x, "y": y, **_params(viewer)}
    return [tile_of(row) for row in await conn.fetch_all(_ADJACENT, params)]


async def list_in_region(
    conn: Connection, canvas_id: int, region: Region, viewer: Actor | None
) -> Sequence[Tile]:
    """Return the tiles of a rectangle of cells, row by row."""
    params = {"canvas_id": canvas_id, **asdict(region), **_params(viewer)}
    return [tile_of(row) for row in await conn.fetch_all(_IN_REGION, params)]


async def count_of_artist(conn: Connection, artist_id: int) -> int:
    """Return how many tiles an artist has on all canvases."""
    return int(await conn.fetch_value(_COUNT_OF_ARTIST, {"artist_id": artist_id}))


async def get_claim_state(conn: Connection, canvas_id: int, artist_id: int) -> tuple[Canvas | None, int]:
    """Return a canvas and how many tiles the artist has on it."""
    row = await conn.fetch_one(_CLAIM_STATE, {"canvas_id": canvas_id, "artist_id": artist_id})
    return (None, 0) if row is None else (canvases_store.canvas_of(row), int(row.tiles_held))
