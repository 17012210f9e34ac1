"""Use cases of templates."""

from __future__ import annotations

import asyncio
import secrets
import zlib
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import Final

from aiohttp import web
from PIL import Image, ImageColor

from services.tiles.artists.actors import actor_of, viewer_of
from services.tiles.artists.store import ensure_artist
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.regions import Region
from services.tiles.canvases.rules import Canvas
from services.tiles.canvases.service import visible_to
from services.tiles.drawings import Client, Drawings
from services.tiles.pictures.renderings import Rendering, Renderings
from services.tiles.pictures.store import list_painted
from services.tiles.templates import rules, store
from services.tiles.templates.colours import match_palette
from services.tiles.templates.comparison import compare, draw_box
from services.tiles.templates.images import read_image, read_size
from services.tiles.templates.rules import Box, Template, no_such_template
from services.tiles.templates.schemas import ProgressView, TemplateChange, TemplateDraft, TemplateView
from services.tiles.templates.store import Placed
from shared.db import Database
from shared.http.models import Page, Paging
from shared.http.paging import after_id, slice_of
from shared.identity import Identity

SLUG_BYTES = 9
"""Random bytes, 12 characters: a billion guesses at a million slugs have a chance of 1 in 4 million."""

READING_COST: Final = 8
"""Pixels that a client could have had drawn for one that is read and matched: that takes about as long."""


class Templates:
    """Uploading templates, showing them, and comparing them with their canvas.

    Methods with a `client` raise TooManyRequests when it has had too many pixels drawn, or too much waits.
    """

    def __init__(self, database: Database, drawings: Drawings) -> None:
        self._database = database
        self._drawings = drawings
        self._renderings: Renderings[Rendering] = Renderings()

    async def upload(
        self, caller: Identity, client: Client, canvas_id: int, draft: TemplateDraft
    ) -> Template:
        """Store a picture as a template.

        Raises NotFound for the canvas, Invalid naming `image`, `x` or `y`, NotAllowed `template_limit`,
        Conflict `palette_changed`.
        """
        async with self._database.connection() as conn:
            canvas = visible_to(caller, await canvases_store.get(conn, canvas_id))
        file = draft.file()
        width, height = read_size(file)
        rules.check_size(width, height)
        self._drawings.charge(client, READING_COST * width * height)
        async with self._drawings.turn(READING_COST * width * height):
            size, indices = await asyncio.to_thread(_match, file, canvas, dither=draft.dither)
        rules.check_position(canvas, draft.x, draft.y, *size)
        pixels = size[0] * size[1] - indices.count(0)
        rules.check_has_pixels(pixels)
        values = {
            **draft.model_dump(include={"name", "x", "y", "is_public"}),
            "slug": secrets.token_urlsafe(SLUG_BYTES),
            "canvas_id": canvas_id,
            "creator_id": caller.account_id,
            "width": size[0],
            "height": size[1],
            "pixels": pixels,
            "indices": await asyncio.to_thread(zlib.compress, indices),
        }
        async with self._database.transaction() as conn:
            ensure_artist(conn, caller)
            store.prepend_creator_lock(conn, caller.account_id)
            if await store.add(conn, values) is None:
                raise rules.template_limit()
            if not await canvases_store.use_colours(conn, canvas, set(indices)):
                raise rules.palette_changed()
            placed = await store.get(conn, values["slug"])
        assert placed is not None
        return placed.template

    async def get(self, viewer: Identity | None, slug: str) -> Template:
        """Return a template. Raises NotFound."""
        return (await self._get(viewer, slug)).template

    async def list(self, viewer: Identity | None, canvas_id: int, paging: Paging) -> Page[TemplateView]:
        """Return a slice of the public templates of a canvas and the viewer's own. Raises NotFound."""
        async with self._database.connection() as conn:
            visible_to(viewer, await canvases_store.get(conn, canvas_id))
            found = await store.list_seen(
                conn, canvas_id, viewer_of(viewer), after=after_id(paging), count=paging.limit + 1
            )
        items, cursor = slice_of(found, paging, lambda template: (template.id,))
        return Page(items=[TemplateView.model_validate(one) for one in items], next_cursor=cursor)

    async def change(self, caller: Identity, slug: str, change: TemplateChange) -> Template:
        """Move, rename or publish a template. Raises NotFound, NotAllowed, Invalid naming `x` or `y`."""
        async with self._database.transaction() as conn:
            template, canvas, _ = _seen(caller, await store.get_for_update(conn, slug))
            rules.check_may_change(template, actor_of(caller))
            changed = replace(template, **change.model_dump(include=change.model_fields_set))
            rules.check_position(canvas, changed.x, changed.y, changed.width, changed.height)
            store.defer_save(conn, changed)
        return changed

    async def delete(self, caller: Identity, slug: str) -> None:
        """Delete a template. Raises NotFound, NotAllowed."""
        async with self._database.transaction() as conn:
            template, canvas, _ = _seen(caller, await store.get_for_update(conn, slug))
            rules.check_may_delete(template, canvas, actor_of(caller))
            store.defer_delete(conn, template.id)

    async def pixels(self, viewer: Identity | None, slug: str) -> Rendering:
        """Return the palette indices of a template as a zlib stream. Raises NotFound."""
        template = await self.get(viewer, slug)
        return Rendering.of(0, await self._indices_of(template))

    async def picture(self, viewer: Identity | None, client: Client, slug: str) -> Rendering:
        """Return a template as a PNG. Raises NotFound."""
        template, canvas, _ = await self._get(viewer, slug)
        pixels = template.width * template.height

        async def draw() -> Rendering:
            async with self._drawings.turn(pixels):
                indices = await self._indices_of(template)
                return await asyncio.to_thread(_draw, template, indices, canvas.palette)

        admit = partial(self._drawings.charge, client, pixels)
        return await self._renderings.get((template.id, "picture"), 0, draw, admit)

    async def progress(self, viewer: Identity | None, client: Client, slug: str) -> Rendering:
        """Return the JSON of how much of a template is painted. Raises NotFound."""
        template, canvas, picture_seq = await self._get(viewer, slug)
        box = rules.box_of(canvas, template)
        pixels = (box.right - box.left) * (box.bottom - box.top)

        async def measure() -> Rendering:
            async with self._drawings.turn(pixels):
                return await self._measure(template, canvas, box)

        admit = partial(self._drawings.charge, client, pixels)
        key = (template.id, template.x, template.y)
        return await self._renderings.get(key, picture_seq, measure, admit)

    async def _measure(self, template: Template, canvas: Canvas, box: Box) -> Rendering:
        size = canvas.tile_size
        x, y = box.left // size, box.top // size
        region = Region(x, y, -(-box.right // size) - x, -(-box.bottom // size) - y)
        indices = await self._indices_of(template)
        async with self._database.connection() as conn:
            seq, tiles = await list_painted(conn, canvas.id, region)

        def count() -> Rendering:
            painted = draw_box(box, tiles, size)
            progress = compare(template, zlib.decompress(indices), box, painted, canvas.palette)
            return Rendering.of(seq, ProgressView.of(progress).model_dump_json().encode())

        return await asyncio.to_thread(count)

    async def _indices_of(self, template: Template) -> bytes:
        async with self._database.connection() as conn:
            indices = await store.get_indices(conn, template.id)
        if indices is None:
            raise no_such_template()
        return indices

    async def _get(self, viewer: Identity | None, slug: str) -> Placed:
        async with self._database.connection() as conn:
            return _seen(viewer, await store.get(conn, slug))


def _seen(viewer: Identity | None, placed: Placed | None) -> Placed:
    if placed is None:
        raise no_such_template()
    rules.check_may_see(placed.canvas, viewer_of(viewer))
    return placed


def _match(file: bytes, canvas: Canvas, *, dither: bool) -> tuple[tuple[int, int], bytes]:
    image = read_image(file)
    return image.size, match_palette(image, canvas.palette, dither=dither)


def _draw(template: Template, indices: bytes, palette: Sequence[str]) -> Rendering:
    picture = Image.frombytes("P", (template.width, template.height), zlib.decompress(indices))
    picture.putpalette(b"".join(bytes(ImageColor.getrgb(colour)) for colour in ("#000000", *palette)))
    png = BytesIO()
    picture.save(png, "PNG", transparency=0)
    return Rendering.of(0, png.getvalue())


TEMPLATES = web.AppKey("TEMPLATES", Templates)
