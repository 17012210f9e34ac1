"""Routes of the audit log."""

from __future__ import annotations

from aiohttp import web

from services.users.audit.schemas import AuditEntryView, AuditFilter
from services.users.audit.service import AUDIT
from shared.http.access import Access
from shared.http.models import Page
from shared.http.operations import Operation, respond


async def list_audit(request: web.Request, query: AuditFilter) -> web.Response:
    """List the actions of moderators and admins, newest first."""
    return respond(await request.app[AUDIT].list_entries(query))


OPERATIONS = (Operation("GET", "/admin/audit", list_audit, {200: Page[AuditEntryView]}, Access.ADMIN),)
