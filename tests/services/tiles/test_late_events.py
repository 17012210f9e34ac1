"""Events that arrive late, early or in another order leave what they would have left in order."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import text

from services.tiles.consumed import HANDLERS
from shared.db import Database
from shared.messaging.contracts import (
    AccountDeleted,
    AccountRegistered,
    AccountReinstated,
    AccountRestated,
    AccountSuspended,
    Event,
    ProfileUpdated,
)
from tests.support.contracts import EVENTS, NOON
from tests.support.messaging import apply

CONSUMED = [event for event in EVENTS if type(event) in HANDLERS]


def history_of(account_id: int) -> Sequence[Event]:
    """What happens to an account, in order."""
    named: dict[str, Any] = {"account_id": account_id, "username": "ada"}
    profile = {**named, "avatar_color": "#a1b2c3"}
    return (
        AccountRegistered(**named, registered_at=NOON, display_name="Ada"),
        ProfileUpdated(**profile, display_name="Ada L.", version=1),
        AccountSuspended(**named, actor_id=9, reason="spam", version=2),
        AccountReinstated(**named, version=3),
        ProfileUpdated(**profile, display_name="Ada Lovelace", version=2),
        AccountRestated(
            **named, registered_at=NOON, status="suspended", roles=[], is_verified=True, version=4
        ),
    )


async def artists(db: Database) -> list[dict[str, Any]]:
    async with db.connection() as conn:
        rows = await conn.fetch_all(text("SELECT to_jsonb(artists) AS artist FROM artists ORDER BY id"))
    return [row.artist for row in rows]


async def test_an_artist_is_the_same_in_whatever_order_the_events_arrive(db: Database) -> None:
    orders = list(itertools.permutations(range(6)))[::7]
    for account_id, order in enumerate(orders):
        events = history_of(account_id)
        await apply(db, HANDLERS, *(events[place] for place in order))
    in_order, *others = [{**artist, "id": None} for artist in await artists(db)]
    assert (in_order["status"], in_order["display_name"]) == ("suspended", "Ada Lovelace")
    assert others == [in_order] * (len(orders) - 1)


@pytest.mark.parametrize("event", CONSUMED, ids=lambda event: event.type)
async def test_an_event_is_applied_although_nothing_is_known_yet(db: Database, event: Event) -> None:
    await apply(db, HANDLERS, event)


@pytest.mark.parametrize("event", CONSUMED, ids=lambda event: event.type)
async def test_an_event_leaves_nothing_about_deleted_accounts(db: Database, event: Event) -> None:
    await apply(db, HANDLERS, *history_of(12), AccountDeleted(account_id=12, version=5))
    left = await artists(db)
    await apply(db, HANDLERS, event)
    assert await artists(db) == left
