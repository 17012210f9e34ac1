"""SQL of templates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Boolean, ColumnElement, bindparam, func, or_, select, text, update

from services.tiles.artists.rules import Actor, Artist
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.rules import Canvas
from services.tiles.tables import artists, canvases, templates
from services.tiles.templates.rules import MAX_TEMPLATES, Template
from shared.db import Connection, Row

_creators = artists.alias("creators")
_TEMPLATE = (
    templates.c.id.label("template_id"),
    templates.c.slug,
    templates.c.canvas_id,
    templates.c.creator_id,
    _creators.c.username.label("creator_username"),
    func.coalesce(_creators.c.display_name, _creators.c.username).label("creator_display_name"),
    templates.c.name.label("template_name"),
    templates.c.x,
    templates.c.y,
    templates.c.width.label("template_width"),
    templates.c.height.label("template_height"),
    templates.c.pixels,
    templates.c.is_public.label("template_is_public"),
)
_TEMPLATES = select(*_TEMPLATE).join_from(templates, _creators, _creators.c.id == templates.c.creator_id)
_BY_SLUG = (
    _TEMPLATES.add_columns(*canvases_store.COLUMNS, canvases.c.picture_seq)
    .join(canvases, canvases.c.id == templates.c.canvas_id)
    .join(artists, artists.c.id == canvases.c.owner_id)
    .where(templates.c.slug == bindparam("slug"))
)
_BY_SLUG_FOR_UPDATE = _BY_SLUG.with_for_update(of=templates)

_viewer_id: ColumnElement[int] = bindparam("viewer_id")
_LISTED = (
    _TEMPLATES.where(
        templates.c.canvas_id == bindparam("canvas_id"),
        templates.c.id > bindparam("after"),
        or_(templates.c.is_public, templates.c.creator_id == _viewer_id),
    )
    .order_by(templates.c.id)
    .limit(bindparam("count"))
)
_INDICES = select(templates.c.indices).where(templates.c.id == bindparam("template_id"))

# Adding a template locks the artist's row, so that two of their requests cannot find the same free slot.
_LOCK_CREATOR = text("SELECT FROM artists WHERE id = :artist_id FOR NO KEY UPDATE")
_INSERT = text(
    "INSERT INTO templates (slug, canvas_id, creator_id, slot, name, x, y, width, height, pixels, is_public,"
    " indices)"
    " SELECT CAST(:slug AS text), CAST(:canvas_id AS bigint), CAST(:creator_id AS bigint), slot,"
    " CAST(:name AS text), CAST(:x AS integer), CAST(:y AS integer), CAST(:width AS integer),"
    " CAST(:height AS integer), CAST(:pixels AS integer), CAST(:is_public AS boolean),"
    " CAST(:indices AS bytea)"
    " FROM generate_series(1, CAST(:most AS integer)) AS slot"
    " WHERE NOT EXISTS (SELECT FROM templates AS taken WHERE taken.canvas_id = CAST(:canvas_id AS bigint)"
    " AND taken.creator_id = CAST(:creator_id AS bigint) AND taken.slot = slot.slot)"
    " ORDER BY slot LIMIT 1 RETURNING id"
)
_UPDATE = (
    update(templates)
    .where(templates.c.id == bindparam("template_id"))
    .values(
        name=bindparam("new_name"),
        x=bindparam("new_x"),
        y=bindparam("new_y"),
        is_public=bindparam("now_public", type_=Boolean),
    )
)
_DELETE = text("DELETE FROM templates WHERE id = :template_id")
_DELETE_PRIVATE = text("DELETE FROM templates WHERE creator_id = :artist_id AND NOT is_public")


class Placed(NamedTuple):
    """A template, its canvas, and the number of the last change of what the canvas shows."""

    template: Template
    canvas: Canvas
    picture_seq: int


def _template_of(row: Row) -> Template:
    return Template(
        id=row.template_id,
        slug=row.slug,
        canvas_id=row.canvas_id,
        creator=Artist(row.creator_id, row.creator_username, row.creator_display_name),
        name=row.template_name,
        x=row.x,
        y=row.y,
        width=row.template_width,
        height=row.template_height,
        pixels=row.pixels,
        is_public=row.template_is_public,
    )


async def get(conn: Connection, slug: str) -> Placed | None:
    """Return a template with its canvas, or None."""
    return _placed_of(await conn.fetch_one(_BY_SLUG, {"slug": slug}))


async def get_for_update(conn: Connection, slug: str) -> Placed | None:
    """Lock a template and return it with its canvas, or None."""
    return _placed_of(await conn.fetch_one(_BY_SLUG_FOR_UPDATE, {"slug": slug}))


def _placed_of(row: Row | None) -> Placed | None:
    return None if row is None else Placed(_template_of(row), canvases_store.canvas_of(row), row.picture_seq)


async def get_indices(conn: Connection, template_id: int) -> bytes | None:
    """Return the palette indices of a template, zlib-compressed; None if it is gone."""
    indices: bytes | None = await conn.fetch_value(_INDICES, {"template_id": template_id})
    return indices


async def list_seen(
    conn: Connection, canvas_id: int, viewer: Actor | None, *, after: int, count: int
) -> Sequence[Template]:
    """Return up to `count` templates ordered by id, beyond `after`: public ones and the viewer's own."""
    viewer_id = 0 if viewer is None else viewer.id
    params = {"canvas_id": canvas_id, "viewer_id": viewer_id, "after": after, "count": count}
    return [_template_of(row) for row in await conn.fetch_all(_LISTED, params)]


def prepend_creator_lock(conn: Connection, artist_id: int) -> None:
    """Hold the row of an artist from before the next statement on."""
    conn.prepend(_LOCK_CREATOR, {"artist_id": artist_id})


async def add(conn: Connection, values: dict[str, Any]) -> int | None:
    """Store a template of an artist whose row is held; returns its id, None if they have MAX_TEMPLATES."""
    template_id: int | None = await conn.fetch_value(_INSERT, {**values, "most": MAX_TEMPLATES})
    return template_id


def defer_save(conn: Connection, template: Template) -> None:
    """Store what can be changed of a template, with the COMMIT."""
    conn.defer(
        _UPDATE,
        {
            "template_id": template.id,
            "new_name": template.name,
            "new_x": template.x,
            "new_y": template.y,
            "now_public": template.is_public,
        },
    )


def defer_delete(conn: Connection, template_id: int) -> None:
    """Delete a template with the COMMIT."""
    conn.defer(_DELETE, {"template_id": template_id})


async def delete_private(conn: Connection, artist_id: int) -> None:
    """Delete the templates of an artist that were not published."""
    await conn.execute(_DELETE_PRIVATE, {"artist_id": artist_id})
