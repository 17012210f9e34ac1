"""Routes of reports."""

from __future__ import annotations

from aiohttp import web

from services.users.reports.schemas import (
    ReportDecision,
    ReportDraft,
    ReportFilter,
    ReportReceipt,
    ReportView,
)
from services.users.reports.service import REPORTS
from shared.http.access import Access
from shared.http.models import Page
from shared.http.operations import Operation, respond
from shared.identity import Identity


async def make_report(request: web.Request, body: ReportDraft, caller: Identity) -> web.Response:
    """Report a tile, a canvas or an artist to the moderators.

    If the caller's report of the same target is still open, it is returned with 200 instead.
    """
    report, is_new = await request.app[REPORTS].create_report(caller, body)
    return respond(ReportReceipt.model_validate(report), status=201 if is_new else 200)


async def list_reports(request: web.Request, query: ReportFilter) -> web.Response:
    """List reports: open, then assigned, then closed ones, each oldest first."""
    return respond(await request.app[REPORTS].list_reports(query))


async def decide_report(
    request: web.Request, report_id: int, body: ReportDecision, caller: Identity
) -> web.Response:
    """Take a report, give it back, or close it.

    Only its assignee may change an assigned report; an admin may also free or close it. If two moderators
    act at once, one of them succeeds.
    """
    return respond(
        ReportView.model_validate(await request.app[REPORTS].decide_report(caller, report_id, body))
    )


OPERATIONS = (
    Operation(
        "POST",
        "/reports",
        make_report,
        {201: ReportReceipt, 200: ReportReceipt},
        Access.ARTIST,
        [
            "404 tile_not_found",
            "404 canvas_not_found",
            "404 user_not_found",
            "403 oneself",
            "429 report_limit",
        ],
    ),
    Operation("GET", "/admin/reports", list_reports, {200: Page[ReportView]}, Access.MODERATOR),
    Operation(
        "PATCH",
        "/admin/reports/{report_id}",
        decide_report,
        {200: ReportView},
        Access.MODERATOR,
        ["404 report_not_found", "403 oneself", "409 report_assigned", "409 report_closed"],
    ),
)
