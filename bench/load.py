"""A closed-loop HTTP load generator: each connection sends its next request after the last response.

It uses bare sockets, so that it needs a fraction of the server's CPU time, and prints a warning after a run
in which it used most of a core and may itself have been the limit.
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
"""Returns the next request of a connection."""


@dataclass(frozen=True)
class LoadResult:
    """Responses per second, and the duration of each request in seconds."""

    rate: float
    durations: Sequence[float]


class LoadConnection(asyncio.Protocol):
    """Keeps one request in flight on a keep-alive connection and collects the durations in seconds."""

    def __init__(self, requests: Requests) -> None:
        self.durations: list[float] = []
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
        self.durations.append(time.perf_counter() - self._sent)
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


def make_request(method: str, path: str, token: str | None = None, body: Any = None) -> bytes:
    """Encode a request with an optional access token and JSON body."""
    content = b"" if body is None else orjson.dumps(body)
    authorization = "" if token is None else f"Authorization: Bearer {token}\r\n"
    kind = "" if body is None else f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{authorization}{kind}\r\n".encode() + content


async def run_load(
    url: str, requests: Sequence[Requests], seconds: float, warm_up: float = 0.5
) -> LoadResult:
    """Run one connection per item of `requests` for `seconds`, after a warm-up that is not measured."""
    loop, port = asyncio.get_running_loop(), urlsplit(url).port or 80
    connections = [
        (await loop.create_connection(lambda each=each: LoadConnection(each), "127.0.0.1", port))[1]  # type: ignore[misc]
        for each in requests
    ]
    await asyncio.sleep(warm_up)
    before = [len(connection.durations) for connection in connections]
    started, cpu_started = time.perf_counter(), time.process_time()
    await asyncio.sleep(seconds)
    elapsed, cpu = time.perf_counter() - started, time.process_time() - cpu_started
    durations = [
        duration
        for connection, start in zip(connections, before, strict=True)
        for duration in connection.durations[start:]
    ]
    for connection in connections:
        if connection.failure:
            raise connection.failure
        connection.close()
    if cpu > 0.8 * elapsed:
        print(f"the load generator used {cpu / elapsed:.0%} of a core and may be the limit", file=sys.stderr)
    return LoadResult(len(durations) / elapsed, durations)
