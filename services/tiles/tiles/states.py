"""SQL that reads everything that decides about a tile, with its canvas locked or not."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, Select, and_, any_, bindparam, case, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from services.tiles.areas.store import holder_at
from services.tiles.artists.rules import Artist
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.rules import Mode
from services.tiles.tables import artists, canvases, locks, tiles
from services.tiles.tiles.rules import Lock, TileState
from services.tiles.tiles.store import TILE_COLUMNS, creators, tile_of
from shared.db import Connection, Row

_NOW = func.clock_timestamp()
"""Not now(): a transaction may begin long before it gets the canvas's lock."""

_holders = artists.alias("holders")
_LOCK_COLUMNS = (
    locks.c.holder_id,
    locks.c.expires_at,
    _holders.c.username.label("holder_username"),
    func.coalesce(_holders.c.display_name, _holders.c.username).label("holder_display_name"),
)
# With CASE, only canvases that have areas cost a look-up.
_AREA_HOLDER = case(
    (
        canvases.c.collaboration_mode == Mode.AREA_LOCK.value,
        holder_at(tiles.c.canvas_id, tiles.c.x, tiles.c.y),
    )
).label("area_holder_id")

_CANVAS_OF_TILE = select(tiles.c.canvas_id).where(tiles.c.id == bindparam("tile_id")).scalar_subquery()
_LOCK_CANVAS = select(canvases.c.id).where(canvases.c.id == _CANVAS_OF_TILE).with_for_update(key_share=True)
_STATES: Select[Any] = (
    select(*TILE_COLUMNS, *_LOCK_COLUMNS, *canvases_store.COLUMNS, _NOW.label("now"), _AREA_HOLDER)
    .outerjoin_from(tiles, creators, creators.c.id == tiles.c.creator_id)
    .join(canvases, canvases.c.id == tiles.c.canvas_id)
    .join(artists, artists.c.id == canvases.c.owner_id)
    .outerjoin(locks, and_(locks.c.tile_id == tiles.c.id, locks.c.expires_at > _NOW))
    .outerjoin(_holders, _holders.c.id == locks.c.holder_id)
    .where(canvases.c.is_active)
)
_STATE = _STATES.where(tiles.c.id == bindparam("tile_id"))

_among = any_(bindparam("tile_ids", type_=ARRAY(BigInteger)))
_LOCK_CANVASES = (
    select(canvases.c.id)
    .where(canvases.c.id.in_(select(tiles.c.canvas_id).where(tiles.c.id == _among)))
    .order_by(canvases.c.id)
    .with_for_update(key_share=True)
)
_CANVASES_OF_TILES = select(tiles.c.id, tiles.c.canvas_id).where(tiles.c.id == _among)
_STATES_OF_TILES = _STATES.where(tiles.c.id == _among)


def _state_of(row: Row) -> TileState:
    lock = None
    if row.holder_id is not None:
        lock = Lock(Artist(row.holder_id, row.holder_username, row.holder_display_name), row.expires_at)
    return TileState(tile_of(row), canvases_store.canvas_of(row), lock, row.now, row.area_holder_id)


async def get_state_for_update(conn: Connection, tile_id: int) -> TileState | None:
    """Lock the tile's canvas until the transaction ends and return everything that decides about the tile."""
    conn.prepend(_LOCK_CANVAS, {"tile_id": tile_id})
    return await get_state(conn, tile_id)


async def get_state(conn: Connection, tile_id: int) -> TileState | None:
    """Return a tile of an active canvas with its canvas and its live lock."""
    row = await conn.fetch_one(_STATE, {"tile_id": tile_id})
    return None if row is None else _state_of(row)


async def get_states_for_update(conn: Connection, tile_ids: Collection[int]) -> dict[int, TileState]:
    """Lock the canvases of all these tiles and return the states of those that exist, by id.

    The canvases are locked in order of id, so that two writers cannot deadlock.
    """
    conn.prepend(_LOCK_CANVASES, {"tile_ids": list(tile_ids)})
    return await get_states(conn, tile_ids)


async def get_states(conn: Connection, tile_ids: Collection[int]) -> dict[int, TileState]:
    """Return the states of those tiles that exist, by id."""
    rows = await conn.fetch_all(_STATES_OF_TILES, {"tile_ids": list(tile_ids)})
    return {row.tile_id: _state_of(row) for row in rows}


async def list_canvas_ids(conn: Connection, tile_ids: Collection[int]) -> dict[int, int]:
    """Return the canvas's id of each of these tiles that exists, by the tile's."""
    rows = await conn.fetch_all(_CANVASES_OF_TILES, {"tile_ids": list(tile_ids)})
    return {row.id: row.canvas_id for row in rows}
