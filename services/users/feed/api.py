"""Route of the feed."""

from __future__ import annotations

from aiohttp import web

from services.users.feed.schemas import ActivityView
from services.users.feed.service import FEED
from shared.http.access import Access
from shared.http.models import Page, Paging
from shared.http.operations import Operation, respond
from shared.identity import Identity


async def get_feed(request: web.Request, query: Paging, caller: Identity) -> web.Response:
    """List the tiles of the artists whom the caller follows, newest first."""
    return respond(await request.app[FEED].show(caller, query))


OPERATIONS = (Operation("GET", "/users/feed", get_feed, {200: Page[ActivityView]}, Access.ARTIST),)
