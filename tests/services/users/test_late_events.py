"""Events that arrive late, early or in another order leave what they would have left in order."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import text

from shared.db import Database
from shared.messaging.contracts import (
    AccountDeleted,
    AccountRegistered,
    AccountReinstated,
    AccountRolesChanged,
    AccountSuspended,
    AccountVerified,
    CanvasCreated,
    Event,
    TileCreated,
)
from shared.messaging.topology import SUBSCRIPTIONS
from tests.support.contracts import EVENTS, NOON, TILE
from tests.support.users import EventApplier

CONSUMED = [event for event in EVENTS if type(event) in SUBSCRIPTIONS["users"]]
ARTISTS = (1, 2, 9, 12)
"""Those whom the samples are about."""


def history_of(account_id: int) -> Sequence[Event]:
    """What happens to an account, in order."""
    named: dict[str, Any] = {"account_id": account_id, "username": "ada"}
    return (
        AccountRegistered(**named, registered_at=NOON),
        AccountVerified(**named, version=1),
        AccountSuspended(**named, actor_id=9, reason="spam", until=NOON, version=2),
        AccountReinstated(**named, version=3),
        AccountRolesChanged(**named, actor_id=9, roles=["moderator"], version=4),
        AccountSuspended(**named, actor_id=9, reason="again", version=5),
    )


async def profiles(db: Database) -> list[dict[str, Any]]:
    async with db.connection() as conn:
        rows = await conn.fetch_all(text("SELECT to_jsonb(profiles) AS profile FROM profiles ORDER BY id"))
    return [row.profile for row in rows]


async def test_an_account_is_the_same_in_whatever_order_its_events_arrive(
    applier: EventApplier, db: Database
) -> None:
    orders = list(itertools.permutations(range(6)))[::7]
    for account_id, order in enumerate(orders):
        events = history_of(account_id)
        await applier.apply(*(events[place] for place in order))
    in_order, *others = [{**profile, "id": None} for profile in await profiles(db)]
    assert (in_order["status"], in_order["roles"], in_order["is_verified"]) == (
        "suspended", ["moderator"], True
    )  # fmt: skip
    assert others == [in_order] * (len(orders) - 1)


@pytest.mark.parametrize("event", CONSUMED, ids=lambda event: event.type)
async def test_an_event_is_applied_although_nothing_is_known_yet(applier: EventApplier, event: Event) -> None:
    await applier.apply(event)


@pytest.mark.parametrize("event", CONSUMED, ids=lambda event: event.type)
async def test_an_event_leaves_nothing_about_deleted_accounts(
    applier: EventApplier, db: Database, event: Event
) -> None:
    await applier.apply(
        *(AccountRegistered(account_id=one, username=f"a{one}", registered_at=NOON) for one in ARTISTS),
        CanvasCreated(canvas_id=7, seq=1, owner_id=2, name="Wall"),
        TileCreated(**{**TILE, "seq": 2, "actor_id": 1, "like_count": 0}, x=0, y=1),
        *(AccountDeleted(account_id=one, version=99) for one in ARTISTS),
    )
    left = await profiles(db)
    await applier.apply(event)
    assert await profiles(db) == left
    async with db.connection() as conn:
        assert await conn.fetch_value(text("SELECT count(*) FROM notices")) == 0
