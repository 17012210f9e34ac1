"""Films go slowly, so that strokes come first."""

from __future__ import annotations

import asyncio

import pytest
from PIL import Image

from services.tiles.films.maker import PAUSE, Pause


class BusyEncoder:
    """Has a process that has computed for `seconds` so far."""

    def __init__(self) -> None:
        self.seconds = 4.0

    async def add(self, frame: Image.Image) -> bytes:
        raise NotImplementedError

    async def finish(self) -> bytes:
        raise NotImplementedError

    def cpu_seconds(self) -> float:
        return self.seconds


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were taken, in seconds; they take no time."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return pauses


async def test_a_pause_is_a_multiple_of_the_time_since_the_one_before(slept: list[float]) -> None:
    pause = Pause(BusyEncoder())
    pause.ended_at -= 60

    await pause.take()

    assert slept[0] == pytest.approx(60 * PAUSE, rel=0.1)


async def test_what_the_process_of_the_encoder_computes_is_work_too(slept: list[float]) -> None:
    encoder = BusyEncoder()
    pause = Pause(encoder)

    encoder.seconds += 20
    await pause.take()
    await pause.take()

    assert slept[0] == pytest.approx(20 * (1 + PAUSE), rel=0.1)
    assert slept[1] == pytest.approx(0, abs=10)
