"""What users adds to an export: profile, follows and reports of the account."""

from __future__ import annotations

from services.users.exports import FILES
from shared.db import Database
from shared.messaging.contracts import AccountDeleted, ExportRequested
from tests.support.exports import export, gather
from tests.support.users import ANN, BOB, CAT, EventApplier, Users


async def test_an_export_has_the_profile_the_follows_and_the_reports(users: Users, db: Database) -> None:
    await users.meet(ANN, BOB, CAT)
    await users.call(ANN, "PUT", "/users/profile", json={"bio": "likes teapots"})
    await users.call(ANN, "PUT", f"/users/{BOB.id}/follow")
    await users.call(CAT, "PUT", f"/users/{ANN.id}/follow")
    draft = {"kind": "user", "target_id": CAT.id, "reason": "spam"}
    assert (await users.call(ANN, "POST", "/reports", json=draft)).status == 201
    files = await export(db, "users", FILES, ANN.id)
    [profile] = files["profile/profile.jsonl"]
    assert (profile["username"], profile["bio"]) == ("ann", "likes teapots")
    assert [one["followee_id"] for one in files["profile/following.jsonl"]] == [BOB.id]
    assert [one["follower_id"] for one in files["profile/followers.jsonl"]] == [CAT.id]
    assert [one["reason"] for one in files["profile/reports.jsonl"]] == ["spam"]
    assert [one["actor_ids"] for one in files["profile/notices.jsonl"]] == [[CAT.id]]


async def test_an_export_has_nothing_of_other_accounts(users: Users, db: Database) -> None:
    await users.meet(ANN, BOB)
    await users.call(ANN, "PUT", "/users/profile", json={"bio": "likes teapots"})
    files = await export(db, "users", FILES, BOB.id)
    assert "teapots" not in str(files)


async def test_an_export_that_is_requested_ends_with_the_account(applier: EventApplier) -> None:
    await applier.apply(
        ExportRequested(export_id=4, account_id=ANN.id), AccountDeleted(account_id=ANN.id, version=3)
    )
    assert await gather(applier.database, "users", FILES) == []
