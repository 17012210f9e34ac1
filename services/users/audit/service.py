"""Use cases of the audit log; its entries are written by those of what they tell of."""

from __future__ import annotations

from aiohttp import web

from services.users.audit import store
from services.users.audit.schemas import AuditEntryView, AuditFilter
from services.users.audit.store import Filter
from shared.db import Database
from shared.http.models import BIGINT_MAX, Page
from shared.http.paging import decode_cursor, slice_of


class Audit:
    """Looking through the log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def listed(self, query: AuditFilter) -> Page[AuditEntryView]:
        """Return a slice of the entries that fit, newest first."""
        below = BIGINT_MAX if query.cursor is None else decode_cursor(query.cursor, 1)[0]
        wanted = Filter(query.actor, query.action, query.target_kind, query.target_id)
        async with self._database.connection() as conn:
            entries = await store.listed(conn, wanted, below=below, count=query.limit + 1)
        items, cursor = slice_of(entries, query, lambda entry: (entry.id,))
        return Page(items=[AuditEntryView.model_validate(entry) for entry in items], next_cursor=cursor)


AUDIT = web.AppKey("AUDIT", Audit)
