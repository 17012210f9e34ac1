"""Verbs of the users service: web, worker, migrate, repair-stats."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

import orjson

from services.users.app import SERVICE, create_app, create_worker
from services.users.dashboard.drift import repair_dashboard
from services.users.settings import UsersSettings
from services.users.stats.drift import repair
from shared.db import Database
from shared.verbs import main

RECOUNT_SECONDS = 60.0
"""For one statement of a recount; the day of each of some ten million tiles is counted in it."""


def repair_stats(settings: UsersSettings) -> None:
    """Put every counter right; prints one JSON line for each that was not, and the number of them."""
    asyncio.run(_repair_stats(settings))


async def _repair_stats(settings: UsersSettings) -> None:
    database = Database.of(settings, statement=RECOUNT_SECONDS)
    repaired = 0
    try:
        # The artists' counters first: the totals are sums of them.
        for drifts in (repair(database), repair_dashboard(database)):
            async for drift in drifts:
                print(orjson.dumps(asdict(drift)).decode())
                repaired += 1
    finally:
        await database.close()
    print(orjson.dumps({"repaired": repaired}).decode())


if __name__ == "__main__":
    main(
        SERVICE,
        UsersSettings,
        create_app,
        create_worker,
        {"repair-stats": ("count stats and the dashboard again and put right what drifted", repair_stats)},
    )
