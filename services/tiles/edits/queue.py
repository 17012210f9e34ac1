"""Writes that wait for the next batch."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from services.tiles.edits.rules import Outcome, Write
from shared.errors import TooManyRequests

OVERLOADED_RETRY_SECONDS = 1.0

OnOutcome = Callable[[Outcome], None]
OnOutcomes = Callable[[Sequence[Outcome]], None]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """Writes for one transaction; `on_outcomes` is called once, when they are durable or have failed.

    Those of a letter, which another process may write as well, are recorded under its id; they are not to be
    written after `latest`, in seconds since 1970.
    """

    writes: Sequence[Write]
    on_outcomes: OnOutcomes
    letter: str | None = None
    latest: float = math.inf

    @classmethod
    def of(cls, write: Write, on_outcome: OnOutcome) -> Entry:
        """Make one of a single write."""
        return cls((write,), lambda outcomes: on_outcome(outcomes[0]))

    def fail(self, error: Exception) -> None:
        """Report that nothing was written, or that this is not known."""
        self.on_outcomes([error] * len(self.writes))


class WriteQueue:
    """At most `longest` writes at a time, with `most_pixels` in all; those on one tile keep their order."""

    def __init__(self, *, longest: int, most_pixels: int) -> None:
        self._longest = longest
        self._most_pixels = most_pixels
        self._writes = 0
        self._pixels = 0
        self._waiting: deque[Entry] = deque()
        self._arrived = asyncio.Event()

    def add(self, entry: Entry) -> None:
        """Let an entry wait. Raises TooManyRequests `overloaded` when the queue is full."""
        if self._writes >= self._longest or self._pixels >= self._most_pixels:
            raise TooManyRequests(
                "overloaded",
                "Too many changes are waiting to be written.",
                retry_after=OVERLOADED_RETRY_SECONDS,
            )
        self._waiting.append(entry)
        self._writes += len(entry.writes)
        self._pixels += _weigh(entry)
        self._arrived.set()

    async def wait(self) -> None:
        """Return once something waits."""
        await self._arrived.wait()

    def take(self, batch: list[Entry], fits: Callable[[Write], bool], *, most: int, most_pixels: int) -> None:
        """Move the entries that fit to a batch, until that has at least `most` writes or `most_pixels`.

        A write behind another one on its tile that does not fit stays as well.
        """
        writes = sum(len(entry.writes) for entry in batch)
        pixels = sum(map(_weigh, batch))
        staying: list[Entry] = []
        passed: set[int] = set()
        while self._waiting and writes < most and pixels < most_pixels:
            entry = self._waiting.popleft()
            if not all(write.tile_id not in passed and fits(write) for write in entry.writes):
                passed.update(write.tile_id for write in entry.writes)
                staying.append(entry)
                continue
            batch.append(entry)
            weight = _weigh(entry)
            writes += len(entry.writes)
            pixels += weight
            self._writes -= len(entry.writes)
            self._pixels -= weight
        self._waiting.extendleft(reversed(staying))
        if not self._waiting:
            self._arrived.clear()

    def clear(self) -> list[Entry]:
        """Take all of them."""
        taken = list(self._waiting)
        self._waiting.clear()
        self._writes = self._pixels = 0
        self._arrived.clear()
        return taken


def _weigh(entry: Entry) -> int:
    return sum(write.weight for write in entry.writes)


Submit = Callable[[Write, OnOutcome], None]


async def outcome_of(submit: Submit, write: Write) -> Any:
    """Submit a write and return its outcome once it is durable, or raise it.

    Cancelling does not withdraw the write.
    """
    settled: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    submit(write, partial(_settle, settled))
    return await settled


def _settle(settled: asyncio.Future[Outcome], outcome: Outcome) -> None:
    if settled.done():  # the request was cancelled
        return
    if isinstance(outcome, Exception):
        settled.set_exception(outcome)
    else:
        settled.set_result(outcome)
