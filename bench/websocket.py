"""A WebSocket client so cheap that with a hundred of them the server is still the bottleneck."""

from __future__ import annotations

import asyncio
import secrets
from base64 import b64encode
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class WebSocketClient(asyncio.Protocol):
    """Calls `on_message(payload)` for each message, which must be a single frame.

    `closed` holds the payload of the server's close frame, or what else ended the connection.
    """

    def __init__(self, handshake: bytes, on_message: Callable[[bytes], None]) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: bytes | None = None
        self._handshake = handshake
        self._on_message = on_message
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport = cast(asyncio.Transport, transport)  # uvloop's has the methods only
        transport.write(self._handshake)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self.opened.done():
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.opened.set_exception(ConnectionError(head.decode()))
                return
            self._buffer = rest
            self.opened.set_result(None)
        self._read_frames()

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = self.closed or repr(exc).encode()
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("closed before the handshake"))

    def send(self, payload: bytes, opcode: int = TEXT) -> None:
        assert self._transport is not None
        self._transport.write(client_frame(opcode, payload))

    def close(self) -> None:
        assert self._transport is not None
        self._transport.close()

    def _read_frames(self) -> None:
        buffer, start = self._buffer, 0
        while len(buffer) - start >= 2:
            length, body = buffer[start + 1], start + 2
            if length == 126:
                length, body = int.from_bytes(buffer[body : body + 2]), body + 2
            elif length == 127:
                length, body = int.from_bytes(buffer[body : body + 8]), body + 8
            if len(buffer) < body + length:
                break
            self._handle_frame(buffer[start] & 0x0F, buffer[body : body + length])
            start = body + length
        self._buffer = buffer[start:]

    def _handle_frame(self, opcode: int, payload: bytes) -> None:
        if opcode in (TEXT, BINARY):
            self._on_message(payload)
        elif opcode == PING:
            assert self._transport is not None
            self._transport.write(client_frame(PONG, payload))
        elif opcode == CLOSE:
            self.closed = payload


def client_frame(opcode: int, payload: bytes) -> bytes:
    """Frame a message as a client sends it.

    A mask of zeros is valid (RFC 6455, section 5.3) and leaves the payload unchanged.
    """
    length = len(payload)
    size = bytes([0x80 | length]) if length < 126 else b"\xfe" + length.to_bytes(2)
    return bytes([0x80 | opcode]) + size + bytes(4) + payload


def handshake(url: str, protocol: str = "tessera.v1.json") -> bytes:
    """Return the request that opens a WebSocket at that URL."""
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    key = b64encode(secrets.token_bytes(16)).decode()
    return (
        f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {protocol}\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    ).encode()


async def connect(
    url: str, on_message: Callable[[bytes], None], protocol: str = "tessera.v1.json"
) -> WebSocketClient:
    """Open a WebSocket; raises ConnectionError with the response when the server refuses it."""
    loop = asyncio.get_running_loop()
    _, client = await loop.create_connection(
        lambda: WebSocketClient(handshake(url, protocol), on_message), "127.0.0.1", urlsplit(url).port or 80
    )
    async with asyncio.timeout(30):
        await client.opened
    return client
