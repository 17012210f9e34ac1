"""Routes of ignores."""

from __future__ import annotations

from aiohttp import web

from services.users.ignores.service import IGNORES
from services.users.profiles.schemas import ProfileView
from shared.http.access import Access
from shared.http.models import Page, Paging
from shared.http.operations import Operation, respond, respond_empty
from shared.identity import Identity


async def list_ignored_users(request: web.Request, query: Paging, caller: Identity) -> web.Response:
    """List the artists whom the caller ignores, by id; no one else sees the list."""
    return respond(await request.app[IGNORES].list(caller, query))


async def ignore_user(request: web.Request, user_id: int, caller: Identity) -> web.Response:
    """Ignore an artist: clients do not show what they write. Repeating it changes nothing."""
    await request.app[IGNORES].ignore(caller, user_id)
    return respond_empty()


async def end_ignoring_user(request: web.Request, user_id: int, caller: Identity) -> web.Response:
    """Stop ignoring an artist; repeating it changes nothing."""
    await request.app[IGNORES].end_ignoring(caller, user_id)
    return respond_empty()


OPERATIONS = (
    Operation("GET", "/users/ignored", list_ignored_users, {200: Page[ProfileView]}, Access.ARTIST),
    Operation(
        "PUT", "/users/{user_id}/ignore", ignore_user, {204: None}, Access.ARTIST,
        ("403 oneself", "404 user_not_found", "409 too_many_ignored"),
    ),
    Operation("DELETE", "/users/{user_id}/ignore", end_ignoring_user, {204: None}, Access.ARTIST),
)  # fmt: skip
