"""A finger on the glass, as the browser receives it from a touch screen."""

from __future__ import annotations

import time

from playwright.async_api import CDPSession

STEP_S = 0.012
"""From one place to the next: Chromium takes what leaves the glass at such a speed for a fling."""


async def swipe(glass: CDPSession, *places: tuple[float, float]) -> None:
    """Lead a finger quickly from place to place in the window; one place is a tap."""
    start = time.time()
    for number, (x, y) in enumerate(places):
        kind = "touchMove" if number else "touchStart"
        touch = {"type": kind, "touchPoints": [{"x": x, "y": y}], "timestamp": start + number * STEP_S}
        await glass.send("Input.dispatchTouchEvent", touch)
    end = start + (len(places) - 1) * STEP_S
    await glass.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": [], "timestamp": end})
