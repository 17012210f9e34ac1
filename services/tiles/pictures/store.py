"""SQL of pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import BigInteger, ColumnElement, Integer, and_, any_, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.regions import Region
from services.tiles.canvases.rules import Canvas
from services.tiles.tables import artists, canvases, tiles
from shared.db import Connection, byte_strings, integers

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
_LAYOUT = (
    "SELECT canvases.seq, count(tiles.id) AS count, coalesce(string_agg("
    " int8send(tiles.id) || int2send(tiles.x::int2) || int2send(tiles.y::int2) || int4send(tiles.version)"
    " || tiles.pixels, ''::bytea ORDER BY tiles.y, tiles.x), ''::bytea) AS tiles"
    " FROM canvases LEFT JOIN tiles ON tiles.canvas_id = canvases.id AND tiles.is_public"
    " AND tiles.x BETWEEN :x AND :x + :columns - 1 AND tiles.y BETWEEN :y AND :y + :rows - 1"
    " WHERE canvases.id = :canvas_id GROUP BY canvases.id"
)
_LAID_OUT, _LAID_OUT_WITHOUT_PIXELS = text(_LAYOUT), text(_LAYOUT.replace(" || tiles.pixels", ""))

# A copy shows its block as long as the same versions of the same tiles are there: used colours never change.
_BLOCKS = text(
    "WITH found AS ("
    " SELECT x / :side AS x, y / :side AS y, bit_xor(hashint8extended(id, version)) AS fingerprint"
    " FROM tiles WHERE canvas_id = :canvas_id AND is_public"
    " AND x BETWEEN :left AND :right AND y BETWEEN :top AND :bottom GROUP BY 1, 2)"
    " SELECT canvases.seq, canvases.palette, found.x, found.y, found.fingerprint, blocks.copy"
    " FROM canvases LEFT JOIN found ON true LEFT JOIN blocks ON blocks.canvas_id = canvases.id"
    " AND blocks.x = found.x AND blocks.y = found.y AND blocks.fingerprint = found.fingerprint"
    " WHERE canvases.id = :canvas_id ORDER BY found.y, found.x"
)
# In the order of `_BLOCKS`: two processes that keep the same blocks wait for each other, but never mutually.
_KEEP_BLOCKS = text(
    "INSERT INTO blocks (canvas_id, x, y, fingerprint, copy)"
    " SELECT :canvas_id, * FROM unnest(CAST(:xs AS int[]), CAST(:ys AS int[]),"
    " CAST(:fingerprints AS bigint[]), CAST(:copies AS bytea[]))"
    " ON CONFLICT (canvas_id, x, y) DO UPDATE SET fingerprint = excluded.fingerprint, copy = excluded.copy"
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
class Block:
    """A part of a canvas with public tiles, in its place counted in blocks; no `copy` if none shows it."""

    x: int
    y: int
    fingerprint: int
    copy: bytes | None


@dataclass(frozen=True, slots=True)
class Layout:
    """The public tiles of some cells of a canvas at change `seq`, in the snapshot's format."""

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


async def get_layout(conn: Connection, canvas_id: int, band: Region, *, with_pixels: bool) -> Layout:
    """Return the public tiles of a rectangle and the number of the change they show, in one statement."""
    statement = _LAID_OUT if with_pixels else _LAID_OUT_WITHOUT_PIXELS
    row = await conn.fetch_one(statement, {"canvas_id": canvas_id, **asdict(band)})
    return Layout(row.seq, row.count, row.tiles)


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks of a canvas at change `seq`, with the palette that it has then."""

    seq: int
    palette: Sequence[str]
    blocks: Sequence[Block]


async def list_blocks(conn: Connection, canvas_id: int, cells: Region, side: int) -> Blocks:
    """Return the blocks of `side` cells that a rectangle touches.

    Of those at its edges all cells count, so the rectangle is widened to whole blocks.
    """
    left, top = cells.x // side * side, cells.y // side * side
    right, bottom = cells.x + cells.columns - 1, cells.y + cells.rows - 1
    params = {
        "canvas_id": canvas_id,
        "side": side,
        "left": left,
        "top": top,
        "right": right // side * side + side - 1,
        "bottom": bottom // side * side + side - 1,
    }
    rows = await conn.fetch_all(_BLOCKS, params)
    blocks = [Block(row.x, row.y, row.fingerprint, row.copy) for row in rows if row.x is not None]
    return Blocks(rows[0].seq, rows[0].palette, blocks)


async def keep_blocks(conn: Connection, canvas_id: int, blocks: Sequence[Block]) -> None:
    """Keep the copies of blocks, which are in the order in which they were listed."""
    params = {
        "canvas_id": canvas_id,
        "xs": integers(block.x for block in blocks),
        "ys": integers(block.y for block in blocks),
        "fingerprints": integers(block.fingerprint for block in blocks),
        "copies": byte_strings(block.copy for block in blocks),
    }
    await conn.execute(_KEEP_BLOCKS, params)
