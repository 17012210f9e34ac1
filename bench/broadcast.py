"""A bare aiohttp server that answers each message with a frame of the given size to all other sockets."""

from __future__ import annotations

import sys

import uvloop
from aiohttp import web

PORT, SIZE = int(sys.argv[1]), int(sys.argv[2])
FRAME = b'{"type":"batch"'.ljust(SIZE, b" ")
SOCKETS = web.AppKey("SOCKETS", set[web.WebSocketResponse])


async def watch(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    if "painter" not in request.query:
        request.app[SOCKETS].add(socket)
    async for _ in socket:
        for other in request.app[SOCKETS]:
            await other.send_str(FRAME.decode())
    request.app[SOCKETS].discard(socket)
    return socket


app = web.Application()
app[SOCKETS] = set()
app.router.add_get("/", watch)
uvloop.install()
web.run_app(app, host="127.0.0.1", port=PORT, print=None)
