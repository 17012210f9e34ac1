"""Routes of notices."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from aiohttp import hdrs, web
from pydantic import Field

from services.users.notices.rules import Notice
from services.users.notices.schemas import (
    NoticeFilter,
    NoticeSettingsChange,
    NoticeSettingsView,
    NoticeView,
    ReadUpTo,
    UnreadView,
)
from services.users.notices.service import NOTICES, SENT_AT_ONCE
from services.users.notices.streams import Stream
from shared.errors import Invalid, Unavailable
from shared.http.access import Access
from shared.http.models import BIGINT_MAX, Page, Query
from shared.http.operations import Operation, RawResponse, respond, respond_empty
from shared.identity import Identity

PING_SECONDS = 5.0
"""Without a notice, a comment is sent that often, so that both sides notice a broken connection."""


class StreamQuery(Query):
    """Where to begin."""

    after: int | None = Field(
        None, ge=0, le=BIGINT_MAX, description="seq of the newest notice that the client has"
    )


async def list_notices(request: web.Request, query: NoticeFilter, caller: Identity) -> web.Response:
    """List what happened that concerns the caller, newest first."""
    return respond(await request.app[NOTICES].list(caller, query))


async def count_unread_notices(request: web.Request, caller: Identity) -> web.Response:
    """Show how many notices the caller has not read."""
    return respond(await request.app[NOTICES].count_unread(caller))


async def mark_notices_read(request: web.Request, body: ReadUpTo, caller: Identity) -> web.Response:
    """Mark the notices up to a given one as read, on all devices."""
    await request.app[NOTICES].mark_read(caller, body.up_to)
    return respond_empty()


async def get_notice_settings(request: web.Request, caller: Identity) -> web.Response:
    """Show which kinds of notices the caller gets, and whether by mail."""
    return respond(await request.app[NOTICES].get_settings(caller))


async def change_notice_settings(
    request: web.Request, body: NoticeSettingsChange, caller: Identity
) -> web.Response:
    """Switch kinds of notices and the digest on or off, on all devices.

    No notice of a kind that is off is made; those made before stay. The digest is one mail a day at most,
    to a confirmed address, with how many notices are not read.
    """
    return respond(await request.app[NOTICES].change_settings(caller, body))


async def stream_notices(request: web.Request, query: StreamQuery, caller: Identity) -> web.StreamResponse:
    """Follow the caller's notices as Server-Sent Events, each with its `seq` as id and a notice as data.

    They begin after the one that `Last-Event-ID` or `after` names, by default with the next one. A comment is
    sent every 5 s. The stream ends when the token expires or is revoked; open it again where it ended.
    """
    notices = request.app[NOTICES]
    after = _read_last_event_id(request)
    if after is None:
        after = query.after
    if after is None:
        after = (await notices.count_unread(caller)).seq
    with notices.streams.open(caller, after) as stream:
        response = web.StreamResponse(
            headers={hdrs.CONTENT_TYPE: "text/event-stream", hdrs.CACHE_CONTROL: "no-store"}
        )
        await response.prepare(request)
        with suppress(ConnectionError, Unavailable):
            await _send(request, response, stream)
    return response


async def closing_streams(app: web.Application) -> None:
    """Signal handler (`on_shutdown`): end the streams, which would keep the process otherwise."""
    app[NOTICES].streams.close()


async def _send(request: web.Request, response: web.StreamResponse, stream: Stream) -> None:
    notices = request.app[NOTICES]
    stream.woken.set()  # there may be some already
    while not stream.is_over and time.time() < stream.caller.expires_at:
        try:
            async with asyncio.timeout(PING_SECONDS):
                await stream.woken.wait()
        except TimeoutError:
            await response.write(b":\n\n")
            continue
        stream.woken.clear()
        found = await notices.list_beyond(stream.caller, stream.sent)
        if found:
            await response.write(b"".join(map(_encode, found)))
            stream.sent = found[-1].seq
        if len(found) == SENT_AT_ONCE:
            stream.woken.set()


def _encode(notice: Notice) -> bytes:
    return f"id: {notice.seq}\ndata: {NoticeView.model_validate(notice).model_dump_json()}\n\n".encode()


def _read_last_event_id(request: web.Request) -> int | None:
    given = request.headers.get("Last-Event-ID")
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= 18):
        raise Invalid.field("header", "Last-Event-ID", msg="must be the seq of a notice")
    return int(given)


OPERATIONS = (
    Operation("GET", "/users/notices", list_notices, {200: Page[NoticeView]}, Access.ARTIST),
    Operation("GET", "/users/notices/unread", count_unread_notices, {200: UnreadView}, Access.ARTIST),
    Operation("POST", "/users/notices/read", mark_notices_read, {204: None}, Access.ARTIST),
    Operation(
        "GET", "/users/notices/settings", get_notice_settings, {200: NoticeSettingsView}, Access.ARTIST
    ),
    Operation(
        "PATCH", "/users/notices/settings", change_notice_settings, {200: NoticeSettingsView}, Access.ARTIST
    ),
    Operation(
        "GET", "/users/notices/stream", stream_notices,
        {200: RawResponse("text/event-stream", "Notices as they happen")}, Access.ARTIST,
        ("429 too_many_streams",),
        headers={"Last-Event-ID": "seq of the newest notice that the client has"},
    ),
)  # fmt: skip
