"""Routes of a tile's history."""

from __future__ import annotations

from aiohttp import web

from services.tiles.history.schemas import (
    ContributionView,
    HistoryPaging,
    Reversion,
    RevisionView,
    VersionView,
)
from services.tiles.history.service import HISTORY
from services.tiles.tiles.api import respond_tile
from services.tiles.tiles.schemas import TileView
from shared.http.access import Access
from shared.http.etags import etag, expected_version, is_unchanged, not_modified, tag_headers
from shared.http.models import Page, Paging
from shared.http.operations import Operation, respond
from shared.identity import Identity, Scope


async def list_revisions(
    request: web.Request, tile_id: int, query: HistoryPaging, caller: Identity | None
) -> web.Response:
    """List the changes of a tile, newest first.

    What an artist paints in one minute is one entry, that of its last change, with their `count`. From a
    version back (`until`), each change is an entry.
    """
    return respond(await request.app[HISTORY].list(caller, tile_id, query))


async def list_tile_artists(
    request: web.Request, tile_id: int, query: Paging, caller: Identity | None
) -> web.Response:
    """List the artists who painted a tile, its creator among them, the latest first."""
    return respond(await request.app[HISTORY].list_artists(caller, tile_id, query))


async def get_version(
    request: web.Request, tile_id: int, version: int, caller: Identity | None
) -> web.Response:
    """Show a version of a tile with its pixels."""
    shown = await request.app[HISTORY].get_version(caller, tile_id, version)
    tag = etag(version)
    if is_unchanged(request, tag):
        return not_modified(tag)
    return respond(shown, headers=tag_headers(tag))


async def revert_tile(request: web.Request, tile_id: int, body: Reversion, caller: Identity) -> web.Response:
    """Restore the pixels of an older version, as a new version.

    For the tile's creator, the canvas's owner and moderators, unless another artist holds the tile's lock.
    With `If-Match: "<version>"` only if the tile is still at that version.
    """
    tile, json = await request.app[HISTORY].revert(caller, tile_id, body.version, expected_version(request))
    return respond_tile(tile, json=json)


OPERATIONS = (
    Operation("GET", "/tiles/{tile_id}/history", list_revisions, {200: Page[RevisionView]}),
    Operation("GET", "/tiles/{tile_id}/artists", list_tile_artists, {200: Page[ContributionView]}),
    Operation("GET", "/tiles/{tile_id}/history/{version}", get_version, {200: VersionView, 304: None}),
    Operation(
        "POST", "/tiles/{tile_id}/revert", revert_tile, {200: TileView}, Access.ARTIST,
        (
            "403 members_only", "403 not_allowed", "404 revision_not_found", "409 archived",
            "409 tile_locked", "412 stale_version", "429 paint_limit",
        ),
        scope=Scope.PAINT,
    ),
)  # fmt: skip
