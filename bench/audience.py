"""Thousands of viewers of a canvas, so cheap that the stack under them is what is measured.

A viewer is a bare socket. Normally what it has received is read four times per second and only counted. The
kernel's buffer holds the frames of that time many times over, so the server notices no difference, and the
load generator is woken a few times per second instead of for every frame.
"""

from __future__ import annotations

import asyncio
import select
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from bench.websocket import PONG, client_frame, handshake

AT_ONCE = 50
"""Handshakes at a time."""

READ_EVERY_SECONDS = 0.25
PONG_EVERY_SECONDS = 20.0
"""The server closes a viewer that does not answer its ping of every 30 s; an unasked pong counts as well."""

READ_BYTES = 1 << 18
SLICE = 500
"""Sockets read before painters and watchers on the same event loop have their turn."""

PING_BYTES = 2


class Audience:
    """Viewers of one canvas; `received` are the bytes that they were sent after the handshake."""

    def __init__(self, url: str, protocol: str) -> None:
        self.received = 0
        self.closed = 0
        self._url = url
        self._protocol = protocol
        self._sockets: dict[int, socket.socket] = {}
        self._epoll = select.epoll()
        self._without_stroke: set[int] = set()
        self._complete: asyncio.Future[float] | None = None
        self._buffer = bytearray(READ_BYTES)
        self._reading: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._sockets)

    async def connect(self, count: int) -> None:
        """Connect that many more viewers. Raises ConnectionError when one is refused."""
        self._reading = self._reading or asyncio.create_task(self._read_regularly())
        slots = asyncio.Semaphore(AT_ONCE)

        async def connect_one() -> None:
            async with slots:
                await self._connect_one()

        await asyncio.gather(*(connect_one() for _ in range(count)))

    async def read(self) -> None:
        """Read what has arrived."""
        ready = self._epoll.poll(0, max(1, len(self._sockets)))
        for start in range(0, len(ready), SLICE):
            for descriptor, _ in ready[start : start + SLICE]:
                self._read_one(descriptor)
            await asyncio.sleep(0)

    @asynccontextmanager
    async def reading_at_once(self) -> AsyncIterator[None]:
        """Read at once what arrives during the block, which costs more."""
        await self.read()
        loop = asyncio.get_running_loop()
        loop.add_reader(self._epoll.fileno(), self._read_ready)
        try:
            yield
        finally:
            loop.remove_reader(self._epoll.fileno())

    async def receive(self, paint: Callable[[], None], seconds: float) -> float:
        """Paint, and return when the last viewer has received something. Raises TimeoutError after `seconds`.

        Nothing else may happen on the canvas; what arrives must be read at once.
        """
        self._complete = asyncio.get_running_loop().create_future()
        self._without_stroke = set(self._sockets)
        paint()
        async with asyncio.timeout(seconds):
            return await self._complete

    def close(self) -> None:
        if self._reading:
            self._reading.cancel()
        for connection in self._sockets.values():
            connection.close()
        self._sockets.clear()
        self._epoll.close()

    async def _connect_one(self) -> None:
        loop = asyncio.get_running_loop()
        connection = socket.socket()
        connection.setblocking(False)
        async with asyncio.timeout(60):
            await loop.sock_connect(connection, ("127.0.0.1", urlsplit(self._url).port or 80))
            await loop.sock_sendall(connection, handshake(self._url, self._protocol))
            head = await loop.sock_recv(connection, READ_BYTES)
        if not head.startswith(b"HTTP/1.1 101"):
            connection.close()
            raise ConnectionError(head.decode(errors="replace")[:500])
        self._sockets[connection.fileno()] = connection
        self._epoll.register(connection.fileno(), select.EPOLLIN)

    async def _read_regularly(self) -> None:
        pongs = self._keep_alive()
        while True:
            await asyncio.sleep(READ_EVERY_SECONDS)
            await self.read()
            next(pongs)

    def _keep_alive(self) -> Iterator[None]:
        """Send a share of the pongs at each step, so that they never come all at once."""
        steps = int(PONG_EVERY_SECONDS / READ_EVERY_SECONDS)
        pong = client_frame(PONG, b"")
        while True:
            for step in range(steps):
                for descriptor in list(self._sockets)[step::steps]:
                    self._send_one(descriptor, pong)
                yield

    def _send_one(self, descriptor: int, data: bytes) -> None:
        try:
            self._sockets[descriptor].send(data)
        except BlockingIOError:
            pass  # the server is too busy to read; the next pong is due soon enough
        except OSError:
            self._forget(descriptor)

    def _read_ready(self) -> None:
        for descriptor, _ in self._epoll.poll(0, max(1, len(self._sockets))):
            self._read_one(descriptor)

    def _read_one(self, descriptor: int) -> None:
        connection = self._sockets.get(descriptor)
        if connection is None:
            return
        try:
            count = connection.recv_into(self._buffer)
        except BlockingIOError:
            return  # read meanwhile
        except OSError:
            count = 0
        if not count:
            self._forget(descriptor)
            return
        self.received += count
        if count > PING_BYTES and descriptor in self._without_stroke:
            self._without_stroke.discard(descriptor)
            if not self._without_stroke and self._complete and not self._complete.done():
                self._complete.set_result(time.perf_counter())

    def _forget(self, descriptor: int) -> None:
        self.closed += 1
        self._without_stroke.discard(descriptor)
        self._epoll.unregister(descriptor)
        self._sockets.pop(descriptor).close()
