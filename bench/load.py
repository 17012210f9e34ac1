"""Requests from many connections, each sending its next when its last was answered.

A client of its own, on bare sockets, so that it costs a fraction of what the server does: a run in which it
took most of a core measures itself, and says so.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import orjson

Requests = Callable[[], bytes]
"""Gives the next request of a connection."""


@dataclass(frozen=True)
class Load:
    """What connections were answered: how many a second, and how long each answer took, in seconds."""

    rate: float
    took: Sequence[float]


class Connection(asyncio.Protocol):
    """Keeps one request under way on a connection that is kept alive; collects seconds of the answers."""

    def __init__(self, requests: Requests) -> None:
        self.took: list[float] = []
        self.failure: Exception | None = None
        self._requests = requests
        self._buffer = b""
        self._sent = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if not end or len(body) < _content_length(head):
            return
        self._buffer = b""
        if not head.startswith(b"HTTP/1.1 2"):
            self.failure = RuntimeError((head + body).decode(errors="replace")[:500])
            return
        self.took.append(time.perf_counter() - self._sent)
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self.failure = self.failure or exc or ConnectionError("closed by the server")

    def close(self) -> None:
        assert self._transport is not None
        self._transport.abort()

    def _send(self) -> None:
        assert self._transport is not None
        self._sent = time.perf_counter()
        self._transport.write(self._requests())


def _content_length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.split(b"\r\n", 1)[0]) if found else 0


def request(method: str, path: str, token: str | None = None, body: Any = None) -> bytes:
    """The bytes of a request."""
    content = b"" if body is None else orjson.dumps(body)
    authorization = "" if token is None else f"Authorization: Bearer {token}\r\n"
    kind = "" if body is None else f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{authorization}{kind}\r\n".encode() + content


async def load(url: str, requests: Sequence[Requests], seconds: float, warm_up: float = 0.5) -> Load:
    """Let as many connections as there are in `requests` work that long."""
    loop, port = asyncio.get_running_loop(), urlsplit(url).port or 80
    connections = [
        (await loop.create_connection(lambda each=each: Connection(each), "127.0.0.1", port))[1]  # type: ignore[misc]
        for each in requests
    ]
    await asyncio.sleep(warm_up)
    before = [len(connection.took) for connection in connections]
    began, computed = time.perf_counter(), time.process_time()
    await asyncio.sleep(seconds)
    elapsed, computing = time.perf_counter() - began, time.process_time() - computed
    took = [
        answer
        for connection, start in zip(connections, before, strict=True)
        for answer in connection.took[start:]
    ]
    for connection in connections:
        if connection.failure:
            raise connection.failure
        connection.close()
    if computing > 0.8 * elapsed:
        print(f"the client was {computing / elapsed:.0%} of a core: it may be the limit", file=sys.stderr)
    return Load(len(took) / elapsed, took)
