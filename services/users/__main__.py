"""Verbs of the users service: web, worker, migrate, repair-stats."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

import orjson

from services.users.app import SERVICE, connect, create_app, create_worker
from services.users.settings import UsersSettings
from services.users.stats.drift import repair
from shared.verbs import main


def repair_stats(settings: UsersSettings) -> None:
    """Put every counter right; prints one JSON line for each that was not, and the number of them."""
    asyncio.run(_repair_stats(settings))


async def _repair_stats(settings: UsersSettings) -> None:
    database = connect(settings)
    repaired = 0
    try:
        async for drift in repair(database):
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
        {"repair-stats": ("count every profile's stats again and put right what drifted", repair_stats)},
    )
