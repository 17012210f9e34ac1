"""Use case of the feed."""

from __future__ import annotations

from aiohttp import web

from services.users.feed import store
from services.users.feed.schemas import ActivityView
from shared.db import Database
from shared.http.models import BIGINT_MAX, Page, Paging
from shared.http.paging import decode_cursor, slice_of
from shared.identity import Identity


class Feed:
    """Reads the feed of an account."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def show(self, caller: Identity, paging: Paging) -> Page[ActivityView]:
        """Return a page of the public tiles of the artists whom the caller follows, newest first."""
        below = BIGINT_MAX if paging.cursor is None else decode_cursor(paging.cursor, 1)[0]
        async with self._database.connection() as conn:
            activities = await store.list_activities(
                conn, caller.account_id, below=below, count=paging.limit + 1
            )
        items, cursor = slice_of(activities, paging, lambda activity: (activity.tile_id,))
        return Page(items=[ActivityView.model_validate(activity) for activity in items], next_cursor=cursor)


FEED = web.AppKey("FEED", Feed)
