"""One socket of the live feed: in order at any speed, and closed when it is too slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, web

from services.tiles.live.viewer import QUEUED_FRAMES, UNSENT_BYTES, Viewer
from tests.support.waiting import PATIENCE

Connect = Callable[[], Any]


@pytest.fixture
def connected(aiohttp_client: Callable[..., Awaitable[Any]]) -> Connect:
    """Provide both ends of a connection: `async with connected() as (viewer, socket)`."""
    viewers: asyncio.Queue[Viewer] = asyncio.Queue()

    async def watch(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        assert request.transport is not None
        viewer = Viewer(socket, request.transport, None)
        viewers.put_nowait(viewer)
        sending = asyncio.create_task(viewer.run())
        async for _ in socket:
            pass
        sending.cancel()
        await asyncio.wait((sending,))
        return socket

    @asynccontextmanager
    async def connect() -> AsyncIterator[tuple[Viewer, ClientWebSocketResponse]]:
        app = web.Application()
        app.router.add_get("/", watch)
        client = await aiohttp_client(app)
        async with client.ws_connect("/", max_msg_size=0) as socket:
            yield await viewers.get(), socket

    return connect


@pytest.mark.parametrize("lengths", [(125, 126), (65535, 65536), (1, UNSENT_BYTES * 50, 2, 200, 70_000)])
async def test_messages_of_any_length_arrive_whole_and_in_order(
    connected: Connect, lengths: tuple[int, ...]
) -> None:
    async with connected() as (viewer, socket):
        sent = [bytes([97 + number % 26]) * length for number, length in enumerate(lengths * 40)]
        for frame in sent:
            viewer.send_frame(frame)
        for frame in sent:
            message = await socket.receive(timeout=PATIENCE)
            assert message.type is WSMsgType.TEXT
            assert message.data.encode() == frame


async def test_a_viewer_that_is_too_slow_is_closed_with_1013(connected: Connect) -> None:
    async with connected() as (viewer, socket):
        for _ in range(QUEUED_FRAMES + 50):
            viewer.send_frame(b"x" * 1_000_000)
        while (message := await socket.receive(timeout=PATIENCE)).type is WSMsgType.TEXT:
            pass
        assert (message.type, message.data) == (WSMsgType.CLOSE, 1013)


async def test_nothing_is_sent_after_the_close(connected: Connect) -> None:
    async with connected() as (viewer, socket):
        closing = asyncio.create_task(viewer.close(1001, b""))
        await asyncio.sleep(0)
        viewer.send_frame(b"late")
        assert (await socket.receive(timeout=PATIENCE)).type is WSMsgType.CLOSE
        await closing
        viewer.send_frame(b"later still")
