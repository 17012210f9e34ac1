"""A sample of the viewers of a canvas, which note when they received each stroke."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from bench.protocols import LiveProtocol
from bench.websocket import WebSocketClient, connect


class Watchers:
    """Some viewers of one canvas; `arrivals` are the number of a stroke and when one of them received it."""

    def __init__(self, url: str, protocol: LiveProtocol) -> None:
        self.arrivals: list[tuple[int, float]] = []
        self._url = url
        self._protocol = protocol
        self._clients: list[WebSocketClient] = []
        self._strokes: dict[bytes, Sequence[int]] = {}

    def __len__(self) -> int:
        return len(self._clients)

    @property
    def closed(self) -> int:
        """How many of them were disconnected."""
        return sum(client.closed is not None for client in self._clients)

    async def connect(self, count: int) -> None:
        self._clients = list(
            await asyncio.gather(
                *(connect(self._url, self._on_message, self._protocol.name) for _ in range(count))
            )
        )

    def close(self) -> None:
        for client in self._clients:
            client.close()

    def _on_message(self, payload: bytes) -> None:
        now = time.perf_counter()
        # All viewers are sent the same frame, which is decoded for the first of them only.
        strokes = self._strokes.get(payload)
        if strokes is None:
            strokes = self._strokes[payload] = self._protocol.list_strokes(payload)
        self.arrivals += [(seq, now) for seq in strokes]
