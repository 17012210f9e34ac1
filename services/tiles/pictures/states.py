"""The current state of canvases, looked up by many requests at once."""

from __future__ import annotations

import asyncio

from services.tiles.pictures import store
from services.tiles.pictures.store import CanvasState
from shared.db import Database


class CanvasStates:
    """Answers the look-ups of all requests, one statement at a time.

    A look-up is answered by a statement that began after it, so the answer includes everything that any
    process had committed before, with or without the broker. Look-ups that arrive in the meantime share the
    next one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[int, asyncio.Future[CanvasState | None]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def get(self, canvas_id: int) -> CanvasState | None:
        """Return the canvas as it is now, or None if it does not exist."""
        future = self._waiting.get(canvas_id)
        if future is None:
            future = self._waiting[canvas_id] = asyncio.get_running_loop().create_future()
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        # Other requests may wait for the same answer, so cancelling this one must not cancel it.
        return await asyncio.shield(future)

    async def _read(self) -> None:
        try:
            while self._waiting:
                requested, self._waiting = self._waiting, {}
                await self._answer(requested)
        finally:
            self._reading = None

    async def _answer(self, requested: dict[int, asyncio.Future[CanvasState | None]]) -> None:
        try:
            async with self._database.connection() as conn:
                found = await store.list_states(conn, list(requested))
        except Exception as error:
            for future in requested.values():
                future.set_exception(error)
                future.exception()  # retrieved: asyncio would log it if the request was cancelled
        else:
            for canvas_id, future in requested.items():
                future.set_result(found.get(canvas_id))
