"""Who may draw, and when: drawing takes a core, which strokes need as well."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager

from shared.buckets import TokenBuckets
from shared.errors import TooManyRequests

LARGE_PIXELS = 2048 * 2048
"""A picture of more takes longer than the fraction of a second that others can wait for it."""

WAIT_SECONDS = 3.0
"""How long a request waits for its turn; the largest picture takes about that long."""

Client = Callable[[], Hashable]
"""Returns the client that a drawing is charged to; called only for a new one, as a kept one costs less."""


class Drawings:
    """One large picture and one other at a time per process, and so many pixels per client.

    A client is an artist, or the network that guests come from: `rate` pixels per second, `burst` after a
    pause. Pictures that are kept already cost nothing.
    """

    def __init__(self, rate: float, burst: float) -> None:
        self._budgets = TokenBuckets(rate, burst)
        self._large, self._other = asyncio.Semaphore(1), asyncio.Semaphore(1)

    def charge(self, client: Client, pixels: int) -> None:
        """Take the pixels of a drawing from a client's budget. Raises TooManyRequests `picture_limit`."""
        early = self._budgets.take(client(), pixels)
        if early:
            raise TooManyRequests(
                "picture_limit", "You've requested very large pictures; wait a little.", retry_after=early
            )

    @asynccontextmanager
    async def turn(self, pixels: int) -> AsyncIterator[None]:
        """Hold the turn for a drawing of so many pixels. Raises TooManyRequests `pictures_busy`."""
        slots = self._large if pixels > LARGE_PIXELS else self._other
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await slots.acquire()
        except TimeoutError:
            raise TooManyRequests(
                "pictures_busy", "Other pictures are being drawn.", retry_after=WAIT_SECONDS
            ) from None
        try:
            yield
        finally:
            slots.release()
