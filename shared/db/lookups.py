"""Look-ups by key that many requests make at the same time, answered together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import Any, Generic, TypeVar

from shared.db.connection import Connection
from shared.db.pool import Database
from shared.errors import Unavailable

MOST_KEYS = 100
"""Per statement: a hundred of the largest tiles are 1.6 MB, read in a few milliseconds."""

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")

Load = Callable[[Connection, Sequence[KeyT]], Awaitable[Mapping[KeyT, ValueT]]]
"""Reads the values of different keys that exist, in one statement."""


class Lookups(Generic[KeyT, ValueT]):
    """Answers the look-ups of all requests of a process, one statement at a time.

    A look-up is answered by a statement that began after it, so the answer includes everything that any
    process had committed before, with or without the broker. Look-ups that arrive in the meantime share the
    next one, and those of the same key its value.
    """

    def __init__(self, database: Database, load: Load[KeyT, ValueT]) -> None:
        self._database = database
        self._load = load
        self._waiting: dict[KeyT, list[asyncio.Future[ValueT | None]]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def get(self, key: KeyT) -> ValueT | None:
        """Return the value of the key as it is now, or None if there is none; raises Unavailable."""
        answer: asyncio.Future[ValueT | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(answer)
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        return await answer

    async def _read(self) -> None:
        try:
            while self._waiting:
                next_keys = list(islice(self._waiting, MOST_KEYS))
                await self._answer({key: self._waiting.pop(key) for key in next_keys})
        finally:
            self._reading = None

    async def _answer(self, asked: Mapping[KeyT, Sequence[asyncio.Future[ValueT | None]]]) -> None:
        try:
            async with self._database.connection() as conn:
                found = await self._load(conn, list(asked))
        except Unavailable as error:
            # Those behind them would wait as long for the same answer.
            waiting, self._waiting = self._waiting, {}
            _fail([*asked.values(), *waiting.values()], error)
        except Exception as error:
            _fail(asked.values(), error)
        else:
            for key, answers in asked.items():
                value = found.get(key)
                for answer in answers:
                    if not answer.done():  # else its request was cancelled
                        answer.set_result(value)


def _fail(asked: Iterable[Iterable[asyncio.Future[Any]]], error: Exception) -> None:
    for answer in chain.from_iterable(asked):
        if not answer.done():
            answer.set_exception(error)
