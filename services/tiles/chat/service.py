"""Use cases of chat."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aiohttp import web

from services.tiles.artists.actors import actor_of
from services.tiles.artists.store import ensure_artist
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.access import check_may_manage
from services.tiles.canvases.rules import Canvas
from services.tiles.canvases.service import visible_to
from services.tiles.chat import rules, store
from services.tiles.chat.rules import ChatMessage
from services.tiles.chat.schemas import (
    MessageList,
    MessageReport,
    MessagesBefore,
    MessageView,
    MuteDraft,
    MuteView,
)
from shared.buckets import TokenBuckets
from shared.db import Connection, Database
from shared.errors import NotFound, ReferenceViolated
from shared.http.models import Page, Paging
from shared.http.paging import after_id, slice_of
from shared.identity import Identity
from shared.messaging.contracts import (
    ArtistMuted,
    ArtistsMentioned,
    MessageRemoved,
    MessageReported,
    QuotedMessage,
)
from shared.messaging.outbox import Outbox

Announce = Callable[[int], None]
"""Called after a commit with a canvas on which something was written or removed; must not block."""


class Chats:
    """Writing, reading, removing and reporting messages, and muting their authors."""

    def __init__(self, database: Database, outbox: Outbox, announce: Announce) -> None:
        self._database = database
        self._outbox = outbox
        self._announce = announce
        self._attempts = TokenBuckets(rules.ATTEMPTS_RATE, rules.ATTEMPTS_BURST)
        self._tasks: set[asyncio.Task[None]] = set()

    async def write(self, caller: Identity, canvas_id: int, message: str) -> ChatMessage:
        """Write a message on a canvas.

        Raises NotFound, Conflict `chat_off`, NotAllowed `muted` or `account_suspended`, TooManyRequests
        `chat_limit` or `chat_busy`.
        """
        if wait := self._attempts.take(caller.account_id, 1):
            raise rules.too_many("You are writing too fast.", wait)
        async with self._database.transaction() as conn:
            ensure_artist(conn, caller)
            store.prepend_lock_artist(conn, caller.account_id)
            canvas = visible_to(caller, await canvases_store.get(conn, canvas_id))
            store.prepend_lock_chat(conn, canvas_id)
            standing = await store.get_standing(conn, canvas_id, caller.account_id)
            rules.check_may_write(canvas, actor_of(caller), standing)
            names = rules.names_mentioned(message)
            written = await store.add(conn, canvas, caller.account_id, message, names)
            if written.mentions:
                self._outbox.defer(
                    conn,
                    ArtistsMentioned(
                        canvas_id=canvas_id,
                        actor_id=caller.account_id,
                        message_id=written.id,
                        account_ids=[artist.id for artist in written.mentions],
                    ),
                )
            conn.after_commit(partial(self._announce, canvas_id))
        return written

    def run_soon(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work of a connection to its end, even if the connection closes in the meantime."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def list(self, viewer: Identity | None, canvas_id: int, query: MessagesBefore) -> MessageList:
        """Return messages of a canvas, oldest first, the newest of those before the one named.

        Raises NotFound.
        """
        async with self._database.connection() as conn:
            visible_to(viewer, await canvases_store.get(conn, canvas_id))
            found = await store.list_before(conn, canvas_id, query.before, query.limit + 1)
        items = [MessageView.of(message) for message in reversed(found[: query.limit])]
        return MessageList(items=items, has_older=len(found) > query.limit)

    async def remove(self, caller: Identity, canvas_id: int, message_id: int) -> None:
        """Remove a message. Raises NotFound, NotAllowed `not_message_author`."""
        async with self._database.transaction() as conn:
            canvas = visible_to(caller, await canvases_store.get(conn, canvas_id))
            store.prepend_lock_chat(conn, canvas_id)
            message = await store.get(conn, canvas_id, message_id)
            removed = rules.check_may_remove(message, canvas, actor_of(caller))
            store.defer_remove(conn, removed)
            if removed.author.id != caller.account_id:
                self._outbox.defer(
                    conn,
                    MessageRemoved(
                        canvas_id=canvas_id,
                        message_id=message_id,
                        author_id=removed.author.id,
                        actor_id=caller.account_id,
                    ),
                )
            conn.after_commit(partial(self._announce, canvas_id))

    async def report(self, caller: Identity, canvas_id: int, message_id: int, draft: MessageReport) -> None:
        """Send a message to the moderators, with what was written around it; repeating it changes nothing.

        What they get is as it stands now, whether or not it is removed later. Raises NotFound, NotAllowed
        `oneself`, TooManyRequests `report_limit`.
        """
        async with self._database.transaction() as conn:
            ensure_artist(conn, caller)
            store.prepend_lock_artist(conn, caller.account_id)
            visible_to(caller, await canvases_store.get(conn, canvas_id))
            found = await store.get(conn, canvas_id, message_id)
            message = rules.check_may_report(found, actor_of(caller))
            wait = await store.get_seconds_to_next_report(conn, caller.account_id)
            if not await store.add_report(conn, message_id, caller.account_id):
                return
            if wait is not None:
                raise rules.too_many(
                    f"The limit is {rules.MOST_REPORTS} reports per hour.", wait, code="report_limit"
                )
            around = await store.list_around(conn, message, rules.REPORTED_AROUND)
            self._outbox.defer(
                conn,
                MessageReported(
                    canvas_id=canvas_id,
                    actor_id=caller.account_id,
                    actor_username=caller.username,
                    message_id=message_id,
                    author_id=message.author.id,
                    reason=draft.reason,
                    detail=draft.detail,
                    messages=[_quote(one) for one in around],
                ),
            )

    async def mute(self, caller: Identity, canvas_id: int, artist_id: int, draft: MuteDraft) -> None:
        """Keep an artist from writing on a canvas, in place of an earlier mute.

        A message that they are writing meanwhile is stored before, or refused. Raises NotFound for the canvas
        or the artist, NotAllowed `not_canvas_owner`, `oneself` or `canvas_owner`, Invalid.
        """
        try:
            async with self._database.transaction() as conn:
                ensure_artist(conn, caller)
                store.prepend_lock_artist(conn, artist_id)
                canvas = visible_to(caller, await canvases_store.get(conn, canvas_id))
                rules.check_may_mute(canvas, actor_of(caller), artist_id, draft.until, datetime.now(UTC))
                await store.mute(conn, canvas_id, artist_id, caller.account_id, draft.until, draft.reason)
                self._outbox.defer(
                    conn,
                    ArtistMuted(
                        canvas_id=canvas_id,
                        artist_id=artist_id,
                        actor_id=caller.account_id,
                        until=draft.until,
                        reason=draft.reason,
                    ),
                )
        except ReferenceViolated:
            raise NotFound("artist_not_found", "No such artist.") from None

    async def unmute(self, caller: Identity, canvas_id: int, artist_id: int) -> None:
        """Let an artist write again; repeating it changes nothing. Raises NotFound, NotAllowed."""
        async with self._database.transaction() as conn:
            await _get_managed(conn, caller, canvas_id)
            await store.unmute(conn, canvas_id, artist_id)

    async def list_mutes(self, caller: Identity, canvas_id: int, paging: Paging) -> Page[MuteView]:
        """Return a slice of the mutes that hold, by id of the artist. Raises NotFound, NotAllowed."""
        async with self._database.connection() as conn:
            await _get_managed(conn, caller, canvas_id)
            found = await store.list_mutes(conn, canvas_id, after=after_id(paging), count=paging.limit + 1)
        items, cursor = slice_of(found, paging, lambda mute: (mute.artist.id,))
        return Page(items=[MuteView.model_validate(mute) for mute in items], next_cursor=cursor)


def _quote(message: ChatMessage) -> QuotedMessage:
    return QuotedMessage(
        id=message.id,
        author_id=message.author.id,
        author_username=message.author.username,
        text=message.text or "",
        created_at=message.created_at,
    )


async def _get_managed(conn: Connection, caller: Identity, canvas_id: int) -> Canvas:
    canvas = visible_to(caller, await canvases_store.get(conn, canvas_id))
    check_may_manage(canvas, actor_of(caller))
    return canvas


CHATS = web.AppKey("CHATS", Chats)
