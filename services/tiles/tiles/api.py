"""Routes that read tiles; those that write them are in `edits.api`."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from services.tiles.canvases.schemas import RegionQuery
from services.tiles.tiles.rules import Tile
from services.tiles.tiles.schemas import (
    CanvasTiles,
    Cell,
    CellNeighbourhood,
    CountedCanvas,
    Neighbourhood,
    TileCount,
    TileSlice,
    TileView,
    tile_json,
)
from services.tiles.tiles.service import TILES
from shared.http.etags import etag, is_unchanged, not_modified
from shared.http.models import Page, Paging
from shared.http.operations import Operation, respond
from shared.identity import Identity


async def get_tile(request: web.Request, tile_id: int, caller: Identity | None) -> web.Response:
    """Show a tile."""
    return _respond_tile(request, await request.app[TILES].get(caller, tile_id))


async def list_canvas_tiles(
    request: web.Request, canvas_id: int, query: CanvasTiles, caller: Identity | None
) -> web.Response:
    """List the tiles of a canvas, ordered by id; with pixels, a page holds at most 1 MiB of them."""
    return _respond_tiles(
        await request.app[TILES].list_of_canvas(caller, canvas_id, query, with_pixels=query.pixels)
    )


async def list_region_tiles(
    request: web.Request, canvas_id: int, query: RegionQuery, caller: Identity | None
) -> web.Response:
    """List the tiles of a rectangle of cells, row by row.

    At most 1,024 cells, and fewer of a large tile size (4 Mi pixels) at once.
    """
    return _respond_tiles(await request.app[TILES].list_in_region(caller, canvas_id, query))


async def get_tile_at(
    request: web.Request, canvas_id: int, query: Cell, caller: Identity | None
) -> web.Response:
    """Show the tile in a cell."""
    return _respond_tile(request, await request.app[TILES].get_at(caller, canvas_id, query.x, query.y))


async def list_cell_neighbours(
    request: web.Request, canvas_id: int, query: CellNeighbourhood, caller: Identity | None
) -> web.Response:
    """List the tiles around a cell, which need not hold a tile itself."""
    return _respond_tiles(
        await request.app[TILES].list_around_cell(caller, canvas_id, query.x, query.y, query.radius)
    )


async def list_artist_tiles(
    request: web.Request, user_id: int, query: Paging, caller: Identity | None
) -> web.Response:
    """List the tiles of an artist, ordered by id; a page holds at most 1 MiB of pixels."""
    return _respond_tiles(await request.app[TILES].list_of_artist(caller, user_id, query))


async def count_artist_tiles(
    request: web.Request, user_id: int, query: CountedCanvas, caller: Identity | None
) -> web.Response:
    """Count the tiles of an artist; on one canvas, also how many more they may claim."""
    return respond(await request.app[TILES].count(caller, user_id, query.canvas_id))


async def list_neighbours(
    request: web.Request, tile_id: int, query: Neighbourhood, caller: Identity | None
) -> web.Response:
    """List the tiles within `radius` cells of a tile, in any direction."""
    return _respond_tiles(await request.app[TILES].list_around_tile(caller, tile_id, query.radius))


async def list_adjacent_neighbours(
    request: web.Request, tile_id: int, caller: Identity | None
) -> web.Response:
    """List the up to four tiles that share an edge with a tile."""
    return _respond_tiles(await request.app[TILES].list_adjacent(caller, tile_id))


def _tag(tile: Tile) -> str:
    # A like changes what is shown but not the version; If-Match compares the version alone.
    pending = () if tile.pending is None else (tile.pending.id,)
    return etag(tile.version, tile.like_count, *pending)


def respond_tile(
    tile: Tile, *, json: bytes | None = None, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Respond with a tile and its entity tag; `json` is the tile if it has been encoded already."""
    return web.Response(
        body=json or tile_json(tile),
        status=status,
        headers={"ETag": _tag(tile), **(headers or {})},
        content_type="application/json",
        charset="utf-8",
    )


def _respond_tile(request: web.Request, tile: Tile) -> web.Response:
    tag = _tag(tile)
    if is_unchanged(request, tag):
        return not_modified(tag)
    return respond_tile(tile, headers={"Cache-Control": "no-cache"})


def _respond_tiles(tiles: TileSlice) -> web.Response:
    return web.Response(body=tiles.to_json(), content_type="application/json", charset="utf-8")


OPERATIONS = (
    Operation("GET", "/tiles/canvas/{canvas_id}", list_canvas_tiles, {200: Page[TileView]}),
    Operation("GET", "/canvases/{canvas_id}/region", list_region_tiles, {200: Page[TileView]}),
    Operation("GET", "/tiles/canvas/{canvas_id}/position", get_tile_at, {200: TileView, 304: None}),
    Operation(
        "GET", "/tiles/canvas/{canvas_id}/position/neighbors", list_cell_neighbours, {200: Page[TileView]}
    ),
    Operation("GET", "/tiles/user/{user_id}", list_artist_tiles, {200: Page[TileView]}),
    Operation("GET", "/tiles/user/{user_id}/count", count_artist_tiles, {200: TileCount}),
    Operation("GET", "/tiles/{tile_id}", get_tile, {200: TileView, 304: None}),
    Operation("GET", "/tiles/{tile_id}/neighbors", list_neighbours, {200: Page[TileView]}),
    Operation("GET", "/tiles/{tile_id}/adjacent-neighbors", list_adjacent_neighbours, {200: Page[TileView]}),
)  # fmt: skip
