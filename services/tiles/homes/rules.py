"""Which process is the home of a canvas; standard library only."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

EXPIRY_SECONDS: Final = 3.5
"""Three announcements, one per second; a process that is silent for longer is the home of nothing."""

DISTRUST_SECONDS: Final = 5.0
"""How long a process that did not answer in time is no home, although it announces itself."""


def home_of(canvas_id: int, processes: Iterable[str]) -> str:
    """Return the home of a canvas among these processes, by rendezvous hashing.

    When a process comes or goes, only the canvases whose home it is change theirs.
    """
    return max(processes, key=lambda process: blake2b(f"{canvas_id} {process}".encode()).digest())


class Processes:
    """The processes that can be homes: this one, and those that have announced themselves lately.

    Times are in seconds of one clock.
    """

    def __init__(self, own: str) -> None:
        self.own = own
        self._heard: dict[str, float] = {}
        self._distrusted: dict[str, float] = {}

    def hear(self, process: str, now: float) -> None:
        """Note that a process has announced itself."""
        self._heard[process] = now

    def drop(self, process: str) -> None:
        """Note that a process ends."""
        self._heard.pop(process, None)

    def distrust(self, process: str, now: float) -> None:
        """Note that a process did not answer."""
        self._distrusted[process] = now + DISTRUST_SECONDS

    def home_of(self, canvas_id: int, now: float) -> str:
        """Return the home of a canvas at the moment."""
        for process in [one for one, at in self._heard.items() if now - at > EXPIRY_SECONDS]:
            del self._heard[process]
        for process in [one for one, until in self._distrusted.items() if until <= now]:
            del self._distrusted[process]
        return home_of(canvas_id, [self.own, *(one for one in self._heard if one not in self._distrusted)])
