"""What is said again corrects what was missed, and changes nothing that is known or newer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from services.users.profiles.restating import read_profiles
from services.users.tables import metadata
from shared.db import Database
from shared.messaging.contracts import (
    AccountDeleted,
    AccountRestated,
    AccountSuspended,
    CanvasesRestated,
    DeletedTile,
    DeletedTilesRestated,
    Event,
    RestatedCanvas,
    RestatedTile,
    TileLiked,
    TilesRestated,
)
from tests.support.histories import CanvasHistory
from tests.support.messaging import everything
from tests.support.users import ADA, ANN, BOB, Caller, EventApplier, Users, counts, list_outbox, registered

THEN = datetime(2024, 2, 29, 12, tzinfo=UTC)


def restated(account: Caller, version: int = 0, **changes: Any) -> AccountRestated:
    plain: dict[str, Any] = {
        "account_id": account.id,
        "username": account.username,
        "registered_at": THEN,
        "status": "active",
        "roles": [],
        "is_verified": False,
        "version": version,
    }
    return AccountRestated(**(plain | changes))


def restate_canvas(history: CanvasHistory) -> Sequence[Event]:
    """What tiles says again of a canvas whose events are those of the history."""
    seq = len(history.events)
    canvas = RestatedCanvas(
        canvas_id=history.canvas_id,
        seq=seq,
        owner_id=history.first + 1,
        is_public=True,
        is_deleted=not history.canvases,
        created_at=THEN,
    )
    alive = [
        RestatedTile(
            tile_id=history.first + tile,
            canvas_id=history.canvas_id,
            seq=seq,
            creator_id=history.creator(tile),
            like_count=likes,
            is_public=True,
            x=tile,
            y=0,
            created_at=THEN,
        )
        for tile, likes in history.likes.items()
        if likes >= 0
    ]
    gone = [
        DeletedTile(tile_id=history.first + tile, seq=seq)
        for tile, likes in history.likes.items()
        if likes < 0
    ]
    return [
        CanvasesRestated(canvases=[canvas]),
        *([TilesRestated(tiles=alive)] if alive else []),
        *([DeletedTilesRestated(tiles=gone)] if gone else []),
    ]


def history_of(*steps: tuple[str, int]) -> CanvasHistory:
    history = CanvasHistory(canvas_id=1)
    for what, tile in steps:
        history.step(what, tile)
    return history


async def test_an_account_without_a_profile_gets_one(users: Users, applier: EventApplier) -> None:
    await applier.apply(restated(ANN))
    profile = await users.get("/users/1")
    assert (profile["username"], profile["joined_at"]) == ("ann", "2024-02-29T12:00:00Z")


async def test_a_missed_suspension_and_missed_roles_are_known_then(
    users: Users, applier: EventApplier
) -> None:
    await applier.apply(registered(BOB), registered(ANN))
    await applier.apply(
        restated(BOB, 3, status="suspended", suspension_reason="spam"),
        restated(ANN, 2, roles=["moderator"], is_verified=True),
    )
    found = {one["id"]: one for one in await users.pages("/admin/users", ADA)}
    assert (found[BOB.id]["status"], found[BOB.id]["suspension_reason"]) == ("suspended", "spam")
    assert (found[ANN.id]["roles"], found[ANN.id]["is_verified"]) == (["moderator"], True)


async def test_an_account_said_again_completes_no_audit_entry(applier: EventApplier, db: Database) -> None:
    await applier.apply(registered(BOB), restated(BOB, 3, status="suspended", suspension_reason="spam"))
    async with db.connection() as conn:
        assert await conn.fetch_value(text("SELECT count(*) FROM audit")) == 0


async def test_a_newer_suspension_outlives_an_older_state(users: Users, applier: EventApplier) -> None:
    await applier.apply(
        registered(BOB),
        AccountSuspended(account_id=BOB.id, actor_id=ADA.id, reason="spam", version=5),
        restated(BOB, 4),
    )
    [found] = await users.pages("/admin/users", ADA, search="bob")
    assert found["status"] == "suspended"


async def test_a_missed_deletion_removes_the_name(users: Users, applier: EventApplier) -> None:
    await applier.apply(registered(BOB), restated(BOB, 2, status="deleted", username="_2"))
    assert (await users.get("/users/2"))["display_name"] == "deleted artist"


async def test_accounts_said_again_change_nothing_the_second_time(
    applier: EventApplier, db: Database
) -> None:
    await applier.apply(
        registered(ANN, "Ann"),
        registered(BOB),
        AccountSuspended(account_id=BOB.id, actor_id=ADA.id, reason="spam", version=5),
        registered(ADA),
        AccountDeleted(account_id=ADA.id, version=1),
    )
    again = (
        restated(ANN),
        restated(BOB, 5, status="suspended", suspension_reason="spam"),
        restated(ADA, 1, status="deleted", username="_21"),
    )
    await applier.apply(*again)
    before = await everything(db, metadata)
    await applier.apply(*again)
    assert await everything(db, metadata) == before


MISSED = history_of(
    ("create", 0), ("like", 0), ("create", 1), ("like", 1), ("create", 2), ("delete", 2), ("create", 3)
)


@pytest.mark.parametrize("missing", range(len(MISSED.events)))
async def test_stats_are_exact_whatever_event_was_missed(
    applier: EventApplier, db: Database, missing: int
) -> None:
    await applier.apply(*(event for place, event in enumerate(MISSED.events) if place != missing))
    await applier.apply(*restate_canvas(MISSED))
    assert await counts(db, list(MISSED.truth)) == MISSED.truth


async def test_a_deleted_canvas_is_counted_out(applier: EventApplier, db: Database) -> None:
    history = history_of(("create", 0))
    await applier.apply(*history.events)
    history.close()
    await applier.apply(*restate_canvas(history))
    assert await counts(db, list(history.truth)) == history.truth


async def test_work_said_again_changes_nothing_the_second_time(applier: EventApplier, db: Database) -> None:
    await applier.apply(*MISSED.events, *restate_canvas(MISSED))
    before = await everything(db, metadata)
    await applier.apply(*restate_canvas(MISSED))
    assert await everything(db, metadata) == before


async def test_an_event_that_was_under_way_meanwhile_is_counted_once(
    applier: EventApplier, db: Database
) -> None:
    history = history_of(("create", 0))
    early = restate_canvas(history)
    history.step("like", 0)
    late = restate_canvas(history)
    # The like arrives after a state that has it, and before one that does not.
    await applier.apply(*late, *history.events, *early)
    assert await counts(db, list(history.truth)) == history.truth


async def test_an_event_older_than_a_state_that_was_known_already_changes_nothing(
    applier: EventApplier, db: Database
) -> None:
    history = history_of(("create", 0), ("like", 0), ("unlike", 0))
    created, like = history.events[1], history.events[2]
    assert isinstance(like, TileLiked)
    await applier.apply(history.events[0], created, *restate_canvas(history), like)
    assert await counts(db, list(history.truth)) == history.truth


async def test_profiles_are_said_again_with_their_versions(
    users: Users, applier: EventApplier, db: Database
) -> None:
    await applier.apply(registered(ANN), registered(BOB, "Bob"), registered(ADA))
    await applier.apply(AccountDeleted(account_id=ADA.id, version=1))
    response = await users.call(ANN, "PUT", "/users/profile", json={"display_name": "Ann B."})
    assert response.status == 200
    async with db.connection() as conn:
        found = await read_profiles(conn, -1)
    assert [(one.account_id, one.display_name, one.version) for one in found.events] == [  # type: ignore[attr-defined]
        (1, "Ann B.", 1),
        (2, "Bob", 0),
    ]
    assert found.last is None
    [published] = await list_outbox(db)
    assert found.events[0].model_dump(exclude={"occurred_at", "traceparent"}) == published["data"]
