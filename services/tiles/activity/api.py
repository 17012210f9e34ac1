"""The route of activity."""

from __future__ import annotations

from aiohttp import web

from services.tiles.activity.schemas import Lately, RecentActivityView
from services.tiles.activity.service import ACTIVITIES
from shared.http.access import Access
from shared.http.operations import Operation, respond
from shared.identity import Identity


async def get_canvas_activity(
    request: web.Request, canvas_id: int, query: Lately, caller: Identity
) -> web.Response:
    """Show who painted on a canvas in the last minutes, most and newest accounts first, and how much.

    The newest 50,000 strokes and placements are counted.
    """
    activity = await request.app[ACTIVITIES].get(caller, canvas_id, query.minutes)
    return respond(RecentActivityView.of(activity))


OPERATIONS = (
    Operation(
        "GET", "/admin/canvases/{canvas_id}/activity", get_canvas_activity, {200: RecentActivityView},
        Access.MODERATOR, ("404 canvas_not_found",),
    ),
)  # fmt: skip
