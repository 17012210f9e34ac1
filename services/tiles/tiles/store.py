"""SQL of tiles."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    and_,
    any_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.tiles.areas.store import holder_at
from services.tiles.artists.rules import Artist
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.rules import Canvas, Mode, Region
from services.tiles.reviews.rules import ReviewStatus
from services.tiles.reviews.store import pending_of
from services.tiles.tables import artists, canvases, locks, reviews, tiles
from services.tiles.tiles.rules import Lock, Tile, TileState
from shared.db import Connection, Row, byte_strings, integers, texts

_NOW = func.clock_timestamp()
"""Not now(): that is when the transaction began, which may be long before it got the canvas's lock."""

_creators = artists.alias("creators")
_holders = artists.alias("holders")
_TILE = (
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
    _creators.c.username.label("creator_username"),
    func.coalesce(_creators.c.display_name, _creators.c.username).label("creator_display_name"),
    tiles.c.like_count,
    tiles.c.version,
    tiles.c.created_at.label("tile_created_at"),
    tiles.c.updated_at.label("tile_updated_at"),
)
_LOCK = (
    locks.c.holder_id,
    locks.c.expires_at,
    _holders.c.username.label("holder_username"),
    func.coalesce(_holders.c.display_name, _holders.c.username).label("holder_display_name"),
)
# A CASE looks for areas on the canvases that have them only.
_AREA_HOLDER = case(
    (
        canvases.c.collaboration_mode == Mode.AREA_LOCK.value,
        holder_at(tiles.c.canvas_id, tiles.c.x, tiles.c.y),
    )
).label("area_holder_id")

_TILES = select(*_TILE).join_from(tiles, _creators, _creators.c.id == tiles.c.creator_id)

_SEEN_BY_VIEWER: ColumnElement[bool] = and_(
    canvases.c.is_active,
    or_(
        bindparam("sees_all"),
        canvases.c.owner_id == bindparam("viewer_id"),
        and_(canvases.c.is_public, or_(tiles.c.is_public, tiles.c.creator_id == bindparam("viewer_id"))),
    ),
)
"""The reading side of `canvases.rules.check_visible` and `tiles.rules.can_see`, for whole lists."""

_SEEN = _TILES.join(canvases, canvases.c.id == tiles.c.canvas_id).where(_SEEN_BY_VIEWER)
# Whatever the mode is now: what was handed in for review before it changed still waits.
_WAITS = and_(
    tiles.c.creator_id == bindparam("viewer_id"),
    select(reviews.c.id)
    .where(reviews.c.tile_id == tiles.c.id, reviews.c.status == ReviewStatus.PENDING.value)
    .exists(),
).label("waits")
_ONE = _SEEN.add_columns(_WAITS)
_BY_ID = _ONE.where(tiles.c.id == bindparam("tile_id"))
_AT = _ONE.where(
    tiles.c.canvas_id == bindparam("canvas_id"), tiles.c.x == bindparam("x"), tiles.c.y == bindparam("y")
)
_page: tuple[Any, ...] = (tiles.c.id > bindparam("after"),)
_WITH_IDS = _TILES.where(tiles.c.id == any_(bindparam("tile_ids", type_=ARRAY(BigInteger))))
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

_CANVAS_OF_TILE = select(tiles.c.canvas_id).where(tiles.c.id == bindparam("tile_id")).scalar_subquery()
_HOLD_CANVAS_OF_TILE = (
    select(canvases.c.id).where(canvases.c.id == _CANVAS_OF_TILE).with_for_update(key_share=True)
)
_STATES: Select[Any] = (
    select(*_TILE, *_LOCK, *canvases_store.COLUMNS, _NOW.label("now"), _AREA_HOLDER)
    .join_from(tiles, _creators, _creators.c.id == tiles.c.creator_id)
    .join(canvases, canvases.c.id == tiles.c.canvas_id)
    .join(artists, artists.c.id == canvases.c.owner_id)
    .outerjoin(locks, and_(locks.c.tile_id == tiles.c.id, locks.c.expires_at > _NOW))
    .outerjoin(_holders, _holders.c.id == locks.c.holder_id)
    .where(canvases.c.is_active)
)
_STATE = _STATES.where(tiles.c.id == bindparam("tile_id"))

_among = any_(bindparam("tile_ids", type_=ARRAY(BigInteger)))
_HOLD_CANVASES_OF_TILES = (
    select(canvases.c.id)
    .where(canvases.c.id.in_(select(tiles.c.canvas_id).where(tiles.c.id == _among)))
    .order_by(canvases.c.id)
    .with_for_update(key_share=True)
)
_CANVASES_OF_TILES = select(tiles.c.id, tiles.c.canvas_id).where(tiles.c.id == _among)
_STATES_OF_TILES = _STATES.where(tiles.c.id == _among)

_INSERT = (
    insert(tiles)
    .values(
        {
            name: bindparam(name)
            for name in (
                "canvas_id",
                "x",
                "y",
                "size",
                "pixels",
                "title",
                "description",
                "is_public",
                "creator_id",
            )
        }
    )
    .returning(tiles.c.id)
)
_SAVE = text(
    "UPDATE tiles SET pixels = saved.pixels, title = saved.title, description = saved.description,"
    " is_public = saved.is_public, version = saved.version, updated_at = saved.updated_at"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:pixels AS bytea[]), CAST(:titles AS text[]),"
    " CAST(:descriptions AS text[]), CAST(:publics AS boolean[]), CAST(:versions AS int[]),"
    " CAST(:updated AS timestamptz[]))"
    " AS saved (id, pixels, title, description, is_public, version, updated_at)"
    " WHERE tiles.id = saved.id"
)
_DELETE = delete(tiles).where(tiles.c.id == bindparam("tile_id"))


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose eyes a list is read with; `id` is None for a guest."""

    id: int | None
    sees_all: bool

    @property
    def params(self) -> dict[str, Any]:
        """Parameters of the visibility condition."""
        return {"viewer_id": self.id, "sees_all": self.sees_all}


def tile_of(row: Row) -> Tile:
    """Read a tile from a row of its columns."""
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
        creator=Artist(row.creator_id, row.creator_username, row.creator_display_name),
        like_count=row.like_count,
        version=row.version,
        created_at=row.tile_created_at,
        updated_at=row.tile_updated_at,
    )


def _state_of(row: Row) -> TileState:
    lock = None
    if row.holder_id is not None:
        lock = Lock(Artist(row.holder_id, row.holder_username, row.holder_display_name), row.expires_at)
    return TileState(tile_of(row), canvases_store.canvas_of(row), lock, row.now, row.area_holder_id)


async def get(conn: Connection, tile_id: int, viewer: Viewer) -> Tile | None:
    """Return a tile that the viewer may see, with what its creator has waiting for review, or None."""
    return await _one(conn, await conn.fetch_one(_BY_ID, {"tile_id": tile_id, **viewer.params}))


async def at(conn: Connection, canvas_id: int, x: int, y: int, viewer: Viewer) -> Tile | None:
    """Return the tile in a cell if there is one that the viewer may see."""
    params = {"canvas_id": canvas_id, "x": x, "y": y, **viewer.params}
    return await _one(conn, await conn.fetch_one(_AT, params))


async def _one(conn: Connection, row: Row | None) -> Tile | None:
    if row is None:
        return None
    tile = tile_of(row)
    return replace(tile, pending=await pending_of(conn, tile.id)) if row.waits else tile


async def of_canvas(
    conn: Connection, canvas_id: int, viewer: Viewer, *, after: int, count: int
) -> Sequence[Tile]:
    """Return up to `count` tiles of a canvas by id, beyond `after`."""
    params = {"canvas_id": canvas_id, "after": after, "count": count, **viewer.params}
    return [tile_of(row) for row in await conn.fetch_all(_OF_CANVAS, params)]


async def of_artist(
    conn: Connection, artist_id: int, viewer: Viewer, *, after: int, count: int
) -> Sequence[Tile]:
    """Return up to `count` tiles of an artist by id, beyond `after`."""
    params = {"artist_id": artist_id, "after": after, "count": count, **viewer.params}
    return [tile_of(row) for row in await conn.fetch_all(_OF_ARTIST, params)]


async def with_ids(conn: Connection, tile_ids: Sequence[int]) -> Sequence[Tile]:
    """Return those of the tiles that are there, whoever may see them."""
    return [tile_of(row) for row in await conn.fetch_all(_WITH_IDS, {"tile_ids": list(tile_ids)})]


async def around(
    conn: Connection, canvas_id: int, x: int, y: int, radius: int, viewer: Viewer
) -> Sequence[Tile]:
    """Return the tiles within `radius` cells (Chebyshev) of a cell, row by row, without the cell's own."""
    params = {"canvas_id": canvas_id, "x": x, "y": y, "radius": radius, **viewer.params}
    return [tile_of(row) for row in await conn.fetch_all(_AROUND, params)]


async def adjacent(conn: Connection, canvas_id: int, x: int, y: int, viewer: Viewer) -> Sequence[Tile]:
    """Return the up to four tiles that share an edge with a cell."""
    params = {"canvas_id": canvas_id, "x": x, "y": y, **viewer.params}
    return [tile_of(row) for row in await conn.fetch_all(_ADJACENT, params)]


async def in_region(conn: Connection, canvas_id: int, region: Region, viewer: Viewer) -> Sequence[Tile]:
    """Return the tiles of a rectangle of cells, row by row."""
    params = {"canvas_id": canvas_id, **asdict(region), **viewer.params}
    return [tile_of(row) for row in await conn.fetch_all(_IN_REGION, params)]


async def count_of_artist(conn: Connection, artist_id: int) -> int:
    """Return how many tiles an artist has on all canvases."""
    return int(await conn.fetch_value(_COUNT_OF_ARTIST, {"artist_id": artist_id}))


async def claim_state(conn: Connection, canvas_id: int, artist_id: int) -> tuple[Canvas | None, int]:
    """Return a canvas and how many tiles the artist has on it."""
    row = await conn.fetch_one(_CLAIM_STATE, {"canvas_id": canvas_id, "artist_id": artist_id})
    return (None, 0) if row is None else (canvases_store.canvas_of(row), int(row.tiles_held))


async def state_to_change(conn: Connection, tile_id: int) -> TileState | None:
    """Hold the tile's canvas until the transaction ends and return all that decides about the tile."""
    conn.prepend(_HOLD_CANVAS_OF_TILE, {"tile_id": tile_id})
    return await state(conn, tile_id)


async def state(conn: Connection, tile_id: int) -> TileState | None:
    """Return a tile of an active canvas with its canvas and its live lock."""
    row = await conn.fetch_one(_STATE, {"tile_id": tile_id})
    return None if row is None else _state_of(row)


async def states_to_change(conn: Connection, tile_ids: Collection[int]) -> dict[int, TileState]:
    """Hold the canvases of all these tiles and return, by id, the states of those that exist.

    The canvases are taken in order of id, so that two writers never wait for each other in a circle.
    """
    params = {"tile_ids": list(tile_ids)}
    conn.prepend(_HOLD_CANVASES_OF_TILES, params)
    rows = await conn.fetch_all(_STATES_OF_TILES, params)
    return {row.tile_id: _state_of(row) for row in rows}


async def canvases_of(conn: Connection, tile_ids: Collection[int]) -> dict[int, int]:
    """Return the canvas of each of these tiles that exists."""
    rows = await conn.fetch_all(_CANVASES_OF_TILES, {"tile_ids": list(tile_ids)})
    return {row.id: row.canvas_id for row in rows}


async def add(conn: Connection, values: dict[str, Any]) -> int:
    """Store a new tile and return its id; raises UniqueViolated `uq_tiles_cell` when the cell is taken."""
    return int(await conn.fetch_value(_INSERT, values))


def save(conn: Connection, *changed: Tile) -> None:
    """Store changed tiles with the next flush or the COMMIT; the caller holds their canvases."""
    conn.defer(_SAVE, changeable(changed))


def changeable(changed: Sequence[Tile]) -> dict[str, str]:
    """Return what may change of tiles as parameters, each an array."""
    return {
        "ids": integers([tile.id for tile in changed]),
        "pixels": byte_strings([tile.pixels for tile in changed]),
        "titles": texts([tile.title for tile in changed]),
        "descriptions": texts([tile.description for tile in changed]),
        "publics": texts([str(tile.is_public) for tile in changed]),
        "versions": integers([tile.version for tile in changed]),
        "updated": texts([tile.updated_at.isoformat() for tile in changed]),
    }


def remove(conn: Connection, tile_id: int) -> None:
    """Delete a tile with the COMMIT; its likes and its lock go with it."""
    conn.defer(_DELETE, {"tile_id": tile_id})
