"""Which canvases several processes write at the same time; standard library only."""

from __future__ import annotations

from collections import deque

OVERTAKEN = 20
"""Batches in a second that another process had come before; with fewer, taking turns costs little."""

WINDOW_SECONDS = 1.0

SHARED_SECONDS = 10.0
"""How long a canvas counts as shared: one process writes it for all then, so that nothing more is noticed."""


class Contention:
    """Notices canvases on which several processes paint so fast that they wait for each other."""

    def __init__(self) -> None:
        self._overtaken: dict[int, deque[float]] = {}
        self._shared_until: dict[int, float] = {}

    def note(self, canvas_id: int, now: float) -> None:
        """Note that another process has written a canvas since this one did, by the loop's clock."""
        times = self._overtaken.setdefault(canvas_id, deque(maxlen=OVERTAKEN))
        times.append(now)
        if len(times) == OVERTAKEN and now - times[0] <= WINDOW_SECONDS:
            self._shared_until[canvas_id] = now + SHARED_SECONDS
            del self._overtaken[canvas_id]

    def is_shared(self, canvas_id: int, now: float) -> bool:
        """Return whether several processes paint on a canvas now."""
        until = self._shared_until.get(canvas_id)
        if until is not None and until <= now:
            del self._shared_until[canvas_id]
        return until is not None and now < until
