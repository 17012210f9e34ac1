"""WebSocket messages as a server sends them: whole and unmasked (RFC 6455, 5.2)."""

from __future__ import annotations

import struct
from typing import Literal, NamedTuple

from aiohttp import WSMsgType

_SHORT, _MEDIUM, _LONG = struct.Struct(">BB"), struct.Struct(">BBH"), struct.Struct(">BBQ")
_FINAL = 0x80


class Message(NamedTuple):
    """An encoded message, and whether it is text."""

    type: Literal[WSMsgType.TEXT, WSMsgType.BINARY]
    payload: bytes

    @property
    def frame(self) -> bytes:
        """The bytes that go to the socket."""
        length, start = len(self.payload), _FINAL | self.type
        if length < 126:
            return _SHORT.pack(start, length) + self.payload
        if length < 1 << 16:
            return _MEDIUM.pack(start, 126, length) + self.payload
        return _LONG.pack(start, 127, length) + self.payload
