"""SQL of areas; a writer holds the canvas."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Interval,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    update,
)

from services.tiles.areas.rules import Area
from services.tiles.artists.rules import Artist
from services.tiles.artists.store import DISPLAYED_NAME
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.rules import Canvas, CanvasSeq
from services.tiles.tables import areas, artists, canvases
from shared.db import Connection, Row

_NOW = func.clock_timestamp()
"""Not now(): a transaction may begin long before it gets the canvas's lock."""

_LIVE: ColumnElement[bool] = areas.c.expires_at > _NOW
_AREA = (
    areas.c.id.label("area_id"),
    areas.c.canvas_id,
    areas.c.holder_id,
    artists.c.username.label("holder_username"),
    DISPLAYED_NAME.label("holder_display_name"),
    areas.c.x,
    areas.c.y,
    areas.c["columns"],
    areas.c["rows"],
    areas.c.claimed_at,
    areas.c.expires_at,
)
_AREAS = select(*_AREA).join_from(areas, artists, artists.c.id == areas.c.holder_id)
_OF_CANVAS = areas.c.canvas_id == bindparam("canvas_id")
_BY_ID = _AREAS.where(_OF_CANVAS, areas.c.id == bindparam("area_id"), _LIVE)
_ALL_LIVE = (
    _AREAS.where(_OF_CANVAS, areas.c.id > bindparam("after"), _LIVE)
    .order_by(areas.c.id)
    .limit(bindparam("count"))
)

_CELLS_HELD = (
    select(func.coalesce(func.sum(areas.c["columns"] * areas.c["rows"]), 0))
    .where(_OF_CANVAS, areas.c.holder_id == bindparam("artist_id"), _LIVE)
    .scalar_subquery()
)
_CLAIM_STATE = (
    select(*canvases_store.COLUMNS, _CELLS_HELD.label("cells_held"), _NOW.label("now"))
    .join_from(canvases, artists, artists.c.id == canvases.c.owner_id)
    .where(canvases.c.id == bindparam("canvas_id"))
)
_INSERT = (
    insert(areas)
    .values(
        {
            name: bindparam(name)
            for name in (
                "canvas_id", "holder_id", "x", "y", "columns", "rows", "claimed_at", "expires_at",
            )
        }
    )
    .returning(areas.c.id)
)  # fmt: skip
_EXTEND = (
    update(areas)
    .where(areas.c.id == bindparam("area_id"))
    .values(expires_at=_NOW + bindparam("lifetime", type_=Interval))
    .returning(areas.c.expires_at)
)
_DELETE = delete(areas).where(areas.c.id == bindparam("area_id"))

_CANVASES_WITH_EXPIRED = select(areas.c.canvas_id).where(areas.c.expires_at <= _NOW).distinct()
_EXPIRED = (
    select(canvases.c.seq, *_AREA)
    .join_from(areas, canvases, canvases.c.id == areas.c.canvas_id)
    .join(artists, artists.c.id == areas.c.holder_id)
    .where(_OF_CANVAS, areas.c.expires_at <= _NOW)
    .order_by(areas.c.id)
    .limit(bindparam("count"))
)


def holder_at(
    canvas_id: ColumnElement[int], x: ColumnElement[int], y: ColumnElement[int]
) -> ColumnElement[Any]:
    """Build the expression for the artist who holds a cell, null if none does.

    At most one does, by `ex_areas_overlap`; written like that constraint, so that its index is used.
    """
    across = func.int4range(areas.c.x, areas.c.x + areas.c["columns"])
    down = func.int4range(areas.c.y, areas.c.y + areas.c["rows"])
    return (
        select(areas.c.holder_id)
        .where(areas.c.canvas_id == canvas_id, across.op("@>")(x), down.op("@>")(y), _LIVE)
        .scalar_subquery()
    )


_HOLDER = select(
    holder_at(
        bindparam("canvas_id", type_=BigInteger),
        cast(bindparam("x"), Integer),
        cast(bindparam("y"), Integer),
    )
)


def area_of(row: Row) -> Area:
    """Read an area from a row of its columns."""
    return Area(
        id=row.area_id,
        canvas_id=row.canvas_id,
        holder=Artist(row.holder_id, row.holder_username, row.holder_display_name),
        x=row.x,
        y=row.y,
        columns=row.columns,
        rows=row.rows,
        claimed_at=row.claimed_at,
        expires_at=row.expires_at,
    )


async def get(conn: Connection, canvas_id: int, area_id: int) -> Area | None:
    """Return a live area of the canvas, or None."""
    row = await conn.fetch_one(_BY_ID, {"canvas_id": canvas_id, "area_id": area_id})
    return None if row is None else area_of(row)


async def list_live(conn: Connection, canvas_id: int, *, after: int, count: int) -> Sequence[Area]:
    """Return up to `count` live areas of the canvas ordered by id, beyond `after`."""
    params = {"canvas_id": canvas_id, "after": after, "count": count}
    return [area_of(row) for row in await conn.fetch_all(_ALL_LIVE, params)]


async def get_cell_holder(conn: Connection, canvas_id: int, x: int, y: int) -> int | None:
    """Return the id of the artist who holds the cell, or None."""
    holder_id = await conn.fetch_value(_HOLDER, {"canvas_id": canvas_id, "x": x, "y": y})
    return None if holder_id is None else int(holder_id)


async def get_claim_state(
    conn: Connection, canvas_id: int, artist_id: int
) -> tuple[Canvas | None, int, datetime | None]:
    """Return a canvas, how many cells of it the artist's live areas hold, and the time."""
    row = await conn.fetch_one(_CLAIM_STATE, {"canvas_id": canvas_id, "artist_id": artist_id})
    return (None, 0, None) if row is None else (canvases_store.canvas_of(row), int(row.cells_held), row.now)


async def add(conn: Connection, values: dict[str, Any]) -> int:
    """Store a new area and return its id; raises UniqueViolated `ex_areas_overlap` when a cell is taken."""
    return int(await conn.fetch_value(_INSERT, values))


async def extend(conn: Connection, area_id: int, lifetime: timedelta) -> datetime:
    """Make the area expire `lifetime` from now; returns when that is."""
    ends: datetime = await conn.fetch_value(_EXTEND, {"area_id": area_id, "lifetime": lifetime})
    return ends


def defer_delete(conn: Connection, area_id: int) -> None:
    """Delete an area with the COMMIT."""
    conn.defer(_DELETE, {"area_id": area_id})


async def list_canvases_with_expired(conn: Connection) -> Sequence[int]:
    """Return the canvases that have expired areas to sweep."""
    return [row.canvas_id for row in await conn.fetch_all(_CANVASES_WITH_EXPIRED)]


async def list_expired(conn: Connection, canvas_id: int, count: int) -> tuple[CanvasSeq, Sequence[Area]]:
    """Return the number of the canvas's last change (0 if there are none) and up to `count` expired areas."""
    rows = await conn.fetch_all(_EXPIRED, {"canvas_id": canvas_id, "count": count})
    return CanvasSeq(canvas_id, rows[0].seq if rows else 0), [area_of(row) for row in rows]
