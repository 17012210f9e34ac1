"""The WebSocket of the live feed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import structlog
from aiohttp import WSCloseCode, WSMsgType, web
from pydantic import Field

from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.service import visible_to
from services.tiles.chat.service import CHATS
from services.tiles.chat.speaker import Speaker
from services.tiles.edits.answers import Answers
from services.tiles.edits.painter import Painter, SentStroke
from services.tiles.edits.strokes import STROKES
from services.tiles.live import store
from services.tiles.live.binary import Malformed
from services.tiles.live.hub import HUB
from services.tiles.live.presence import Presence
from services.tiles.live.subprotocols import SUBPROTOCOLS, Subprotocol, Unacceptable, get_subprotocol
from services.tiles.live.viewer import CANVAS_GONE, SESSION_ENDED, Viewer
from services.tiles.placing.placer import Placer
from services.tiles.placing.service import PLACEMENTS
from shared.buckets import TokenBuckets
from shared.db import Database
from shared.errors import NotAuthenticated, NotFound, Unavailable
from shared.http.access import VERIFIER
from shared.http.clients import identify_client
from shared.http.models import BIGINT_MAX, Query
from shared.http.operations import RATE_LIMITED, Operation, RawResponse
from shared.identity import Identity

log = structlog.get_logger(__name__)

IDLE_PING_SECONDS = 30
MAX_MESSAGE_BYTES = 64 * 1024
COUNTED_BYTES: Final = 512
"""A message counts as one for each of these that it begins: reading it takes time in proportion."""

UNKNOWN_MESSAGE = {
    "type": "error",
    "code": "unknown_message",
    "detail": 'Send {"type": "ping"}, {"type": "presence", "tile", "editing"}'
    ', {"type": "point", "at", "view"}, {"type": "paint", "ref", "tile_id", "pixels"}'
    ', {"type": "place", "ref", "pixels"}'
    ' or {"type": "say", "ref", "text"}.',
}

DATABASE = web.AppKey("DATABASE", Database)
PAINT_UNDERWAY = web.AppKey("PAINT_UNDERWAY", int)
MESSAGES = web.AppKey("MESSAGES", TokenBuckets)
"""How many messages a client may send through all its sockets; a new socket does not bring new ones."""


class Watch(Query):
    """Where to resume, and the ticket that identifies the artist."""

    since: int | None = Field(
        None, ge=0, le=BIGINT_MAX, description="number of the last change the client has"
    )
    ticket: str | None = Field(
        None, max_length=2000, description="from POST /auth/ws-ticket; guests have none"
    )


async def watch_canvas(request: web.Request, canvas_id: int, query: Watch) -> web.StreamResponse:
    """Watch a canvas live over WebSocket, subprotocol `tessera.v1.json` or `tessera.v2.binary`.

    Both are documented in docs/live.md; the second, in which strokes take a tenth of the bytes, byte by byte.
    What follows is the first, which is also used if the client asks for none.

    The server sends `hello`, then a `batch` of events for every change, in order and exactly once; with
    `since` first those that followed it, or `resync` if that is too long ago. A client may send `ping`; an
    artist may send `paint`, or `place` on a canvas in `place` mode, which is answered by `ack` once it is
    durable, or by `nack`.

    `hello.presence` lists the artists who watch, each `{"id", "username", "tile": {"x", "y"} | null,
    "editing"}`; `{"type": "presence", "joined", "left", "moved"}` with the same objects follows when that
    changes. An artist sends `{"type": "presence", "tile", "editing"}`, at most 20 times per second. Guests
    are not listed. A client ignores its own id.

    `{"type": "cursors", "cursors"}` has the artists who point somewhere else than before, each `{"id",
    "at": [x, y] | null}` in pixels of the canvas, with `"view": [x, y, width, height]` if they see another
    part of it. An artist sends `{"type": "point", "at", "view"}`. Some are dropped, under load all.

    `{"type": "chat", "messages"}` has messages that are written from now on, each as `GET
    /canvases/{id}/messages` returns it, and `{"type": "chat.removed", "ids"}` those that are removed; neither
    has a number. An artist writes with `{"type": "say", "ref", "text"}`.

    If the canvas is deleted, or becomes private and hidden from this viewer, the socket closes with 4404;
    with 1013 if the client is too slow, or the database is unavailable for what the client missed; with 1003,
    1007 or 1009 after a message that the subprotocol does not allow, is malformed or too long, and with 1008
    after too many messages.
    """
    artist = await _admit(request, canvas_id, query.ticket)
    # Compression costs 146 KiB and half as much CPU again per connection, for frames of a few hundred bytes.
    socket = web.WebSocketResponse(
        protocols=tuple(SUBPROTOCOLS),
        compress=False,
        heartbeat=IDLE_PING_SECONDS,
        autoping=False,  # `_messages` answers pings, and counts them
        max_msg_size=MAX_MESSAGE_BYTES,
    )
    await socket.prepare(request)
    if request.transport is None:
        raise ConnectionResetError("the client hung up during the handshake")
    viewer = Viewer(socket, request.transport, artist, get_subprotocol(socket.ws_protocol))
    answers, longest = Answers(viewer.send_answers), request.app[PAINT_UNDERWAY]
    painter = Painter(request.app[STROKES], artist, canvas_id, answers, longest=longest)
    placer = Placer(request.app[PLACEMENTS], artist, canvas_id, answers, longest=longest)
    speaker = Speaker(request.app[CHATS], artist, canvas_id, answers)
    try:
        async with request.app[HUB].watching(viewer, canvas_id, query.since):
            await _dismiss_if_barred(request, canvas_id, viewer)
            take = partial(request.app[MESSAGES].take, identify_client(request, artist))
            async for message in _messages(socket, viewer.subprotocol, take):
                _process(message, viewer, painter, placer, speaker, request.app[HUB].presence, canvas_id)
    except Unavailable as error:
        # An HTTP response would corrupt the frames of the open socket.
        log.warning("viewer disconnected", dependency=error.dependency, reason=error.detail)
        reason = f"{error.dependency}_unavailable; resume with since"
        await viewer.close(WSCloseCode.TRY_AGAIN_LATER, reason.encode())
    except Unacceptable as error:
        await viewer.close(error.code, error.reason.encode())
    except Malformed as error:
        await viewer.close(WSCloseCode.INVALID_TEXT, str(error).encode())
    return socket


async def closing_sockets(app: web.Application) -> None:
    """Signal handler (`on_shutdown`): send viewers to other processes before this one ends."""
    await app[HUB].close()


async def _admit(request: web.Request, canvas_id: int, ticket: str | None) -> Identity | None:
    """Return the artist who watches, None for a guest. Raises NotAuthenticated for a bad ticket, NotFound."""
    artist = None
    # The connection goes back to the pool before the socket opens: a viewer never holds one.
    async with request.app[DATABASE].connection() as conn:
        if ticket is not None:
            artist, jti = request.app[VERIFIER].verify_ticket(ticket)
            if not await store.spend_ticket(conn, jti, datetime.fromtimestamp(artist.expires_at, UTC)):
                raise NotAuthenticated("ticket_spent", "This ticket was used before; request a new one.")
        visible_to(artist, await canvases_store.get(conn, canvas_id))
    return artist


async def _dismiss_if_barred(request: web.Request, canvas_id: int, viewer: Viewer) -> None:
    """Disconnect the viewer if the session ended or the canvas became hidden since they were admitted.

    From here on, the feed does so.
    """
    if viewer.artist is not None and request.app[VERIFIER].is_revoked(viewer.artist):
        viewer.dismiss(SESSION_ENDED)
    try:
        async with request.app[DATABASE].connection() as conn:
            canvas = visible_to(viewer.artist, await canvases_store.get(conn, canvas_id))
        if viewer.artist is not None:
            viewer.learn_membership(viewer.artist.account_id in canvas.roles, canvas.seq)
    except NotFound:
        viewer.dismiss(CANVAS_GONE)


async def _messages(
    socket: web.WebSocketResponse, subprotocol: Subprotocol, take: Callable[[float], float]
) -> AsyncIterator[SentStroke | dict[str, Any]]:
    """Yield what the client sends, until it closes the socket. Raises Unacceptable, Malformed."""
    async for received in socket:
        if take(1 + len(received.data) // COUNTED_BYTES):
            raise Unacceptable(WSCloseCode.POLICY_VIOLATION, "too many messages")
        if received.type is WSMsgType.PING:
            await socket.pong(received.data)
        elif received.type in (WSMsgType.TEXT, WSMsgType.BINARY):
            yield subprotocol.decode(received)


def _process(
    message: SentStroke | dict[str, Any],
    viewer: Viewer,
    painter: Painter,
    placer: Placer,
    speaker: Speaker,
    presence: Presence,
    canvas_id: int,
) -> None:
    if not isinstance(message, dict):
        painter.paint(message)
        return
    match message.get("type"):
        case "place":
            placer.place(message)
        case "say":
            speaker.say(message)
        case "ping":
            viewer.send({"type": "pong"})
        case "point":
            if fault := presence.point(viewer, canvas_id, message):
                viewer.send(fault)
        case "presence":
            if fault := presence.move(viewer, canvas_id, message):
                viewer.send(fault)
        case _:
            viewer.send(UNKNOWN_MESSAGE)


OPERATIONS = (
    Operation(
        "GET", "/ws/canvas/{canvas_id}", watch_canvas,
        {101: RawResponse("application/json", "The live feed")},
        refusals=(
            "400 bad_request", "401 token_invalid", "401 ticket_spent", "404 canvas_not_found", RATE_LIMITED,
        ),
    ),
)  # fmt: skip
