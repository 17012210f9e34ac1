"""Routes of exports."""

from __future__ import annotations

from aiohttp import web

from services.auth.exports.rules import Export
from services.auth.exports.schemas import CurrentExportView, ExportView
from services.auth.exports.service import EXPORTS
from shared.http.access import Access
from shared.http.downloads import send_download
from shared.http.operations import Operation, RawResponse, respond
from shared.identity import Identity, Scope

MEDIA_TYPE = "application/zip"


async def request_export(request: web.Request, caller: Identity) -> web.Response:
    """Request all data of the caller's account; it is gathered in the background, one export at a time."""
    return respond(ExportView.model_validate(await request.app[EXPORTS].request(caller)), status=202)


async def get_export(request: web.Request, caller: Identity) -> web.Response:
    """Show the caller's export: whether it is complete, and until when it can be downloaded."""
    export = await request.app[EXPORTS].get_current(caller)
    return respond(CurrentExportView(export=export and ExportView.model_validate(export)))


async def download_export(request: web.Request, export_id: int, caller: Identity) -> web.StreamResponse:
    """Download an export; 202 while it is being gathered."""
    export = await request.app[EXPORTS].get(caller, export_id)
    if export.completed_at is None:
        return respond(ExportView.model_validate(export), status=202)
    return await _send(request, export)


async def _send(request: web.Request, export: Export) -> web.StreamResponse:
    headers = {
        "Content-Type": MEDIA_TYPE,
        "Content-Disposition": 'attachment; filename="tessera-export.zip"',
        "Cache-Control": "no-store",
    }
    return await send_download(request, request.app[EXPORTS].pack(export), headers, export_id=export.id)


OPERATIONS = (
    Operation(
        "POST",
        "/auth/export",
        request_export,
        {202: ExportView},
        Access.ARTIST,
        [
            "403 account_suspended",
            "403 confirmation_required",
            "409 export_pending",
            "429 too_many_exports",
        ],
    ),
    Operation(
        "GET",
        "/auth/export",
        get_export,
        {200: CurrentExportView},
        Access.ARTIST,
        ["403 account_suspended"],
        scope=Scope.ACCOUNT,
    ),
    Operation(
        "GET",
        "/auth/export/{export_id}",
        download_export,
        {200: RawResponse(MEDIA_TYPE, "The data, as files of JSON lines"), 202: ExportView},
        Access.ARTIST,
        ["403 account_suspended", "404 export_not_found"],
        scope=Scope.ACCOUNT,
    ),
)
