"""Route of the dashboard."""

from __future__ import annotations

from aiohttp import web

from services.users.dashboard.schemas import DashboardView
from services.users.dashboard.service import DASHBOARD
from shared.http.access import Access
from shared.http.operations import Operation, respond


async def get_dashboard(request: web.Request) -> web.Response:
    """Show totals, the health of the stack and the last 30 days."""
    return respond(await request.app[DASHBOARD].show())


OPERATIONS = (Operation("GET", "/admin/dashboard", get_dashboard, {200: DashboardView}, Access.MODERATOR),)
