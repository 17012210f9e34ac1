"""Use cases of notices."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from services.users.notices import store
from services.users.notices.rules import Notice, NoticeKind
from services.users.notices.schemas import (
    NoticeFilter,
    NoticeSettingsChange,
    NoticeSettingsView,
    NoticeView,
    UnreadView,
)
from services.users.notices.streams import Streams
from shared.db import Database
from shared.http.models import BIGINT_MAX, Page
from shared.http.paging import decode_cursor, slice_of
from shared.identity import Identity

SENT_AT_ONCE = 100


class Notices:
    """Listing notices, marking them as read, and following them."""

    def __init__(self, database: Database, streams: Streams) -> None:
        self._database = database
        self.streams = streams

    async def list(self, caller: Identity, query: NoticeFilter) -> Page[NoticeView]:
        """Return a page of the caller's notices, newest first."""
        below = BIGINT_MAX if query.cursor is None else decode_cursor(query.cursor, 1)[0]
        async with self._database.connection() as conn:
            found = await store.list_notices(
                conn, caller.account_id, below=below, count=query.limit + 1, unread=query.unread
            )
        items, cursor = slice_of(found, query, lambda notice: (notice.seq,))
        return Page(items=[NoticeView.model_validate(notice) for notice in items], next_cursor=cursor)

    async def count_unread(self, caller: Identity) -> UnreadView:
        """Return how many notices the caller has not read."""
        async with self._database.connection() as conn:
            return UnreadView.model_validate(await store.count_unread(conn, caller.account_id))

    async def mark_read(self, caller: Identity, up_to: int) -> None:
        """Mark the caller's notices up to that number as read."""
        async with self._database.connection() as conn:
            await store.mark_read(conn, caller.account_id, up_to)

    async def get_settings(self, caller: Identity) -> NoticeSettingsView:
        """Return which kinds of notices the caller gets."""
        async with self._database.connection() as conn:
            return _view_settings(await store.get_settings(conn, caller.account_id))

    async def change_settings(self, caller: Identity, change: NoticeSettingsChange) -> NoticeSettingsView:
        """Switch kinds of notices and the digest on or off, and return how all are now."""
        async with self._database.connection() as conn:
            return _view_settings(
                await store.change_settings(conn, caller.account_id, change.kinds, change.digest)
            )

    async def list_beyond(self, caller: Identity, seq: int) -> Sequence[Notice]:
        """Return the next notices beyond that number, in order."""
        async with self._database.connection() as conn:
            return await store.list_beyond(conn, caller.account_id, seq, SENT_AT_ONCE)


def _view_settings(settings: store.NoticeSettings) -> NoticeSettingsView:
    return NoticeSettingsView(
        kinds={kind: kind not in settings.kinds_off for kind in NoticeKind}, digest=settings.digest
    )


NOTICES = web.AppKey("NOTICES", Notices)
