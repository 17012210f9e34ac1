"""Routes of locks."""

from __future__ import annotations

from aiohttp import web

from services.tiles.locks.schemas import LockView
from services.tiles.locks.service import LOCKS
from shared.http.access import Access
from shared.http.models import Page, Paging
from shared.http.operations import Operation, respond, respond_empty
from shared.identity import Identity, Scope


async def acquire_lock(request: web.Request, tile_id: int, caller: Identity) -> web.Response:
    """Acquire the lock of a tile: 201 if it is new, 200 if the caller already held it."""
    lock, is_new = await request.app[LOCKS].acquire(caller, tile_id)
    return respond(lock, status=201 if is_new else 200)


async def renew_lock(request: web.Request, tile_id: int, caller: Identity) -> web.Response:
    """Restart the lifetime of the caller's lock."""
    return respond(await request.app[LOCKS].renew(caller, tile_id))


async def release_lock(request: web.Request, tile_id: int, caller: Identity) -> web.Response:
    """Release the caller's lock."""
    await request.app[LOCKS].release(caller, tile_id)
    return respond_empty()


async def break_lock(request: web.Request, tile_id: int, caller: Identity) -> web.Response:
    """Release another artist's lock of a tile; without a lock, nothing changes."""
    await request.app[LOCKS].release(caller, tile_id)
    return respond_empty()


async def get_lock(request: web.Request, tile_id: int, caller: Identity | None) -> web.Response:
    """Show whether a tile is locked, by which artist and until when."""
    return respond(await request.app[LOCKS].get(caller, tile_id))


async def list_locks(
    request: web.Request, canvas_id: int, query: Paging, caller: Identity | None
) -> web.Response:
    """List the live locks of a canvas's tiles, by tile; the live feed sends every later change."""
    return respond(await request.app[LOCKS].list(caller, canvas_id, query))


OPERATIONS = (
    Operation(
        "POST", "/tiles/{tile_id}/lock", acquire_lock, {200: LockView, 201: LockView}, Access.ARTIST,
        (
            "403 members_only", "403 not_tile_creator", "403 outside_area", "409 archived", "409 no_claims",
            "409 tile_locked",
        ),
        scope=Scope.PAINT,
    ),
    Operation(
        "PUT", "/tiles/{tile_id}/lock", renew_lock, {200: LockView}, Access.ARTIST,
        ("403 outside_area", "409 tile_locked", "409 not_locked"),
        scope=Scope.PAINT,
    ),
    Operation(
        "DELETE", "/tiles/{tile_id}/lock", release_lock, {204: None}, Access.ARTIST,
        ("403 not_lock_holder",),
        scope=Scope.PAINT,
    ),
    Operation("GET", "/tiles/{tile_id}/lock", get_lock, {200: LockView}),
    Operation("GET", "/canvases/{canvas_id}/locks", list_locks, {200: Page[LockView]}),
    Operation("DELETE", "/admin/tiles/{tile_id}/lock", break_lock, {204: None}, Access.MODERATOR),
)  # fmt: skip
