"""Latency of the dashboard and of the search for people with 100,000 accounts and a million tiles.

The limit: a profile by its id, one row, through the same gateway in the same run.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Callable
from urllib.parse import quote

import aiohttp
import psycopg2

from bench.report import Result, percentile
from services.users.dashboard.drift import repair_dashboard
from shared.db import Database, DatabaseLimits
from tests.support.stack import Stack

ACCOUNTS = 100_000
TILES = 1_000_000
CANVASES = 2_000
FIRST_ID = 10**6
"""Above every id that auth assigns during a benchmark."""

CLIENTS = 4
REQUESTS = 2_000
WARM_UP = 200

_COLOURS = ["amber", "azure", "coral", "ebony", "hazel", "ivory", "lilac", "mauve", "ochre", "olive"]
_ANIMALS = ["bison", "crane", "eagle", "finch", "gecko", "heron", "koala", "lemur", "otter", "raven"]

_LOAD = """
INSERT INTO profiles (id, username, display_name, is_registered, joined_at)
SELECT %(first)s + n,
       (%(colours)s::text[])[1 + n %% 10] || '_' || (%(animals)s::text[])[1 + n / 10 %% 10] || '_' || n,
       initcap((%(animals)s::text[])[1 + n / 7 %% 10]) || ' ' || substr(md5(n::text), 1, 6),
       true, now() - n %% 60 * interval '1 day'
FROM generate_series(1, %(accounts)s) AS n;
INSERT INTO artist_stats (artist_id, tiles_created, likes_received, canvases_created)
SELECT %(first)s + n, %(tiles)s / %(accounts)s, n %% 50, (n <= %(canvases)s)::int
FROM generate_series(1, %(accounts)s) AS n;
INSERT INTO known_canvases (canvas_id, owner_id, is_deleted, seq, is_public, created_at)
SELECT %(first)s + n, %(first)s + n, false, 500, true, now() FROM generate_series(1, %(canvases)s) AS n;
INSERT INTO known_tiles
       (tile_id, canvas_id, creator_id, like_count, is_deleted, seq, is_public, x, y, created_at)
SELECT %(first)s + n, %(first)s + 1 + n %% %(canvases)s, %(first)s + 1 + n %% %(accounts)s, n %% 5, false, n,
       true, n %% 32, n / 32 %% 32, now() - n %% 60 * interval '1 day'
FROM generate_series(1, %(tiles)s) AS n;
INSERT INTO active_artists (day, artist_id)
SELECT current_date - n %% 30, %(first)s + n FROM generate_series(1, %(accounts)s) AS n;
INSERT INTO last_active (artist_id, day)
SELECT %(first)s + n, current_date - n %% 30 FROM generate_series(1, %(accounts)s) AS n;
INSERT INTO reports (reporter_id, kind, target_id, reason)
SELECT %(first)s + n, 'tile', %(first)s + n, 'spam' FROM generate_series(1, 5000) AS n;
"""


async def measure(stack: Stack) -> list[Result]:
    """Measure the latency of the dashboard and of both searches."""
    print(f"loading {ACCOUNTS:,} accounts and {TILES:,} tiles ...", file=sys.stderr)
    await _load((stack.var / "secrets" / "users_database_url").read_text())
    async with aiohttp.ClientSession(stack.url) as http:
        async with http.post("/api/v1/auth/login", json=stack.admin_login) as response:
            response.raise_for_status()
            token = (await response.json())["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        async with http.get("/api/v1/admin/dashboard", headers=headers) as response:
            shown = await response.json()
            assert shown["tiles"] >= TILES, shown
            assert shown["accounts"] >= ACCOUNTS, shown
        one = await _measure_requests(
            http, lambda: f"/api/v1/users/{FIRST_ID + random.randint(1, ACCOUNTS)}", headers
        )
        dashboard = await _measure_requests(http, lambda: "/api/v1/admin/dashboard", headers)
        search = await _measure_requests(
            http, lambda: f"/api/v1/users?search={quote(_make_search_term())}", headers
        )
        moderator = await _measure_requests(
            http, lambda: f"/api/v1/admin/users?search={quote(_make_search_term())}", headers
        )
    limit = percentile(one, 0.99)
    return [
        Result("p99 of the dashboard", percentile(dashboard, 0.99), "ms", "<= 20", limit, "one profile"),
        Result("p50 of the dashboard", percentile(dashboard, 0.5), "ms"),
        Result("p99 of the search for people", percentile(search, 0.99), "ms", "<= 20", limit, "one profile"),
        Result("p50 of the search for people", percentile(search, 0.5), "ms"),
        Result(
            "p99 of a moderator's search", percentile(moderator, 0.99), "ms", "<= 20", limit, "one profile"
        ),
    ]


async def _load(database_url: str) -> None:
    await asyncio.to_thread(_insert, database_url)
    database = Database(database_url, application="bench", limits=DatabaseLimits(statement=60))
    try:
        async for _ in repair_dashboard(database):
            pass
    finally:
        await database.close()


def _insert(database_url: str) -> None:
    connection = psycopg2.connect(database_url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            numbers = {"accounts": ACCOUNTS, "tiles": TILES, "canvases": CANVASES, "first": FIRST_ID}
            cursor.execute(_LOAD, {**numbers, "colours": _COLOURS, "animals": _ANIMALS})
            # Autovacuum would do this within a minute.
            cursor.execute("VACUUM (ANALYZE)")
    finally:
        connection.close()


def _make_search_term() -> str:
    """Return a typical search term: a prefix, a whole name, parts of names, or text that matches no name."""
    colour, animal = random.choice(_COLOURS), random.choice(_ANIMALS)
    return random.choice(
        (
            colour[:2],
            f"{colour}_{animal}_{random.randint(1, 999)}",
            f"{animal[1:]}_{random.randint(1, 99)}",
            f"{random.getrandbits(20):05x}",
            f"{colour} {animal}",
        )
    )


async def _measure_requests(
    http: aiohttp.ClientSession, path: Callable[[], str], headers: dict[str, str]
) -> list[float]:
    """Return the duration in milliseconds of each of REQUESTS requests from CLIENTS concurrent clients."""
    left, durations = WARM_UP + REQUESTS, []

    async def send_requests() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            started = time.perf_counter()
            async with http.get(path(), headers=headers) as response:
                response.raise_for_status()
                await response.read()
            durations.append((time.perf_counter() - started) * 1000)

    await asyncio.gather(*(send_requests() for _ in range(CLIENTS)))
    return durations[WARM_UP:]
