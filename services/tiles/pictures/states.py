"""What a canvas is right now, asked for by many requests at once."""

from __future__ import annotations

import asyncio

from services.tiles.pictures import store
from services.tiles.pictures.store import CanvasState
from shared.db import Database


class CanvasStates:
    """Answers the look-ups of all requests with one statement at a time.

    A look-up is answered by a statement that began after it was asked, so it sees everything committed
    before, by whichever process and with or without the broker; those asked meanwhile share the next one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[int, asyncio.Future[CanvasState | None]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def get(self, canvas_id: int) -> CanvasState | None:
        """Return the canvas as it is now, or None for an unknown one."""
        future = self._waiting.get(canvas_id)
        if future is None:
            future = self._waiting[canvas_id] = asyncio.get_running_loop().create_future()
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        # Others may wait for the same answer: it is not cancelled with the request that asked first.
        return await asyncio.shield(future)

    async def _read(self) -> None:
        try:
            while self._waiting:
                asked, self._waiting = self._waiting, {}
                await self._answer(asked)
        finally:
            self._reading = None

    async def _answer(self, asked: dict[int, asyncio.Future[CanvasState | None]]) -> None:
        try:
            async with self._database.connection() as conn:
                found = await store.states(conn, list(asked))
        except Exception as error:
            for future in asked.values():
                future.set_exception(error)
                future.exception()  # whoever waited may be gone; that is no news for the log
        else:
            for canvas_id, future in asked.items():
                future.set_result(found.get(canvas_id))
