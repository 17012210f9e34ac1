"""SQL of canvases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import BIT

from services.tiles.artists.rules import Actor, Artist
from services.tiles.artists.store import DISPLAYED_NAME
from services.tiles.canvases.colours import BITS, all_colours, pack_colours, unpack_colours
from services.tiles.canvases.rules import (
    PLACING_FIELDS,
    Canvas,
    CanvasFilter,
    CanvasRole,
    Chatters,
    Mode,
    Painters,
    Placing,
    Sort,
)
from services.tiles.tables import artists, canvases, members
from shared.db import Connection, Row
from shared.http.models import BIGINT_MAX
from shared.text import search_pattern

_ROLES = (
    select(func.json_object_agg(members.c.artist_id, members.c.role))
    .where(members.c.canvas_id == canvases.c.id)
    .correlate(canvases)
    .scalar_subquery()
)
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
    canvases.c.paper_color,
    canvases.c.collaboration_mode,
    canvases.c.max_tiles_per_user,
    canvases.c.is_public,
    canvases.c.is_active,
    canvases.c.chat,
    canvases.c.who_paints,
    canvases.c.is_archived,
    _ROLES.label("roles"),
    canvases.c.tile_count,
    canvases.c.seq,
    canvases.c.created_at,
    canvases.c.updated_at,
    *(canvases.c[name] for name in PLACING_FIELDS),
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
_member_id: ColumnElement[int] = bindparam("member_id", type_=BigInteger)
_viewer_id: ColumnElement[int] = bindparam("viewer_id", type_=BigInteger)
_pattern: ColumnElement[str] = bindparam("pattern", type_=Text)


def _bits(name: str) -> ColumnElement[str]:
    """Build a bit string from a parameter, colours as `pack_colours` writes them."""
    return cast(cast(bindparam(name), Text), BIT(BITS))


def has_member(artist_id: ColumnElement[int], role: CanvasRole | None = None) -> ColumnElement[bool]:
    """Build the condition that an artist has a role on the canvas, or this one."""
    of_artist = and_(members.c.canvas_id == canvases.c.id, members.c.artist_id == artist_id)
    return exists().where(of_artist if role is None else and_(of_artist, members.c.role == role.value))


def _visible(sort: Sort) -> Select[Any]:
    key = _KEYS[sort]
    cursor = [bindparam(f"key_{number}", type_=BigInteger) for number in range(len(key))]
    ordered = [column.asc() if sort is Sort.OLDEST else column.desc() for column in key]
    beyond = tuple_(*key) > tuple_(*cursor) if sort is Sort.OLDEST else tuple_(*key) < tuple_(*cursor)
    return (
        _SELECT.add_columns(canvases.c.active_minute)
        .where(
            canvases.c.is_active,
            or_(
                canvases.c.is_public,
                canvases.c.owner_id == bindparam("viewer_id"),
                bindparam("sees_all"),
                has_member(_viewer_id),
            ),
            or_(_member_id.is_(None), has_member(_member_id)),
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
            "colours_used": _bits("colours"),
            **{
                name: bindparam(name)
                for name in (
                    "owner_id", "name", "description", "width", "height", "tile_size", "palette",
                    "paper_color", "collaboration_mode", "max_tiles_per_user", "is_public", "chat",
                    "who_paints", *PLACING_FIELDS,
                )
            },
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
        paper_color=bindparam("new_paper_color"),
        max_tiles_per_user=bindparam("new_max_tiles_per_user"),
        is_public=bindparam("new_is_public"),
        is_active=bindparam("new_is_active"),
        collaboration_mode=bindparam("new_mode"),
        chat=bindparam("new_chat"),
        who_paints=bindparam("new_who_paints"),
        is_archived=bindparam("now_archived", type_=Boolean),
        **{name: bindparam(f"new_{name}") for name in PLACING_FIELDS},
    )
)
_SAVE_PALETTE = (
    update(canvases)
    .where(canvases.c.id == bindparam("canvas_id"))
    .values(
        palette=bindparam("new_palette"),
        colours_used=func.coalesce(canvases.c.colours_used, _bits("colours")),
    )
)
_COLOURS_USED = select(canvases.c.colours_used).where(canvases.c.id == bindparam("canvas_id"))
_USE = (
    update(canvases)
    .where(canvases.c.id == bindparam("canvas_id"), canvases.c.palette == bindparam("palette"))
    .values(colours_used=canvases.c.colours_used.op("|")(_bits("colours")))
    .returning(canvases.c.id)
)
# Relative to the moment at which this statement arrived, when the canvas was locked already.
_RESCALE = text(
    "UPDATE charges SET full_at = statement_timestamp()"
    " + least(date_part('epoch', full_at - statement_timestamp()) / :cooldown, :max_charges)"
    " * :new_cooldown * interval '1 second'"
    " WHERE canvas_id = :canvas_id AND full_at > statement_timestamp()"
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
        paper_color=row.paper_color,
        mode=Mode(row.collaboration_mode),
        max_tiles_per_user=row.max_tiles_per_user,
        is_public=row.is_public,
        is_active=row.is_active,
        tile_count=row.tile_count,
        seq=row.seq,
        created_at=row.created_at,
        updated_at=row.updated_at,
        placing=_placing_of(row),
        chat=Chatters(row.chat),
        who_paints=Painters(row.who_paints),
        is_archived=row.is_archived,
        roles={int(artist_id): CanvasRole(role) for artist_id, role in (row.roles or {}).items()},
    )


def _placing_of(row: Row) -> Placing | None:
    if row.cooldown_seconds is None:
        return None
    return Placing(row.cooldown_seconds, row.max_charges, row.starts_at, row.ends_at, row.frozen)


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
        "member_id": wanted.member_id,
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
            "new_paper_color": canvas.paper_color,
            "new_max_tiles_per_user": canvas.max_tiles_per_user,
            "new_is_public": canvas.is_public,
            "new_is_active": canvas.is_active,
            "new_mode": canvas.mode,
            "new_chat": canvas.chat,
            "new_who_paints": canvas.who_paints,
            "now_archived": canvas.is_archived,
            **{f"new_{name}": value for name, value in placing_columns(canvas.placing).items()},
        },
    )


def defer_save_palette(conn: Connection, canvas: Canvas, palette: Sequence[str]) -> None:
    """Store another palette with the COMMIT; the caller holds the canvas and has checked what is used.

    Where nothing is known of that, all colours so far are used from now on, and those that follow are not.
    """
    conn.defer(
        _SAVE_PALETTE,
        {
            "canvas_id": canvas.id,
            "new_palette": list(palette),
            "colours": pack_colours(all_colours(canvas.palette)),
        },
    )


async def list_colours_used(conn: Connection, canvas: Canvas) -> frozenset[int]:
    """Return the colours that keep their place and value; all of them where nothing is known."""
    bits = await conn.fetch_value(_COLOURS_USED, {"canvas_id": canvas.id})
    return all_colours(canvas.palette) if bits is None else unpack_colours(bits)


async def use_colours(conn: Connection, canvas: Canvas, colours: Iterable[int]) -> bool:
    """Use colours of a canvas outside its pictures; False if its palette is not that of `canvas` any more."""
    found = await conn.fetch_value(
        _USE, {"canvas_id": canvas.id, "palette": list(canvas.palette), "colours": pack_colours(colours)}
    )
    return found is not None


def defer_rescale(conn: Connection, canvas_id: int, before: Placing, after: Placing) -> None:
    """Let artists who wait for charges gain the rest at a new rate, with the COMMIT.

    They lack as many charges as before, fractions included, but no more than there can be now.
    """
    if before.cooldown_seconds == 0 or (before.cooldown_seconds, before.max_charges) == (
        after.cooldown_seconds,
        after.max_charges,
    ):
        return
    conn.defer(
        _RESCALE,
        {
            "canvas_id": canvas_id,
            "cooldown": before.cooldown_seconds,
            "new_cooldown": after.cooldown_seconds,
            "max_charges": after.max_charges,
        },
    )


def placing_columns(placing: Placing | None) -> dict[str, Any]:
    """Return how a canvas's row stores these settings, None outside `place` mode."""
    if placing is None:
        return {**dict.fromkeys(PLACING_FIELDS), "frozen": False}
    return asdict(placing)


async def add(conn: Connection, values: dict[str, Any]) -> int:
    """Store a new canvas and return its id."""
    return int(await conn.fetch_value(_INSERT, {**values, "colours": pack_colours(())}))
