"""SQL of pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import BigInteger, ColumnElement, Integer, and_, any_, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.rules import Canvas, Region
from services.tiles.tables import artists, canvases, tiles
from shared.db import Connection

_STATES = (
    select(*canvases_store.COLUMNS, canvases.c.picture_seq)
    .join_from(canvases, artists, artists.c.id == canvases.c.owner_id)
    .where(canvases.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
)

_x: ColumnElement[int] = bindparam("x", type_=Integer)
_y: ColumnElement[int] = bindparam("y", type_=Integer)
_PAINTED = (
    select(canvases.c.seq, tiles.c.x, tiles.c.y, tiles.c.pixels)
    .join_from(
        canvases,
        tiles,
        and_(
            tiles.c.canvas_id == canvases.c.id,
            tiles.c.is_public,
            tiles.c.x.between(_x, _x + bindparam("columns", type_=Integer) - 1),
            tiles.c.y.between(_y, _y + bindparam("rows", type_=Integer) - 1),
        ),
        isouter=True,
    )
    .where(canvases.c.id == bindparam("canvas_id"))
)

# PostgreSQL lays the tiles out in the snapshot's format: one value to read instead of a row per tile.
_LAID_OUT = text(
    "SELECT canvases.seq, count(tiles.id) AS count, coalesce(string_agg("
    " int8send(tiles.id) || int2send(tiles.x::int2) || int2send(tiles.y::int2) || int4send(tiles.version)"
    " || tiles.pixels, ''::bytea ORDER BY tiles.y, tiles.x), ''::bytea) AS tiles"
    " FROM canvases LEFT JOIN tiles ON tiles.canvas_id = canvases.id AND tiles.is_public"
    " AND tiles.y BETWEEN :y AND :y + :rows - 1"
    " WHERE canvases.id = :canvas_id GROUP BY canvases.id"
)
_ONE_MOMENT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


@dataclass(frozen=True, slots=True)
class CanvasState:
    """A canvas and the number of the last change that its picture shows."""

    canvas: Canvas
    picture_seq: int


@dataclass(frozen=True, slots=True)
class PaintedTile:
    """A tile to draw: its cell and its pixels."""

    x: int
    y: int
    pixels: bytes


@dataclass(frozen=True, slots=True)
class Layout:
    """The public tiles of some rows of a canvas at change `seq`, in the snapshot's format."""

    seq: int
    count: int
    tiles: bytes


def prepend_one_moment(conn: Connection) -> None:
    """Let all statements of this transaction, which must be its first, see the same moment."""
    conn.prepend(_ONE_MOMENT)


async def list_states(conn: Connection, canvas_ids: Sequence[int]) -> Mapping[int, CanvasState]:
    """Return those of the canvases that exist, by id."""
    rows = await conn.fetch_all(_STATES, {"ids": canvas_ids})
    return {row.id: CanvasState(canvases_store.canvas_of(row), row.picture_seq) for row in rows}


async def list_painted(conn: Connection, canvas_id: int, region: Region) -> tuple[int, Sequence[PaintedTile]]:
    """Return the public tiles of a rectangle and the number of the change they show, in one statement."""
    rows = await conn.fetch_all(_PAINTED, {"canvas_id": canvas_id, **asdict(region)})
    return rows[0].seq, [PaintedTile(row.x, row.y, row.pixels) for row in rows if row.x is not None]


async def get_layout(conn: Connection, canvas_id: int, band: Region) -> Layout:
    """Return the public tiles of a canvas's rows and the number of the change they show, in one statement."""
    row = await conn.fetch_one(_LAID_OUT, {"canvas_id": canvas_id, "y": band.y, "rows": band.rows})
    return Layout(row.seq, row.count, row.tiles)
