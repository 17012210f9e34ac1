"""Strokes that are handed over while messages are lost and writes fail: each has its effect once, in turn."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest

from services.tiles.artists.rules import Actor
from services.tiles.edits.batches import Batches
from services.tiles.edits.outcomes import decode_outcomes, encode_outcomes
from services.tiles.edits.queue import Entry, OnOutcome
from services.tiles.edits.rules import Outcome, Painted, Stroke, Write
from services.tiles.homes import service
from services.tiles.homes.service import HANDED_OVER, Homes
from services.tiles.peers import EVERYONE, Peers
from shared.errors import Busy, Unavailable

ARTIST = Actor(1, is_moderator=False)
CANVAS_ID = 1


class World:
    """A network and a database; what is sent is lost, and what is written fails, with some probability."""

    def __init__(self, loss: float) -> None:
        self.loss = loss
        self.chance = random.Random(7)
        self.written: list[Stroke] = []
        self.letters: dict[str, list[Any]] = {}
        self.processes: dict[str, Callable[[bytes], None]] = {}

    def fails(self) -> bool:
        return self.chance.random() < self.loss


class SimulatedPeers:
    """A process's end of the network; its own publisher."""

    receives = True
    connection = 1

    def __init__(self, world: World, process: str) -> None:
        self.process = process
        self.publisher = self
        self._world = world

    def listen_to_letters(self, on_letter: Callable[[bytes], None], _: object) -> None:
        self._world.processes[self.process] = on_letter

    def send(self, to: str, line: bytes) -> bool:
        if self._world.fails():
            return False
        for process, receive in self._world.processes.items():
            if process != self.process and to in (process, EVERYONE) and not self._world.fails():
                asyncio.get_running_loop().call_later(0.001, receive, line)
        return True


class SimulatedBatches:
    """Batches of a process; the canvas is shared but for moments. A commit fails, or its answer is lost."""

    def __init__(self, world: World) -> None:
        self.contention = self
        self._world = world
        self._waiting: list[Entry] = []

    def is_shared(self, _: int, __: float) -> bool:
        return self._world.chance.random() < 0.99

    def submit(self, write: Write, on_outcome: OnOutcome) -> None:
        self._waiting.append(Entry.of(write, on_outcome))

    def submit_letter(self, entry: Entry) -> None:
        self._waiting.append(entry)

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self._world.chance.random() * 0.01)
            batch, self._waiting = self._waiting, []
            is_busy = self._world.fails()
            for entry in batch:
                if is_busy:
                    entry.fail(Busy())
                else:
                    outcomes = self._write(entry)
                    is_unknown = entry.letter is not None and self._world.fails()
                    entry.on_outcomes(
                        [Unavailable("postgres", "lost")] * len(outcomes) if is_unknown else outcomes
                    )

    def _write(self, entry: Entry) -> Sequence[Outcome]:
        if entry.letter in self._world.letters:
            return decode_outcomes(self._world.letters[entry.letter], entry.writes)
        painted = []
        for write in entry.writes:
            assert isinstance(write, Stroke)
            self._world.written.append(write)
            painted.append(Painted(write.tile_id, 1, len(self._world.written)))
        if entry.letter is not None:
            self._world.letters[entry.letter] = encode_outcomes(painted)
        return painted


async def paint(homes: Homes, painter: int, strokes: int) -> dict[str, Outcome]:
    """Paint with three strokes unanswered at a time; returns the outcome of each by its name."""
    outcomes: dict[str, Outcome] = {}
    for first in range(0, strokes, 3):
        answered: list[asyncio.Future[Outcome]] = []
        for number in range(first, first + 3):
            future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
            stroke = Stroke(ARTIST, f"{painter}:{number}", painter % 2, CANVAS_ID, [(0, 1)])
            homes.submit(stroke, future.set_result)
            answered.append(future)
        for number, outcome in enumerate(await asyncio.gather(*answered), first):
            outcomes[f"{painter}:{number}"] = outcome
    return outcomes


@pytest.mark.parametrize("loss", [0.0, 0.01, 0.1])
async def test_what_is_acknowledged_is_written_once_and_in_order(
    loss: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(service, "RETRY_SECONDS", 0.05)
    world = World(loss)
    before = HANDED_OVER.labels("answered")._value.get()
    homes = []
    running = []
    for process in "abc":
        batches = SimulatedBatches(world)
        homes.append(Homes(cast(Batches, batches), cast(Peers, SimulatedPeers(world, process))))
        running += [asyncio.create_task(batches.run()), asyncio.create_task(homes[-1].run())]
    await asyncio.sleep(0.05)
    results = await asyncio.gather(*(paint(homes[number % 3], number, 60) for number in range(9)))
    for task in running:
        task.cancel()
    await asyncio.wait(running)

    outcomes = {name: outcome for of_painter in results for name, outcome in of_painter.items()}
    names = [stroke.username for stroke in world.written]
    acknowledged = {name: one for name, one in outcomes.items() if isinstance(one, Painted)}
    assert sorted(names) == sorted(acknowledged)
    assert all(names[painted.seq - 1] == name for name, painted in acknowledged.items())
    for painter in range(9):
        numbers = [int(name.split(":")[1]) for name in names if name.startswith(f"{painter}:")]
        assert numbers == sorted(numbers)
    assert len(acknowledged) == len(outcomes) or loss
    # Where messages are lost, a slow machine may find every home unreliable.
    assert HANDED_OVER.labels("answered")._value.get() > before or loss
