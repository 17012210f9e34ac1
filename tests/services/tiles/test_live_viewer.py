"""One socket of the live feed: in order at any speed, and closed when it is too slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, web
from aiohttp.test_utils import TestClient

from services.tiles.live import viewer as viewers
from services.tiles.live.frames import Message
from services.tiles.live.subprotocols import JSON
from services.tiles.live.viewer import UNSENT_BYTES, Viewer
from tests.support.waiting import PATIENCE

Connect = Callable[[], Any]


def text(payload: bytes) -> Message:
    return Message(WSMsgType.TEXT, payload)


FRAME = text(b"x" * 100_000).frame


@dataclass
class Served:
    """The server's end of a connection; `gone` is set when its handler has ended."""

    viewer: Viewer
    transport: asyncio.WriteTransport
    gone: asyncio.Event


@pytest.fixture
async def server(aiohttp_client: Callable[..., Awaitable[Any]]) -> tuple[Any, asyncio.Queue[Served]]:
    """Provide the client of a server, and the server's ends of its connections."""
    served: asyncio.Queue[Served] = asyncio.Queue()

    async def watch(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        assert request.transport is not None
        end = Served(Viewer(socket, request.transport, None, JSON), request.transport, asyncio.Event())
        served.put_nowait(end)
        try:
            async for _ in socket:
                pass
        finally:
            end.gone.set()
        return socket

    app = web.Application()
    app.router.add_get("/", watch)
    return await aiohttp_client(app), served


@pytest.fixture
def connected(server: tuple[Any, asyncio.Queue[Served]]) -> Connect:
    """Provide both ends of a connection: `async with connected() as (viewer, socket)`."""
    client, served = server

    @asynccontextmanager
    async def connect() -> AsyncIterator[tuple[Viewer, ClientWebSocketResponse]]:
        async with client.ws_connect("/", max_msg_size=0) as socket:
            yield (await served.get()).viewer, socket

    return connect


@asynccontextmanager
async def not_reading(client: TestClient[Any, Any]) -> AsyncIterator[None]:
    """Open a socket and read nothing from it, not even the response to the handshake."""
    _, writer = await asyncio.open_connection("127.0.0.1", client.port, limit=1024)
    writer.write(
        b"GET / HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    try:
        yield
    finally:
        writer.close()


@pytest.mark.parametrize("lengths", [(125, 126), (65535, 65536), (1, 70_000, 2, 200)])
async def test_messages_of_any_length_arrive_whole_and_in_order(
    connected: Connect, lengths: tuple[int, ...]
) -> None:
    async with connected() as (viewer, socket):
        sent = [bytes([97 + number % 26]) * length for number, length in enumerate(lengths * 10)]
        for frame in sent:
            viewer.send_message(text(frame))
        for frame in sent:
            message = await socket.receive(timeout=PATIENCE)
            assert message.type is WSMsgType.TEXT
            assert message.data.encode() == frame


async def test_messages_sent_in_turn_wait_for_a_slow_reader_and_keep_their_place(connected: Connect) -> None:
    async with connected() as (viewer, socket):
        sent = [b"%d" % number + b"x" * UNSENT_BYTES for number in range(4)]

        async def send() -> None:
            for number, payload in enumerate(sent):
                await viewer.send_in_turn(text(payload))
                viewer.send_message(text(b"after %d" % number))

        sending = asyncio.create_task(send())
        for number, payload in enumerate(sent):
            assert (await socket.receive(timeout=PATIENCE)).data.encode() == payload
            assert (await socket.receive(timeout=PATIENCE)).data == f"after {number}"
        await sending


async def test_a_viewer_that_is_too_slow_is_closed_with_1013(connected: Connect) -> None:
    async with connected() as (viewer, socket):
        for _ in range(UNSENT_BYTES // len(FRAME) + 50):
            viewer.write(FRAME)
        while (message := await socket.receive(timeout=PATIENCE)).type is WSMsgType.TEXT:
            pass
        assert (message.type, message.data) == (WSMsgType.CLOSE, 1013)


async def test_no_more_than_the_bound_waits_for_a_viewer_that_stops_reading(
    server: tuple[Any, asyncio.Queue[Served]],
) -> None:
    client, served = server
    async with not_reading(client):
        end = await served.get()
        for _ in range(300):
            end.viewer.write(FRAME)
            assert end.transport.get_write_buffer_size() <= UNSENT_BYTES + len(FRAME)
            await asyncio.sleep(0)


async def test_a_viewer_that_never_reads_again_is_let_go(
    server: tuple[Any, asyncio.Queue[Served]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewers, "ABANDON_SECONDS", 0.1)
    client, served = server
    async with not_reading(client):
        end = await served.get()
        while not end.transport.is_closing():
            end.viewer.write(FRAME)
            await asyncio.sleep(0)
        await asyncio.wait_for(end.gone.wait(), PATIENCE)
        assert end.transport.get_write_buffer_size() == 0


async def test_nothing_is_sent_after_the_close(connected: Connect) -> None:
    async with connected() as (viewer, socket):
        closing = asyncio.create_task(viewer.close(1001, b""))
        await asyncio.sleep(0)
        viewer.send_message(text(b"late"))
        assert (await socket.receive(timeout=PATIENCE)).type is WSMsgType.CLOSE
        await closing
        viewer.send_message(text(b"later still"))
