"""Use case of the audit log; each entry is written by the use case that it is about."""

from __future__ import annotations

from aiohttp import web

from services.users.audit import store
from services.users.audit.schemas import AuditEntryView, AuditFilter
from services.users.audit.store import Filter
from shared.db import Database
from shared.http.models import BIGINT_MAX, Page
from shared.http.paging import decode_cursor, slice_of


class Audit:
    """Searches the log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_entries(self, query: AuditFilter) -> Page[AuditEntryView]:
        """Return a page of the entries that match, newest first."""
        below = BIGINT_MAX if query.cursor is None else decode_cursor(query.cursor, 1)[0]
        wanted = Filter(query.actor, query.action, query.target_kind, query.target_id)
        async with self._database.connection() as conn:
            entries = await store.list_entries(conn, wanted, below=below, count=query.limit + 1)
        items, cursor = slice_of(entries, query, lambda entry: (entry.id,))
        return Page(items=[AuditEntryView.model_validate(entry) for entry in items], next_cursor=cursor)


AUDIT = web.AppKey("AUDIT", Audit)
