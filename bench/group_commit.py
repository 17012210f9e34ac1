"""A process that only writes strokes by group commit; it prints strokes per second."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from typing import Any

import orjson
import uvloop

from bench.strokes import IN_FLIGHT, PIXELS, SECONDS, WARM_UP_SECONDS
from services.tiles.artists.activity import ActivityPublisher
from services.tiles.canvases.journal import Journal
from services.tiles.edits.batches import Batches
from services.tiles.edits.limits import PaintAllowance
from services.tiles.edits.strokes import Strokes
from shared.db import Database
from shared.identity import Identity
from shared.messaging.outbox import Outbox


async def measure_strokes(url: str, tiles: list[int], painters: int) -> float:
    database = Database(url, application="bench")
    outbox = Outbox(database, producer="tiles")
    batches = Batches(
        database,
        Journal(database, outbox, lambda canvas_id, views: None),
        ActivityPublisher(outbox),
        longest=10**6,
        most_pixels=10**9,
    )
    strokes = Strokes(batches.submit, PaintAllowance(1e9, 10**9))
    tasks = [asyncio.create_task(batches.run()), asyncio.create_task(outbox.run())]
    done = 0

    async def paint(number: int) -> None:
        nonlocal done
        # An id that auth does not assign during a benchmark.
        caller = Identity(10**12 + number, f"bench_{number}", frozenset(), "", 0)
        while True:
            pixels = [[random.randrange(1024), random.randrange(17)] for _ in range(PIXELS)]
            await strokes.paint(caller, random.choice(tiles), pixels)
            done += 1

    tasks += [asyncio.create_task(paint(number)) for number in range(painters) for _ in range(IN_FLIGHT)]
    await asyncio.sleep(WARM_UP_SECONDS)
    begin, before = time.perf_counter(), done
    await asyncio.sleep(SECONDS)
    rate = (done - before) / (time.perf_counter() - begin)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    await database.close()
    return rate


def main() -> None:
    parameters: dict[str, Any] = orjson.loads(sys.stdin.buffer.read())
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        rate = runner.run(measure_strokes(parameters["url"], parameters["tiles"], parameters["painters"]))
    sys.stdout.buffer.write(orjson.dumps(rate))


if __name__ == "__main__":
    main()
