"""One WebSocket of the live feed and what waits to be sent to it."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import WSCloseCode, WSMsgType, web

from shared.identity import Identity

QUEUED_FRAMES = 256
"""How far a viewer may fall behind, in frames; two per tick at most, so at least two and a half seconds."""

UNSENT_BYTES = 64 * 1024
"""Bytes a socket may hold unsent before frames are queued, where all viewers share one copy of each."""

_SHORT, _MEDIUM, _LONG = struct.Struct(">BB"), struct.Struct(">BBH"), struct.Struct(">BBQ")
_FINAL_TEXT = 0x80 | WSMsgType.TEXT


@dataclass(frozen=True, slots=True)
class CloseReason:
    """Why a socket is closed; codes from 4000 on are for applications to define (RFC 6455, 7.4.2)."""

    code: int
    reason: bytes


SESSION_ENDED = CloseReason(WSCloseCode.POLICY_VIOLATION, b"session ended")
"""The token that the viewer connected with was revoked."""

CANVAS_GONE = CloseReason(4404, b"canvas_not_found")
"""The canvas was deleted, or is private now and not visible to this viewer: reconnecting gets a 404."""


class Viewer:
    """A connected viewer; `artist` is None for a guest.

    A frame is written at once while the socket accepts it: waking a task for every frame of every viewer
    costs more than sending it. Frames for a slow socket are queued, so that it delays no other, and sent by
    `run`.
    """

    def __init__(
        self,
        socket: web.WebSocketResponse,
        transport: asyncio.WriteTransport,
        artist: Identity | None,
    ) -> None:
        self.artist = artist
        self._socket = socket
        self._transport = transport
        self._frames: asyncio.Queue[bytes | CloseReason] = asyncio.Queue(QUEUED_FRAMES)
        self._overrun = asyncio.Event()

    def may_see_private(self, owner_id: int) -> bool:
        """Return whether this viewer may watch a private canvas of that owner."""
        return self.artist is not None and (self.artist.is_moderator or self.artist.account_id == owner_id)

    def send(self, message: dict[str, Any]) -> None:
        """Send one message to this viewer alone."""
        self.send_frame(orjson.dumps(message))

    def send_all(self, messages: Iterable[dict[str, Any]]) -> None:
        """Send messages to this viewer alone, in one write if possible, as each write is expensive."""
        frames = [orjson.dumps(message) for message in messages]
        if self._is_keeping_up():
            self._write(b"".join(map(text_frame, frames)))
            return
        for frame in frames:
            self.send_frame(frame)

    def send_frame(self, frame: bytes) -> None:
        """Send an encoded message, or queue it behind others; disconnect a viewer whose queue is full."""
        if self._is_keeping_up():
            self._write(text_frame(frame))
            return
        self._put(frame)

    def dismiss(self, reason: CloseReason) -> None:
        """Close the socket once its queue has been sent."""
        self._put(reason)

    def _put(self, item: bytes | CloseReason) -> None:
        try:
            self._frames.put_nowait(item)
        except asyncio.QueueFull:
            self._overrun.set()

    async def run(self) -> None:
        """Send what is queued until cancelled or the socket is gone; close it with 1013 if it is too slow."""
        sending = asyncio.create_task(self._send_queued())
        overrun = asyncio.create_task(self._overrun.wait())
        try:
            await asyncio.wait((sending, overrun), return_when=asyncio.FIRST_COMPLETED)
            if self._overrun.is_set():
                await self.close(WSCloseCode.TRY_AGAIN_LATER, b"too slow; resume with since")
        finally:
            sending.cancel()
            overrun.cancel()
            await asyncio.wait((sending, overrun))

    async def close(self, code: int, reason: bytes) -> None:
        """Close the socket; waits one second at most for the peer's answer."""
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._socket.close(code=code, message=reason)

    def _is_keeping_up(self) -> bool:
        return self._frames.empty() and self._transport.get_write_buffer_size() < UNSENT_BYTES

    def _write(self, data: bytes) -> None:
        if not (self._socket.closed or self._transport.is_closing()):
            self._transport.write(data)

    async def _send_queued(self) -> None:
        with suppress(ConnectionError):
            while True:
                item = await self._frames.get()
                if isinstance(item, CloseReason):
                    return await self.close(item.code, item.reason)
                await self._socket.send_frame(item, WSMsgType.TEXT)


def text_frame(payload: bytes) -> bytes:
    """Frame a text message as a server sends it: whole and unmasked (RFC 6455, 5.2)."""
    length = len(payload)
    if length < 126:
        return _SHORT.pack(_FINAL_TEXT, length) + payload
    if length < 1 << 16:
        return _MEDIUM.pack(_FINAL_TEXT, 126, length) + payload
    return _LONG.pack(_FINAL_TEXT, 127, length) + payload
