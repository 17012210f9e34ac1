"""Chat as this process broadcasts it: each message and removal once, in order, to each viewer.

The writing process announces only that something was written; every process reads from the database what is
beyond the number that its viewers have, and checks once per second in any case. So a message that the broker
drops delays chat and loses nothing. Nothing here has a number of the canvas's changes, so pixels never wait
for a message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

import structlog

from services.tiles.artists.actors import viewer_of
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.access import can_see
from services.tiles.canvases.rules import Canvas
from services.tiles.chat import store
from services.tiles.chat.rules import ChatMessage
from services.tiles.chat.schemas import MessageView
from services.tiles.live.frames import Message
from services.tiles.live.subprotocols import encode_json
from services.tiles.live.viewer import Viewer
from shared.db import Connection, Database
from shared.errors import Unavailable

log = structlog.get_logger(__name__)

READ_AT_ONCE: Final = 200
"""Messages and removals."""

PAUSE_SECONDS: Final = 0.2
"""The pause between two reads: five frames per second and viewer, however many people write."""

CHECK_SECONDS: Final = 1.0

SLICE_VIEWERS: Final = 128
"""Viewers who are sent a frame before the loop does other work, as in `channel`."""


@dataclass(slots=True)
class Conversation:
    """The chat of one canvas: its viewers in this process, and the number up to which they have it."""

    sent: int
    viewers: set[Viewer] = field(default_factory=set)


class ChatFeed:
    """The chats of all canvases with viewers in this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._conversations: dict[int, Conversation] = {}
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Broadcast what is written, until cancelled."""
        while True:
            try:
                async with asyncio.timeout(CHECK_SECONDS):
                    await self._woken.wait()
            except TimeoutError:
                pass
            self._woken.clear()
            try:
                while await self._broadcast_new() == READ_AT_ONCE:
                    pass
            except Unavailable as error:
                log.info("chat delayed", reason=str(error))
            await asyncio.sleep(PAUSE_SECONDS)

    def wake(self, canvas_id: int) -> None:
        """Read the chats soon, as something happened in this one."""
        if canvas_id in self._conversations:
            self._woken.set()

    async def open(self, conn: Connection, canvas_id: int) -> None:
        """Begin after what was written on a canvas until now; `close` ends it."""
        self._conversations[canvas_id] = Conversation(await store.get_last_seq(conn, canvas_id))

    def close(self, canvas_id: int) -> None:
        """Forget a canvas, whose last viewer has left."""
        self._conversations.pop(canvas_id, None)

    @contextmanager
    def watching(self, viewer: Viewer, canvas_id: int) -> Iterator[None]:
        """Send the viewer what is written on an open canvas while in the block."""
        viewers = self._conversations[canvas_id].viewers
        viewers.add(viewer)
        try:
            yield
        finally:
            viewers.discard(viewer)

    async def _broadcast_new(self) -> int:
        """Read and broadcast what is new; returns how many messages and removals there were."""
        known = {canvas_id: one.sent for canvas_id, one in self._conversations.items()}
        if not known:
            return 0
        async with self._database.connection() as conn:
            new = await store.list_beyond(conn, known, READ_AT_ONCE)
            canvases = {
                canvas_id: await canvases_store.get(conn, canvas_id)
                for canvas_id in dict.fromkeys(message.canvas_id for message in new)
            }
        for canvas_id, of_canvas in groupby(new, key=lambda message: message.canvas_id):
            conversation, canvas = self._conversations.get(canvas_id), canvases[canvas_id]
            if conversation is not None and canvas is not None:
                await _broadcast(conversation, canvas, list(of_canvas))
        return len(new)


async def _broadcast(conversation: Conversation, canvas: Canvas, messages: Sequence[ChatMessage]) -> None:
    # What a viewer who comes in the meantime reads from the database includes these. The feed may be about to
    # dismiss some, as the canvas is private now.
    viewers = [viewer for viewer in conversation.viewers if can_see(canvas, viewer_of(viewer.artist))]
    frames = b"".join([message.frame for message in _encode(messages)])
    conversation.sent = messages[-1].seq
    for start in range(0, len(viewers), SLICE_VIEWERS):
        if start:
            await asyncio.sleep(0)
        for viewer in viewers[start : start + SLICE_VIEWERS]:
            if viewer in conversation.viewers:
                viewer.write(frames)


def _encode(messages: Sequence[ChatMessage]) -> Iterator[Message]:
    """Encode runs of messages and of removals, in their order."""
    for is_removed, run in groupby(messages, key=lambda message: message.text is None):
        if is_removed:
            yield encode_json({"type": "chat.removed", "ids": [message.id for message in run]})
        else:
            shown = [MessageView.of(message).model_dump(mode="json") for message in run]
            yield encode_json({"type": "chat", "messages": shown})
