"""The audit log: entries are added and searched, but never changed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import psycopg2
import pytest

from services.users.audit.rules import CONCERNED_BY, AuditedAction
from services.users.audit.store import append
from shared.db import Database
from shared.messaging.contracts import (
    AccountRolesChanged,
    AreaReleased,
    ArtistMuted,
    CanvasCreated,
    CanvasDeleted,
    CanvasRolledBack,
    CanvasUpdated,
    InvitationCreated,
    InvitationRevoked,
    LockReleased,
    MessageRemoved,
    PolicyChanged,
    ReviewApproved,
    ReviewRejected,
    SecondFactorRemoved,
    TileDeleted,
    TileUpdated,
)
from tests.support.users import ADA, ANN, BOB, MAX, MOD, Caller, EventApplier, Users


@pytest.fixture
async def log(users: Users, db: Database) -> Users:
    """Six entries: three by each of two moderators, of three actions."""
    await users.meet(MOD, MAX)
    for actor in (MOD, MAX):
        for number, action in enumerate(("a", "b", "c"), start=1):
            async with db.transaction() as conn:
                await append(conn, AuditedAction(actor.id, action, "tile", number, details={"n": number}))
    return users


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor_id = 1",
        "UPDATE audit SET actor_id = 1 WHERE false",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "TRUNCATE audit CASCADE",
        (
            "INSERT INTO audit (id, action, target_kind, target_id, outcome) OVERRIDING SYSTEM VALUE"
            " SELECT id, 'forged', 'tile', 1, 'done' FROM audit LIMIT 1"
            " ON CONFLICT (id) DO UPDATE SET action = 'forged'"
        ),
    ],
)
@pytest.mark.usefixtures("log")
async def test_the_database_refuses_to_change_the_log(
    users: Users, database_url: str, statement: str
) -> None:
    before = await users.pages("/admin/audit", ADA)

    def attempt() -> None:
        connection = psycopg2.connect(database_url)
        try:
            with connection.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(statement)
        finally:
            connection.close()

    await asyncio.to_thread(attempt)
    assert await users.pages("/admin/audit", ADA) == before


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, ["c", "b", "a", "c", "b", "a"]),
        ({"actor": MOD.id}, ["c", "b", "a"]),
        ({"action": "b"}, ["b", "b"]),
        ({"target_kind": "tile", "target_id": 3}, ["c", "c"]),
        ({"target_kind": "user"}, []),
        ({"actor": MAX.id, "action": "a"}, ["a"]),
    ],
)
async def test_the_log_is_searched_and_paged_newest_first(
    log: Users, params: dict[str, Any], found: list[str]
) -> None:
    for limit in (1, 2, 100):
        entries = await log.pages("/admin/audit", ADA, limit=limit, **params)
        assert [entry["action"] for entry in entries] == found


@pytest.mark.parametrize("params", [{"actor": "x"}, {"target_kind": "lock"}, {"cursor": "!"}, {"limit": 0}])
async def test_an_invalid_search_is_refused(users: Users, params: dict[str, Any]) -> None:
    assert (await users.call(ADA, "GET", "/admin/audit", params=params)).status == 422


NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
FOR_CANVAS = {"acted_for": "canvas"}
CANVAS = CanvasCreated(canvas_id=7, seq=1, owner_id=BOB.id, name="a canvas")


def removed(actor: Caller, seq: int) -> TileDeleted:
    return TileDeleted(
        canvas_id=7, seq=seq, tile_id=seq, creator_id=ANN.id, actor_id=actor.id, version=2, x=3, y=4
    )


async def test_only_a_moderator_who_deletes_a_tile_is_recorded(users: Users, applier: EventApplier) -> None:
    await applier.apply(CANVAS, *(removed(actor, seq) for seq, actor in enumerate((ANN, BOB, MOD), start=2)))
    (entry,) = await users.pages("/admin/audit", ADA)
    assert (entry["action"], entry["target_kind"], entry["target_id"]) == ("tile.delete", "tile", 4)
    assert entry["details"] == {"canvas_id": 7, "creator_id": ANN.id, "x": 3, "y": 4} | FOR_CANVAS


@pytest.mark.parametrize("name", CONCERNED_BY)
async def test_an_entry_names_the_artist_whose_id_is_among_its_details(
    users: Users, db: Database, name: str
) -> None:
    await users.meet(MOD, ANN)
    async with db.transaction() as conn:
        await append(conn, AuditedAction(MOD.id, "tile.delete", "tile", 4, details={name: ANN.id, "x": 3}))
    [entry] = await users.pages("/admin/audit", ADA)
    assert (entry["concerned"]["id"], entry["concerned"]["username"]) == (ANN.id, ANN.username)


async def test_only_a_moderator_who_changes_or_deletes_a_canvas_is_recorded(
    users: Users, applier: EventApplier
) -> None:
    await applier.apply(
        CANVAS,
        *(
            event
            for actor in (BOB, MOD)
            for event in (
                CanvasUpdated(
                    canvas_id=7, seq=2, owner_id=BOB.id, actor_id=actor.id, name="new", is_public=True
                ),
                CanvasDeleted(canvas_id=7, seq=3, owner_id=BOB.id, actor_id=actor.id),
            )
        ),
    )
    entries = await users.pages("/admin/audit", ADA, target_kind="canvas", target_id=7)
    assert [entry["action"] for entry in entries] == ["canvas.delete", "canvas.update"]


async def test_only_a_moderator_who_restores_a_version_of_a_tile_is_recorded(
    users: Users, applier: EventApplier
) -> None:
    tile = {"canvas_id": 7, "creator_id": ANN.id, "x": 3, "y": 4}
    await users.meet(MOD)
    await applier.apply(
        CANVAS,
        TileUpdated(**tile, seq=2, tile_id=2, actor_id=MOD.id, version=2),  # painted, on a free canvas
        *(
            TileUpdated(**tile, seq=seq, tile_id=seq, actor_id=actor.id, version=2, cause="revert")
            for seq, actor in enumerate((ANN, BOB, MOD), start=3)
        ),
    )
    (entry,) = await users.pages("/admin/audit", ADA)
    assert (entry["action"], entry["actor"]["id"], entry["target_id"]) == ("tile.revert", MOD.id, 5)
    assert entry["details"] == tile | FOR_CANVAS


async def test_a_rollback_is_one_entry_with_what_it_did(users: Users, applier: EventApplier) -> None:
    removal = removed(MOD, 2).model_copy(update={"cause": "rollback"})
    area = {"x": 0, "y": 0, "columns": 4, "rows": 2}
    counts = {"reverted": 3, "removed": 1, "restored": 0}
    rollback = CanvasRolledBack(
        canvas_id=7, actor_id=MOD.id, since=NOON, artist_id=ANN.id, area=area, **counts
    )
    await applier.apply(CANVAS, removal, rollback)
    (entry,) = await users.pages("/admin/audit", ADA)
    assert (entry["action"], entry["target_kind"], entry["target_id"]) == ("canvas.rollback", "canvas", 7)
    assert entry["details"] == {"since": NOON.isoformat(), "artist_id": ANN.id, **area, **counts} | FOR_CANVAS


async def test_only_a_moderator_who_releases_anothers_lock_is_recorded(
    users: Users, applier: EventApplier
) -> None:
    await applier.apply(
        CANVAS,
        *(
            LockReleased(canvas_id=7, seq=seq, tile_id=seq, holder_id=ANN.id, actor_id=actor_id)
            for seq, actor_id in enumerate((None, ANN.id, MOD.id), start=2)
        ),
    )
    (entry,) = await users.pages("/admin/audit", ADA)
    assert (entry["action"], entry["target_kind"], entry["target_id"]) == ("lock.release", "tile", 4)
    assert entry["details"] == {"canvas_id": 7, "holder_id": ANN.id} | FOR_CANVAS


async def test_only_a_moderator_who_releases_anothers_area_is_recorded(
    users: Users, applier: EventApplier
) -> None:
    await applier.apply(
        CANVAS,
        *(
            AreaReleased(canvas_id=7, seq=seq, area_id=seq, holder_id=ANN.id, actor_id=actor.id)
            for seq, actor in enumerate((ANN, BOB, MOD), start=2)
        ),
    )
    (entry,) = await users.pages("/admin/audit", ADA)
    assert (entry["action"], entry["target_kind"], entry["target_id"]) == ("area.release", "canvas", 7)
    assert entry["details"] == {"area_id": 4, "holder_id": ANN.id} | FOR_CANVAS


async def test_only_a_moderator_who_removes_a_message_is_recorded(
    users: Users, applier: EventApplier
) -> None:
    await applier.apply(
        CANVAS,
        *(
            MessageRemoved(canvas_id=7, message_id=number, author_id=ANN.id, actor_id=actor.id)
            for number, actor in enumerate((BOB, MOD))
        ),
    )
    (entry,) = await users.pages("/admin/audit", ADA)
    assert (entry["action"], entry["target_kind"], entry["target_id"]) == ("message.remove", "canvas", 7)
    assert entry["details"] == {"message_id": 1, "author_id": ANN.id} | FOR_CANVAS


async def test_an_entry_tells_moderators_of_the_site_from_those_of_a_canvas(
    users: Users, applier: EventApplier
) -> None:
    await users.meet(MOD, MAX)
    await applier.apply(
        CANVAS, AccountRolesChanged(account_id=MOD.id, actor_id=ADA.id, roles=["moderator"], version=2),
        removed(MOD, 2), removed(MAX, 3),
    )  # fmt: skip
    entries = await users.pages("/admin/audit", ADA, action="tile.delete")
    assert [(entry["actor"]["id"], entry["details"]["acted_for"]) for entry in entries] == [
        (MAX.id, "canvas"), (MOD.id, "site"),
    ]  # fmt: skip


async def test_only_a_moderator_who_mutes_an_artist_is_recorded(users: Users, applier: EventApplier) -> None:
    await applier.apply(
        CANVAS,
        *(
            ArtistMuted(canvas_id=7, artist_id=ANN.id, actor_id=actor.id, until=NOON, reason="Spam")
            for actor in (BOB, MOD)
        ),
    )
    (entry,) = await users.pages("/admin/audit", ADA)
    assert (entry["action"], entry["target_kind"], entry["target_id"]) == ("artist.mute", "user", ANN.id)
    assert entry["details"] == {"canvas_id": 7, "until": NOON.isoformat(), "reason": "Spam"} | FOR_CANVAS


@pytest.mark.parametrize(
    ("outcome", "action"), [(ReviewApproved, "review.approve"), (ReviewRejected, "review.reject")]
)
async def test_only_a_moderator_who_decides_in_the_owners_place_is_recorded(
    users: Users,
    applier: EventApplier,
    outcome: type[ReviewApproved | ReviewRejected],
    action: str,
) -> None:
    await users.meet(MOD)
    await applier.apply(
        CANVAS,
        *(
            outcome(canvas_id=7, seq=seq, review_id=seq, tile_id=5, author_id=ANN.id, actor_id=actor.id)
            for seq, actor in enumerate((BOB, MOD), start=2)
        ),
    )
    (entry,) = await users.pages("/admin/audit", ADA)
    assert (entry["action"], entry["actor"]["id"], entry["target_id"]) == (action, MOD.id, 5)


async def test_an_operator_who_removes_a_second_factor_is_recorded_without_an_id(
    users: Users, applier: EventApplier
) -> None:
    await applier.apply(SecondFactorRemoved(account_id=ANN.id))
    (entry,) = await users.pages("/admin/audit", ADA)
    assert (entry["action"], entry["actor"]) == ("account.remove_second_factor", None)
    assert (entry["target_kind"], entry["target_id"]) == ("user", ANN.id)


async def test_what_admins_decide_about_who_comes_in_is_recorded(users: Users, applier: EventApplier) -> None:
    await applier.apply(
        PolicyChanged(actor_id=ADA.id, settings={"registration": "invitation"}),
        InvitationCreated(invitation_id=3, actor_id=ADA.id, max_uses=5, expires_at=NOON),
        InvitationRevoked(invitation_id=3, actor_id=ADA.id),
    )
    entries = await users.pages("/admin/audit", ADA)
    assert [(entry["action"], entry["target_kind"], entry["target_id"]) for entry in entries] == [
        ("invitation.revoke", "invitation", 3),
        ("invitation.create", "invitation", 3),
        ("settings.change", "site", 1),
    ]
    assert entries[1]["details"] == {"max_uses": 5, "expires_at": NOON.isoformat()}
    assert entries[2]["details"] == {"registration": "invitation"}
