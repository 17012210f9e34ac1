"""Use cases of activity."""

from __future__ import annotations

from aiohttp import web

from services.tiles.activity import store
from services.tiles.activity.rules import RecentActivity, sum_up
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.service import visible_to
from shared.db import Database
from shared.identity import Identity


class Activities:
    """Showing who paints."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, viewer: Identity, canvas_id: int, minutes: int) -> RecentActivity:
        """Return what was painted on a canvas in the last minutes, and by whom. Raises NotFound."""
        async with self._database.connection() as conn:
            visible_to(viewer, await canvases_store.get(conn, canvas_id))
            shares = await store.list_recent(conn, canvas_id, minutes)
        return sum_up(shares)


ACTIVITIES = web.AppKey("ACTIVITIES", Activities)
