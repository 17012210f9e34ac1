"""Routes of templates."""

from __future__ import annotations

from functools import partial

from aiohttp import web

from services.tiles.pictures.renderings import Rendering
from services.tiles.templates.schemas import (
    TEMPLATE_BOUNDS,
    ProgressView,
    TemplateChange,
    TemplateDraft,
    TemplateView,
)
from services.tiles.templates.service import TEMPLATES
from shared.http.access import Access
from shared.http.clients import identify_client, read_path_prefix
from shared.http.etags import respond_tagged
from shared.http.models import Page, Paging
from shared.http.operations import Operation, RawResponse, respond, respond_empty
from shared.identity import Identity, Scope


async def upload_template(
    request: web.Request, canvas_id: int, body: TemplateDraft, caller: Identity
) -> web.Response:
    """Upload a picture to paint by, which is mapped to the canvas's palette at once.

    It may reach beyond the canvas. Who has its slug may see it where they may see the canvas; only a public
    one is listed. An artist has at most 20 on a canvas.
    """
    client = partial(identify_client, request, caller)
    template = await request.app[TEMPLATES].upload(caller, client, canvas_id, body)
    location = f"{read_path_prefix(request)}/api/v1/templates/{template.slug}"
    return respond(TemplateView.model_validate(template), status=201, headers={"Location": location})


async def list_templates(
    request: web.Request, canvas_id: int, query: Paging, caller: Identity | None
) -> web.Response:
    """List the public templates of a canvas and the caller's own, oldest first."""
    return respond(await request.app[TEMPLATES].list(caller, canvas_id, query))


async def draw_template(request: web.Request, slug: str, caller: Identity | None) -> web.Response:
    """Draw a template as an indexed-palette PNG."""
    client = partial(identify_client, request, caller)
    return _respond(request, await request.app[TEMPLATES].picture(caller, client, slug), "image/png")


async def get_template(request: web.Request, slug: str, caller: Identity | None) -> web.Response:
    """Show a template."""
    return respond(TemplateView.model_validate(await request.app[TEMPLATES].get(caller, slug)))


async def get_template_pixels(request: web.Request, slug: str, caller: Identity | None) -> web.Response:
    """Load the pixels of a template: a zlib stream (RFC 1950) of a palette index each, row by row.

    0 is transparent.
    """
    return _respond(request, await request.app[TEMPLATES].pixels(caller, slug), "application/zlib")


async def get_template_progress(request: web.Request, slug: str, caller: Identity | None) -> web.Response:
    """Show how many pixels of a template are painted in its colour, in another one, and not at all.

    Pixels beyond the canvas do not count. Drafts are not seen.
    """
    client = partial(identify_client, request, caller)
    return _respond(request, await request.app[TEMPLATES].progress(caller, client, slug), "application/json")


async def update_template(
    request: web.Request, slug: str, body: TemplateChange, caller: Identity
) -> web.Response:
    """Move, rename or publish the caller's template; omitted fields keep their values."""
    return respond(TemplateView.model_validate(await request.app[TEMPLATES].change(caller, slug, body)))


async def delete_template(request: web.Request, slug: str, caller: Identity) -> web.Response:
    """Delete a template, as its creator, the canvas's owner or a moderator."""
    await request.app[TEMPLATES].delete(caller, slug)
    return respond_empty()


def _respond(request: web.Request, rendering: Rendering, media_type: str) -> web.Response:
    return respond_tagged(request, rendering.tag, rendering.body, media_type)


_UNKNOWN = "404 template_not_found"
_LIMITS = ("429 picture_limit", "429 pictures_busy")

# The PNG before the template: AbC.png is not the template of that name.
OPERATIONS = (
    Operation(
        "POST", "/canvases/{canvas_id}/templates", upload_template, {201: TemplateView}, Access.ARTIST,
        ("403 template_limit", "404 canvas_not_found", "409 palette_changed", *_LIMITS),
        body_bounds=TEMPLATE_BOUNDS,
        scope=Scope.PAINT,
    ),
    Operation(
        "GET", "/canvases/{canvas_id}/templates", list_templates, {200: Page[TemplateView]},
        refusals=("404 canvas_not_found",),
    ),
    Operation(
        "GET", r"/templates/{slug:[\w-]+}.png", draw_template,
        {200: RawResponse("image/png", "The picture"), 304: None},
        refusals=(_UNKNOWN, *_LIMITS),
    ),
    Operation("GET", "/templates/{slug}", get_template, {200: TemplateView}, refusals=(_UNKNOWN,)),
    Operation(
        "GET", "/templates/{slug}/pixels", get_template_pixels,
        {200: RawResponse("application/zlib", "The palette indices"), 304: None},
        refusals=(_UNKNOWN,),
    ),
    Operation(
        "GET", "/templates/{slug}/progress", get_template_progress, {200: ProgressView, 304: None},
        refusals=(_UNKNOWN, *_LIMITS),
    ),
    Operation(
        "PATCH", "/templates/{slug}", update_template, {200: TemplateView}, Access.ARTIST,
        ("403 not_template_creator", _UNKNOWN),
        scope=Scope.PAINT,
    ),
    Operation(
        "DELETE", "/templates/{slug}", delete_template, {204: None}, Access.ARTIST,
        ("403 not_template_creator", _UNKNOWN),
        scope=Scope.PAINT,
    ),
)  # fmt: skip
