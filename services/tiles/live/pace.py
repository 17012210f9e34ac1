"""How often busy canvases are broadcast, so that fan-out stays within a budget of CPU time."""

from __future__ import annotations

import math
from typing import Final

SEND_SECONDS: Final = 27e-6
"""CPU time of one frame to one viewer: 10 µs here, the rest in the gateway and the kernel.

Measured by `python -m bench crowd`: the CPU of gateway and tiles, divided by frames per second and viewers.
What a frame contains hardly matters.
"""

BUDGET: Final = 0.14
"""The share of one core for the fan-out of a process: two, the usual number, take about a quarter of one."""

SHORTEST_SECONDS: Final = 0.02
"""The pause between two frames of a busy canvas, at least: no one sees more than 50 pictures per second."""

LONGEST_SECONDS: Final = 0.25
"""However many watch: later than this, painting together no longer feels like together."""


class Pace:
    """Shares the budget of a process among its busy canvases.

    Each canvas with n viewers gets an interval in proportion to the square root of n, which of all divisions
    of the budget makes the mean delay of a canvas shortest: a drawing of two is not slowed down much by a
    crowd next to it. With one busy canvas the interval is n * SEND_SECONDS / BUDGET.
    """

    def __init__(self) -> None:
        self._roots: dict[int, float] = {}
        self._broadcast_at: dict[int, float] = {}

    def record(self, canvas_id: int, viewers: int, now: float) -> None:
        """Record that a canvas is broadcast at a moment of the loop's clock."""
        for quiet in [one for one, at in self._broadcast_at.items() if now - at > LONGEST_SECONDS]:
            del self._broadcast_at[quiet], self._roots[quiet]
        self._broadcast_at[canvas_id], self._roots[canvas_id] = now, math.sqrt(viewers)

    def seconds_until_due(self, canvas_id: int, now: float) -> float:
        """Return how long the next broadcast of a canvas has to wait; 0 if the canvas was quiet."""
        if canvas_id not in self._roots:
            return 0.0
        wanted = self._roots[canvas_id] * sum(self._roots.values()) * SEND_SECONDS / BUDGET
        interval = min(max(wanted, SHORTEST_SECONDS), LONGEST_SECONDS)
        return max(0.0, self._broadcast_at[canvas_id] + interval - now)
