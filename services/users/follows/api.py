"""Routes of follows."""

from __future__ import annotations

from aiohttp import web

from services.users.follows.service import FOLLOWS
from services.users.profiles.schemas import ProfileView
from shared.http.access import Access
from shared.http.models import Page, Paging
from shared.http.operations import Operation, respond, respond_empty
from shared.identity import Identity


async def follow_user(request: web.Request, user_id: int, caller: Identity) -> web.Response:
    """Follow an artist; repeating it changes nothing."""
    await request.app[FOLLOWS].follow(caller, user_id)
    return respond_empty()


async def unfollow_user(request: web.Request, user_id: int, caller: Identity) -> web.Response:
    """Stop following an artist; repeating it changes nothing."""
    await request.app[FOLLOWS].unfollow(caller, user_id)
    return respond_empty()


async def list_followers(request: web.Request, user_id: int, query: Paging) -> web.Response:
    """List the followers of an artist, by id."""
    return respond(await request.app[FOLLOWS].list_profiles("followers", user_id, query))


async def list_following(request: web.Request, user_id: int, query: Paging) -> web.Response:
    """List the artists that an artist follows, by id."""
    return respond(await request.app[FOLLOWS].list_profiles("following", user_id, query))


_UNKNOWN = "404 user_not_found"

OPERATIONS = (
    Operation(
        "PUT", "/users/{user_id}/follow", follow_user, {204: None}, Access.ARTIST, [_UNKNOWN, "403 oneself"]
    ),
    Operation("DELETE", "/users/{user_id}/follow", unfollow_user, {204: None}, Access.ARTIST, [_UNKNOWN]),
    Operation(
        "GET", "/users/{user_id}/followers", list_followers, {200: Page[ProfileView]}, refusals=[_UNKNOWN]
    ),
    Operation(
        "GET", "/users/{user_id}/following", list_following, {200: Page[ProfileView]}, refusals=[_UNKNOWN]
    ),
)
