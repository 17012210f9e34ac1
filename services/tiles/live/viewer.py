"""One WebSocket of the live feed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiohttp import WSCloseCode, web

from services.tiles.live.frames import Message
from services.tiles.live.subprotocols import Subprotocol, encode_json
from shared.identity import Identity

UNSENT_BYTES = 4 * 1024 * 1024
"""How far a viewer may fall behind; most of these bytes are frames of which all viewers share one copy."""

CLOSE_SECONDS = 1.0
"""How long to wait for the peer's answer to a close."""

ABANDON_SECONDS = 10.0
"""How long earlier frames are still sent after a close; a peer that never reads would keep its socket."""


@dataclass(frozen=True, slots=True)
class CloseReason:
    """Why a socket is closed; codes from 4000 on are for applications to define (RFC 6455, 7.4.2)."""

    code: int
    reason: bytes


SESSION_ENDED = CloseReason(WSCloseCode.POLICY_VIOLATION, b"session ended")
"""The token that the viewer connected with was revoked."""

TOO_SLOW = CloseReason(WSCloseCode.TRY_AGAIN_LATER, b"too slow; resume with since")
"""More than UNSENT_BYTES wait to be sent."""

TOO_FAR_BEHIND = CloseReason(WSCloseCode.TRY_AGAIN_LATER, b"changes missed; resume with since")
"""This process missed changes that are no longer kept."""

CANVAS_GONE = CloseReason(4404, b"canvas_not_found")
"""The canvas was deleted, or is private now and not visible to this viewer: reconnecting gets a 404."""


class Viewer:
    """A connected viewer, who speaks one of the subprotocols; `artist` is None for a guest.

    Frames go to the transport at once, which queues what the socket does not accept: so a slow viewer delays
    no other, frames stay in order, and a viewer needs no task and no queue of its own.
    """

    __slots__ = ("_leaving", "_role_seq", "_socket", "_transport", "artist", "is_member", "subprotocol")

    def __init__(
        self,
        socket: web.WebSocketResponse,
        transport: asyncio.WriteTransport,
        artist: Identity | None,
        subprotocol: Subprotocol,
    ) -> None:
        self.artist = artist
        self.is_member = False
        self._role_seq = 0
        self.subprotocol = subprotocol
        self._socket = socket
        self._transport = transport
        self._leaving: asyncio.Task[None] | None = None

    def may_see_private(self, owner_id: int) -> bool:
        """Return whether this viewer may watch a private canvas of that owner."""
        return self.artist is not None and (
            self.is_member or self.artist.is_moderator or self.artist.account_id == owner_id
        )

    def learn_membership(self, is_member: bool, seq: int) -> None:
        """Note whether the artist had a role on the canvas at its change number `seq`; the newest counts."""
        if seq >= self._role_seq:
            self.is_member, self._role_seq = is_member, seq

    def send(self, message: dict[str, Any]) -> None:
        """Send one message to this viewer alone."""
        self.send_message(encode_json(message))

    def send_answers(self, answers: Iterable[dict[str, Any]]) -> None:
        """Send answers to strokes of this viewer, in one write, as each write is expensive."""
        self.write(b"".join([message.frame for message in self.subprotocol.encode_answers(answers)]))

    def send_message(self, message: Message) -> None:
        """Send an encoded message."""
        self.write(message.frame)

    async def send_in_turn(self, message: Message) -> None:
        """Send an encoded message once the socket has accepted most of what was sent before."""
        if self._is_open():
            with suppress(ConnectionError):
                await self._socket.send_frame(message.payload, message.type)

    def write(self, frame: bytes) -> None:
        """Send whole frames, which viewers may share; disconnect a viewer who has fallen too far behind."""
        if not self._is_open():
            return
        if self._transport.get_write_buffer_size() < UNSENT_BYTES:
            self._transport.write(frame)
        else:
            self.dismiss(TOO_SLOW)

    def write_if_idle(self, frame: bytes) -> None:
        """Send a whole frame unless this viewer still has something to read: it is not worth waiting for."""
        if self._is_open() and not self._transport.get_write_buffer_size():
            self._transport.write(frame)

    def dismiss(self, reason: CloseReason) -> None:
        """Close the socket after what was sent; nothing is sent from here on."""
        if self._leaving is None:
            self._leaving = asyncio.create_task(self.close(reason.code, reason.reason))

    async def close(self, code: int, reason: bytes) -> None:
        """Close the socket; waits CLOSE_SECONDS at most for the peer's answer."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._socket.close(code=code, message=reason)
        if self._transport.get_write_buffer_size():
            asyncio.get_running_loop().call_later(ABANDON_SECONDS, self._transport.abort)

    def _is_open(self) -> bool:
        return self._leaving is None and not (self._socket.closed or self._transport.is_closing())
