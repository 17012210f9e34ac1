"""SQL of canvases."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Select,
    Text,
    any_,
    bindparam,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.tiles.artists.rules import Actor, Artist
from services.tiles.artists.store import DISPLAYED_NAME
from services.tiles.canvases.rules import Canvas, CanvasFilter, Mode, Share, Shares, Sort
from services.tiles.tables import artists, canvases, tiles
from shared.db import Connection, Row
from shared.http.models import BIGINT_MAX
from shared.text import search_pattern

COLUMNS = (
    canvases.c.id,
    canvases.c.owner_id,
    artists.c.username.label("owner_username"),
    DISPLAYED_NAME.label("owner_display_name"),
    canvases.c.name,
    canvases.c.description,
    canvases.c.width,
    canvases.c.height,
    canvases.c.tile_size,
    canvases.c.palette,
    canvases.c.collaboration_mode,
    canvases.c.max_tiles_per_user,
    canvases.c.is_public,
    canvases.c.is_active,
    canvases.c.tile_count,
    canvases.c.seq,
    canvases.c.created_at,
    canvases.c.updated_at,
)
_SELECT = select(*COLUMNS).join_from(canvases, artists, artists.c.id == canvases.c.owner_id)

_BY_ID = _SELECT.where(canvases.c.id == bindparam("canvas_id"))
_KEYS: dict[Sort, Sequence[Column[int]]] = {
    Sort.OLDEST: (canvases.c.id,),
    Sort.NEWEST: (canvases.c.id,),
    Sort.ACTIVE: (canvases.c.active_minute, canvases.c.id),
    Sort.TILES: (canvases.c.tile_count, canvases.c.id),
}


_owner_id: ColumnElement[int] = bindparam("owner_id", type_=BigInteger)
_pattern: ColumnElement[str] = bindparam("pattern", type_=Text)


def _visible(sort: Sort) -> Select[Any]:
    key = _KEYS[sort]
    cursor = [bindparam(f"key_{number}", type_=BigInteger) for number in range(len(key))]
    ordered = [column.asc() if sort is Sort.OLDEST else column.desc() for column in key]
    beyond = tuple_(*key) > tuple_(*cursor) if sort is Sort.OLDEST else tuple_(*key) < tuple_(*cursor)
    return (
        _SELECT.add_columns(canvases.c.active_minute)
        .where(
            canvases.c.is_active,
            or_(canvases.c.is_public, canvases.c.owner_id == bindparam("viewer_id"), bindparam("sees_all")),
            or_(_owner_id.is_(None), canvases.c.owner_id == _owner_id),
            or_(_pattern.is_(None), canvases.c.search_text.like(func.lower(_pattern))),
            beyond,
        )
        .order_by(*ordered)
        .limit(bindparam("count"))
    )


# Parameters are literals by the time PostgreSQL plans, so an unused filter does not rule out an index.
_VISIBLE = {sort: _visible(sort) for sort in Sort}
_INSERT = (
    insert(canvases)
    .values(
        {
            name: bindparam(name)
            for name in (
                "owner_id", "name", "description", "width", "height", "tile_size", "palette",
                "collaboration_mode", "max_tiles_per_user", "is_public",
            )
        }
    )
    .returning(canvases.c.id)
)  # fmt: skip
_SAVE = (
    update(canvases)
    .where(canvases.c.id == bindparam("canvas_id"))
    .values(
        name=bindparam("new_name"),
        description=bindparam("new_description"),
        max_tiles_per_user=bindparam("new_max_tiles_per_user"),
        is_public=bindparam("new_is_public"),
        is_active=bindparam("new_is_active"),
        collaboration_mode=bindparam("new_mode"),
    )
)
_STATS = (
    select(
        artists.c.id,
        artists.c.username,
        DISPLAYED_NAME.label("display_name"),
        func.count().label("tile_count"),
        func.sum(tiles.c.like_count).label("like_count"),
        func.count().over().label("all_artists"),
        func.sum(func.sum(tiles.c.like_count)).over().label("all_likes"),
    )
    .join_from(tiles, artists, artists.c.id == tiles.c.creator_id)
    .where(tiles.c.canvas_id == bindparam("canvas_id"))
    .group_by(artists.c.id)
    .order_by(func.count().desc(), artists.c.id)
    .limit(bindparam("count"))
)
_LOCK = select(canvases.c.id).where(canvases.c.id == bindparam("canvas_id")).with_for_update(key_share=True)

_FREE = (
    select(canvases.c.id)
    .where(canvases.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
    .with_for_update(key_share=True, skip_locked=True)
)


def canvas_of(row: Row) -> Canvas:
    """Read a canvas from a row of COLUMNS."""
    return Canvas(
        id=row.id,
        owner=Artist(row.owner_id, row.owner_username, row.owner_display_name),
        name=row.name,
        description=row.description,
        width=row.width,
        height=row.height,
        tile_size=row.tile_size,
        palette=tuple(row.palette),
        mode=Mode(row.collaboration_mode),
        max_tiles_per_user=row.max_tiles_per_user,
        is_public=row.is_public,
        is_active=row.is_active,
        tile_count=row.tile_count,
        seq=row.seq,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


async def get(conn: Connection, canvas_id: int) -> Canvas | None:
    """Return a canvas in any state, or None."""
    row = await conn.fetch_one(_BY_ID, {"canvas_id": canvas_id})
    return None if row is None else canvas_of(row)


def key_length(sort: Sort) -> int:
    """Return how many numbers a position in the list has."""
    return len(_KEYS[sort])


async def list_visible(
    conn: Connection,
    viewer: Actor | None,
    wanted: CanvasFilter,
    *,
    beyond: Sequence[int] | None,
    count: int,
) -> Sequence[tuple[Canvas, Sequence[int]]]:
    """Return up to `count` canvases that the viewer may see, each with its position in the list.

    They follow the position `beyond`; without one they begin the list.
    """
    key = _KEYS[wanted.sort]
    start = beyond or [0 if wanted.sort is Sort.OLDEST else BIGINT_MAX] * len(key)
    params = {
        "viewer_id": None if viewer is None else viewer.id,
        "sees_all": viewer is not None and viewer.is_moderator,
        "owner_id": wanted.owner_id,
        "pattern": None if wanted.search is None else search_pattern(wanted.search),
        "count": count,
        **{f"key_{number}": value for number, value in enumerate(start)},
    }
    rows = await conn.fetch_all(_VISIBLE[wanted.sort], params)
    return [(canvas_of(row), [getattr(row, column.name) for column in key]) for row in rows]


def defer_save(conn: Connection, canvas: Canvas) -> None:
    """Store what may change of a canvas with the COMMIT; the caller holds it."""
    conn.defer(
        _SAVE,
        {
            "canvas_id": canvas.id,
            "new_name": canvas.name,
            "new_description": canvas.description,
            "new_max_tiles_per_user": canvas.max_tiles_per_user,
            "new_is_public": canvas.is_public,
            "new_is_active": canvas.is_active,
            "new_mode": canvas.mode,
        },
    )


async def get_shares(conn: Connection, canvas_id: int, top: int) -> Shares:
    """Return how much of a canvas artists have: the `top` ones by tiles, and the sums over all of them."""
    rows = await conn.fetch_all(_STATS, {"canvas_id": canvas_id, "count": top})
    return Shares(
        artist_count=rows[0].all_artists if rows else 0,
        like_count=int(rows[0].all_likes) if rows else 0,
        top=[
            Share(Artist(row.id, row.username, row.display_name), row.tile_count, int(row.like_count))
            for row in rows
        ],
    )


async def add(conn: Connection, values: dict[str, Any]) -> int:
    """Store a new canvas and return its id."""
    return int(await conn.fetch_value(_INSERT, values))


def prepend_lock(conn: Connection, canvas_id: int) -> None:
    """Lock the canvas until the transaction ends, so that it has one writer at a time.

    Sent in the round trip of the next statement. A canvas is locked before anything on it is read, so that
    reads see what the previous writer left, and before any other row, so that two writers cannot deadlock.
    """
    conn.prepend(_LOCK, {"canvas_id": canvas_id})


async def list_unlocked(conn: Connection, canvas_ids: Collection[int]) -> set[int]:
    """Return those of the canvases that no transaction holds at this moment."""
    return {row.id for row in await conn.fetch_all(_FREE, {"ids": list(canvas_ids)})}
