"""Repair: counters that drifted are found, corrected and reported; correct ones are not changed."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import astuple

import orjson
import pytest
from sqlalchemy import text

from services.users.stats.drift import repair_stats
from shared.db import Database
from tests.support.histories import CanvasHistory
from tests.support.users import ANN, BOB, NO_BROKER, EventApplier, Users


@pytest.fixture
async def drifted(users: Users, applier: EventApplier, db: Database) -> CanvasHistory:
    """Two artists with work, of whom ann follows bob; four counters are wrong."""
    history = CanvasHistory(canvas_id=1)
    for what, tile in (("create", 0), ("like", 0), ("create", 1), ("create", 2), ("delete", 2)):
        history.step(what, tile)
    await applier.apply(*history.events)
    await users.meet(ANN, BOB)
    await users.call(ANN, "PUT", "/users/2/follow")
    async with db.connection() as conn:
        await conn.execute(
            text("UPDATE artist_stats SET tiles_created = 9, likes_received = 0 WHERE artist_id = 1001")
        )
        await conn.execute(text("UPDATE artist_stats SET canvases_created = 3 WHERE artist_id = 1002"))
        await conn.execute(text("UPDATE profiles SET followers = 5 WHERE id = 2"))
    return history


DRIFT = [
    (1001, "tiles_created", 9, 1),
    (1001, "likes_received", 0, 1),
    (1002, "canvases_created", 3, 0),
    (2, "followers", 5, 1),
]


@pytest.mark.usefixtures("drifted")
async def test_drift_is_reported_once_and_corrected(users: Users, db: Database) -> None:
    assert [astuple(drift) async for drift in repair_stats(db)] == DRIFT
    assert [drift async for drift in repair_stats(db)] == []
    assert (await users.get("/users/2"))["stats"]["followers"] == 1


async def test_correct_counters_are_not_changed(applier: EventApplier, db: Database) -> None:
    history = CanvasHistory(canvas_id=1)
    history.step("create", 0)
    await applier.apply(*history.events)
    assert [drift async for drift in repair_stats(db)] == []


@pytest.mark.usefixtures("drifted")
async def test_the_verb_prints_a_line_per_drift_and_their_number(database_url: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.users", "repair-stats"),
        env={
            **os.environ,
            "USERS_DATABASE_URL": database_url,
            "USERS_BROKER_URL": NO_BROKER,
            "USERS_JWKS_URL": "http://unused",
        },
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    *drifts, summary = map(orjson.loads, output.splitlines())
    assert [tuple(drift.values()) for drift in drifts] == DRIFT
    assert summary == {"repaired": 4}
