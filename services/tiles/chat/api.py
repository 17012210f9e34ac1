"""Routes of chat."""

from __future__ import annotations

from aiohttp import web

from services.tiles.chat.schemas import (
    MessageDraft,
    MessageList,
    MessageReport,
    MessagesBefore,
    MessageView,
    MuteDraft,
    MuteView,
)
from services.tiles.chat.service import CHATS
from shared.http.access import Access
from shared.http.clients import locate
from shared.http.models import Page, Paging
from shared.http.operations import Operation, respond, respond_empty
from shared.identity import Identity, Scope


async def write_message(
    request: web.Request, canvas_id: int, body: MessageDraft, caller: Identity
) -> web.Response:
    """Write a message beside a canvas; its viewers receive it over their sockets.

    An artist writes at most 5 messages in 10 s, all artists of a canvas at most 100.
    """
    message = await request.app[CHATS].write(caller, canvas_id, body.text)
    return respond(MessageView.of(message), status=201, headers=locate(request, message.id))


async def list_messages(
    request: web.Request, canvas_id: int, query: MessagesBefore, caller: Identity | None
) -> web.Response:
    """List the newest messages of a canvas, or those before a given one, oldest first.

    They are kept for 30 days, by default.
    """
    return respond(await request.app[CHATS].list(caller, canvas_id, query))


async def remove_message(
    request: web.Request, canvas_id: int, message_id: int, caller: Identity
) -> web.Response:
    """Remove a message, as its author, the canvas's owner or a moderator."""
    await request.app[CHATS].remove(caller, canvas_id, message_id)
    return respond_empty()


async def report_message(
    request: web.Request, canvas_id: int, message_id: int, body: MessageReport, caller: Identity
) -> web.Response:
    """Report a message to the moderators of the site; repeating it changes nothing.

    They get it in a moment, with up to 10 messages before it and 10 after it, as they stand now.
    """
    await request.app[CHATS].report(caller, canvas_id, message_id, body)
    return web.Response(status=202)


async def list_mutes(request: web.Request, canvas_id: int, query: Paging, caller: Identity) -> web.Response:
    """List the artists who may not write on a canvas, as its owner or a moderator."""
    return respond(await request.app[CHATS].list_mutes(caller, canvas_id, query))


async def mute_artist(
    request: web.Request, canvas_id: int, artist_id: int, body: MuteDraft, caller: Identity
) -> web.Response:
    """Keep an artist from writing on a canvas, as its owner or a moderator; replaces an earlier mute."""
    await request.app[CHATS].mute(caller, canvas_id, artist_id, body)
    return respond_empty()


async def unmute_artist(
    request: web.Request, canvas_id: int, artist_id: int, caller: Identity
) -> web.Response:
    """Let an artist write again; repeating it changes nothing."""
    await request.app[CHATS].unmute(caller, canvas_id, artist_id)
    return respond_empty()


_NO_CANVAS = "404 canvas_not_found"

OPERATIONS = (
    Operation(
        "POST", "/canvases/{canvas_id}/messages", write_message, {201: MessageView}, Access.ARTIST,
        (
            "403 account_suspended", "403 members_only", "403 muted", _NO_CANVAS, "409 chat_off",
            "429 chat_busy", "429 chat_limit",
        ),
        scope=Scope.CHAT,
    ),
    Operation(
        "GET", "/canvases/{canvas_id}/messages", list_messages, {200: MessageList}, refusals=(_NO_CANVAS,)
    ),
    Operation(
        "DELETE", "/canvases/{canvas_id}/messages/{message_id}", remove_message, {204: None}, Access.ARTIST,
        ("403 not_message_author", _NO_CANVAS, "404 message_not_found"),
        scope=Scope.CHAT,
    ),
    Operation(
        "POST", "/canvases/{canvas_id}/messages/{message_id}/report", report_message, {202: None},
        Access.ARTIST, ("403 oneself", _NO_CANVAS, "404 message_not_found", "429 report_limit"),
    ),
    Operation(
        "GET", "/canvases/{canvas_id}/mutes", list_mutes, {200: Page[MuteView]}, Access.ARTIST,
        ("403 not_canvas_owner", _NO_CANVAS),
    ),
    Operation(
        "PUT", "/canvases/{canvas_id}/mutes/{artist_id}", mute_artist, {204: None}, Access.ARTIST,
        ("403 canvas_owner", "403 not_canvas_owner", "403 oneself", "404 artist_not_found", _NO_CANVAS),
        scope=Scope.MODERATE,
    ),
    Operation(
        "DELETE", "/canvases/{canvas_id}/mutes/{artist_id}", unmute_artist, {204: None}, Access.ARTIST,
        ("403 not_canvas_owner", _NO_CANVAS),
        scope=Scope.MODERATE,
    ),
)  # fmt: skip
