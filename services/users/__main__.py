"""Verbs of the users service: web, worker, migrate, repair-stats, restate."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

import orjson

from services.users.app import SERVICE, create_app, create_worker
from services.users.dashboard.drift import repair_dashboard
from services.users.profiles.restating import read_profiles
from services.users.settings import UsersSettings
from services.users.stats import drift
from shared.db import Database
from shared.verbs import main

RECOUNT_TIMEOUT = 60.0
"""Seconds per statement of a recount; one of them counts tens of millions of tiles by day."""


def repair_stats(settings: UsersSettings) -> None:
    """Correct every counter; prints a JSON line for each that was wrong, and their number."""
    asyncio.run(_repair_stats(settings))


async def _repair_stats(settings: UsersSettings) -> None:
    database = Database.of(settings, statement=RECOUNT_TIMEOUT)
    repaired = 0
    try:
        # The artists' counters first: the totals are sums of them.
        for drifts in (drift.repair_stats(database), repair_dashboard(database)):
            async for found in drifts:
                print(orjson.dumps(asdict(found)).decode())
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
        {"repair-stats": ("recount the stats and the dashboard, and correct what drifted", repair_stats)},
        restated={"profiles": read_profiles},
    )
