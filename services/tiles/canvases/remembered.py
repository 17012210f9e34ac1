"""What a process remembers of canvases that it wrote last; standard library only.

Everything that changes a canvas raises its number. So what was known as of a number holds while the canvas,
which must be locked to compare, still has it.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, Generic, NamedTuple, TypeVar

MOST_BYTES: Final = 16 * 1024 * 1024
"""Pixels that are remembered: a canvas of 4,096 x 4,096, or those of many."""

Value = TypeVar("Value")


class Known(NamedTuple, Generic[Value]):
    """What is known of a canvas as of its number `seq`, and the bytes of its pixels."""

    seq: int
    value: Value
    size: int


class Remembered(Generic[Value]):
    """Canvases by id; of too many bytes those of the canvas that was used least recently are forgotten."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._size = 0
        self._known: OrderedDict[int, Known[Value]] = OrderedDict()

    def get(self, canvas_id: int) -> Known[Value] | None:
        """Return what is known of a canvas, whatever its number is by now."""
        return self._known.get(canvas_id)

    def put(self, canvas_id: int, known: Known[Value]) -> None:
        """Remember a canvas, instead of what was known of it."""
        self.drop(canvas_id)
        self._known[canvas_id] = known
        self._size += known.size
        while self._size > self._most_bytes:
            self.drop(next(iter(self._known)))

    def drop(self, canvas_id: int) -> None:
        """Forget a canvas, if it is known."""
        known = self._known.pop(canvas_id, None)
        if known is not None:
            self._size -= known.size

    def clear(self) -> None:
        """Forget everything."""
        self._known.clear()
        self._size = 0
