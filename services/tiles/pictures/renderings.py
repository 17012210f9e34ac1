"""A cache of pictures and snapshots, kept while they are current and there is room."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Generic, TypeVar

from shared.http.etags import etag

CACHE_BYTES = 64 * 1024 * 1024
"""Kept per process; the least recently used are dropped first."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """A finished response body that shows the canvas at change number `seq`."""

    seq: int
    body: bytes
    tag: str

    @classmethod
    def of(cls, seq: int, body: bytes) -> Rendering:
        """Tag a body by its content: a picture that did not change keeps its tag, in every process."""
        return cls(seq, body, tag_of(body))


RenderingT = TypeVar("RenderingT", bound=Rendering)


def tag_of(body: bytes) -> str:
    """Return the entity tag of a body."""
    return etag(blake2b(body, digest_size=12).hexdigest())


@dataclass(frozen=True, slots=True)
class _Kept(Generic[RenderingT]):
    """A rendering, and the moment before it was made, in seconds of the monotonic clock."""

    rendering: RenderingT
    began: float

    def will_do(self, oldest: int, lag: float) -> bool:
        return self.rendering.seq >= oldest or time.monotonic() - self.began < lag


class Renderings(Generic[RenderingT]):
    """Makes each rendering at most once at a time."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, _Kept[RenderingT]] = OrderedDict()
        self._kept_bytes = 0
        self._making: dict[Hashable, asyncio.Task[None]] = {}

    async def get(
        self,
        key: Hashable,
        oldest: int,
        make: Callable[[], Awaitable[RenderingT]],
        admit: Callable[[], None],
        lag: float = 0,
    ) -> RenderingT:
        """Return the rendering of `key`, made again unless the kept one shows change `oldest` or later.

        One that was begun less than `lag` seconds ago will do in any case. `admit` is called before it is
        made, and not for those who share it; what it raises, this raises.
        """
        while (kept := self._kept.get(key)) is None or not kept.will_do(oldest, lag):
            # One in progress may have begun before that change: then it is made once more.
            task = self._making.get(key)
            if task is None:
                admit()
                task = self._making[key] = asyncio.create_task(self._make(key, make))
            await asyncio.shield(task)
        self._kept.move_to_end(key)
        return kept.rendering

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[RenderingT]]) -> None:
        began = time.monotonic()
        try:
            rendering = await make()
        finally:
            del self._making[key]
        replaced = self._kept.pop(key, None)
        self._kept[key] = _Kept(rendering, began)
        self._kept_bytes += len(rendering.body) - (len(replaced.rendering.body) if replaced else 0)
        # The newest stays, however large: requests that wait for it read it here.
        while self._kept_bytes > CACHE_BYTES and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._kept_bytes -= len(dropped.rendering.body)
