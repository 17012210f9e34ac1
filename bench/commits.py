"""Commits of PostgreSQL alone: one connection per tile; each transaction updates the tile's pixels."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence

import psycopg2

SECONDS = 3.0


def measure_commits(url: str, tiles: Sequence[int]) -> float:
    """Return the commits per second of all connections together."""
    counts = [0] * len(tiles)
    end = time.perf_counter() + SECONDS

    def write(place: int) -> None:
        connection = psycopg2.connect(url)
        connection.autocommit = True
        cursor = connection.cursor()
        while time.perf_counter() < end:
            pixels = psycopg2.Binary(os.urandom(1024))
            cursor.execute("UPDATE tiles SET pixels = %s WHERE id = %s", (pixels, tiles[place]))
            counts[place] += 1
        connection.close()

    threads = [threading.Thread(target=write, args=(place,)) for place in range(len(tiles))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS
