"""Fingers on the glass, as the browser receives them from a touch screen."""

from __future__ import annotations

import time

from playwright.async_api import CDPSession, Page

STEP_S = 0.012
"""From one place to the next: Chromium takes what leaves the glass at such a speed for a fling."""

Place = tuple[float, float]
"""CSS pixels from the top left of the window."""


class Fingers:
    """Fingers on a page, told apart by their numbers; each moves as quickly as a real one in a hurry."""

    def __init__(self, glass: CDPSession) -> None:
        self._glass = glass
        self._places: dict[int, Place] = {}
        self._time = 0.0

    @classmethod
    async def on(cls, page: Page) -> Fingers:
        return cls(await page.context.new_cdp_session(page))

    async def press(self, place: Place, finger: int = 0) -> None:
        """Put a finger down."""
        self._places[finger] = place
        await self._send("touchStart")

    async def lead(self, *places: Place, finger: int = 0) -> None:
        """Lead a finger from place to place."""
        for place in places:
            self._places[finger] = place
            await self._send("touchMove")

    async def lift(self, finger: int = 0) -> None:
        """Lift a finger."""
        del self._places[finger]
        await self._send("touchMove" if self._places else "touchEnd")  # names the fingers that remain

    async def cancel(self) -> None:
        """Let the system take all fingers for itself, as it does for a gesture of its own."""
        self._places.clear()
        await self._send("touchCancel")

    async def swipe(self, start: Place, *places: Place) -> None:
        """Lead a finger from place to place and lift it; one place is a tap."""
        await self.press(start)
        await self.lead(*places)
        await self.lift()

    async def pinch(self, middle: Place, *reaches: float) -> None:
        """Put two fingers down beside a place, and lead them to each distance from it in turn."""
        x, y = middle
        for number, reach in enumerate(reaches):
            self._places = {0: (x - reach, y), 1: (x + reach, y)}
            await self._send("touchMove" if number else "touchStart")
        self._places.clear()
        await self._send("touchEnd")

    async def _send(self, kind: str) -> None:
        self._time = self._time + STEP_S if self._time else time.time()
        points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in self._places.items()]
        touch = {"type": kind, "touchPoints": points, "timestamp": self._time}
        await self._glass.send("Input.dispatchTouchEvent", touch)
        if not self._places:
            self._time = 0.0
