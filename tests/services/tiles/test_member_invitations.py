"""Invitations to canvases: who gives and takes one, how often, and until when."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from services.tiles.consumed import on_account_suspended
from services.tiles.members import rules
from shared.db import Database
from shared.messaging.contracts import AccountSuspended
from tests.support.members import accept, invite, with_members
from tests.support.messaging import sql
from tests.support.tiles import StartTiles, TilesClient, account_id, outcome


async def test_an_invitation_makes_a_member(tiles: TilesClient) -> None:
    canvas_id = (await tiles.canvas("owner", is_public=False))["id"]
    invitation = await invite(tiles, "owner", canvas_id, role="viewer")
    accepted = await accept(tiles, "ann", invitation["token"])
    assert await accepted.json() == {"canvas_id": canvas_id, "role": "viewer"}
    assert (await tiles.call("ann", "GET", f"/canvases/{canvas_id}")).status == 200


async def test_the_token_of_an_invitation_is_shown_once(tiles: TilesClient) -> None:
    canvas_id = (await tiles.canvas("owner"))["id"]
    invitation = await invite(tiles, "owner", canvas_id)
    token = invitation.pop("token")
    listed = await (await tiles.call("owner", "GET", f"/canvases/{canvas_id}/invitations")).json()
    assert listed["items"] == [invitation]
    stored = await sql(tiles.database_url, "SELECT CAST(row_to_json(invitations) AS text) FROM invitations")
    assert token not in stored


async def test_accepting_again_uses_nothing_up(tiles: TilesClient) -> None:
    canvas_id = (await tiles.canvas("owner"))["id"]
    token = (await invite(tiles, "owner", canvas_id, max_uses=2))["token"]
    for _ in range(3):
        assert (await accept(tiles, "ann", token)).status == 200
    assert (await accept(tiles, "bob", token)).status == 200
    assert await outcome(await accept(tiles, "cat", token)) == (404, "invitation_invalid")


async def test_eight_artists_on_two_processes_use_an_invitation_once(
    start_tiles: StartTiles, database_url: str
) -> None:
    processes = [await start_tiles(database_url), await start_tiles(database_url)]
    canvas_id = (await processes[0].canvas("owner"))["id"]
    token = (await invite(processes[0], "owner", canvas_id, max_uses=1))["token"]
    answers = await asyncio.gather(*(accept(processes[n % 2], f"a{n}", token) for n in range(8)))
    assert Counter(answer.status for answer in answers) == {200: 1, 404: 7}


async def test_an_invitation_never_takes_a_role_away(tiles: TilesClient) -> None:
    canvas_id = await with_members(tiles)
    token = (await invite(tiles, "owner", canvas_id, role="viewer"))["token"]
    for who, role in (("moderator", "moderator"), ("owner", None), ("viewer", "viewer")):
        assert (await (await accept(tiles, who, token)).json())["role"] == role


@pytest.mark.parametrize("token", ["x", "ä" * 100, "a" * 43])
async def test_an_unknown_token_is_refused(tiles: TilesClient, token: str) -> None:
    assert await outcome(await accept(tiles, "ann", token)) == (404, "invitation_invalid")


async def test_an_expired_invitation_admits_nobody(tiles: TilesClient) -> None:
    canvas_id = (await tiles.canvas("owner"))["id"]
    token = (await invite(tiles, "owner", canvas_id, expires_at="2999-01-01T00:00:00Z"))["token"]
    await sql(tiles.database_url, "UPDATE invitations SET expires_at = now() - interval '1 second'")
    assert await outcome(await accept(tiles, "ann", token)) == (404, "invitation_invalid")
    refused = await tiles.call(
        "owner", "POST", f"/canvases/{canvas_id}/invitations",
        json={"role": "viewer", "expires_at": "2020-01-01T00:00:00Z"},
    )  # fmt: skip
    assert (await refused.json())["errors"][0]["loc"] == ["body", "expires_at"]


async def test_a_revoked_invitation_admits_nobody(tiles: TilesClient) -> None:
    canvas_id = (await tiles.canvas("owner"))["id"]
    invitation = await invite(tiles, "owner", canvas_id)
    path = f"/canvases/{canvas_id}/invitations/{invitation['id']}"
    assert await outcome(await tiles.call("ann", "DELETE", path)) == (403, "not_canvas_owner")
    assert (await tiles.call("owner", "DELETE", path)).status == 204
    assert await outcome(await tiles.call("owner", "DELETE", path)) == (404, "invitation_not_found")
    assert await outcome(await accept(tiles, "ann", invitation["token"])) == (404, "invitation_invalid")


async def test_the_invitation_to_a_deleted_canvas_admits_nobody(tiles: TilesClient) -> None:
    canvas_id = (await tiles.canvas("owner"))["id"]
    token = (await invite(tiles, "owner", canvas_id))["token"]
    await tiles.call("owner", "DELETE", f"/canvases/{canvas_id}")
    assert await outcome(await accept(tiles, "ann", token)) == (404, "invitation_invalid")


async def test_a_suspended_artist_does_not_join(tiles: TilesClient) -> None:
    canvas_id = (await tiles.canvas("owner"))["id"]
    await tiles.canvas("ann")
    token = (await invite(tiles, "owner", canvas_id))["token"]
    database = Database(tiles.database_url, application="consumer of a test")
    async with database.transaction() as conn:
        suspended = AccountSuspended(account_id=account_id("ann"), version=2, actor_id=1, reason="Spam")
        await on_account_suspended(conn, suspended)
    await database.close()
    assert await outcome(await accept(tiles, "ann", token)) == (403, "account_suspended")


async def test_guests_do_not_join(tiles: TilesClient) -> None:
    assert await outcome(await accept(tiles, None, "x")) == (401, "not_authenticated")


@pytest.mark.parametrize(
    ("by", "role", "status"),
    [("stranger", "viewer", 403), ("painter", "viewer", 403), ("moderator", "painter", 201),
     ("moderator", "moderator", 403), ("owner", "moderator", 201)],
)  # fmt: skip
async def test_who_may_give_a_role_may_invite_to_it(
    tiles: TilesClient, by: str, role: str, status: int
) -> None:
    canvas_id = await with_members(tiles)
    path = f"/canvases/{canvas_id}/invitations"
    assert (await tiles.call(by, "POST", path, json={"role": role})).status == status
    assert (await tiles.call(by, "GET", path)).status == (200 if by in ("moderator", "owner") else 403)


async def test_a_canvas_has_a_bounded_number_of_invitations(
    tiles: TilesClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_INVITATIONS", 2)
    canvas_id = (await tiles.canvas("owner"))["id"]
    path = f"/canvases/{canvas_id}/invitations"
    answers = await asyncio.gather(
        *(tiles.call("owner", "POST", path, json={"role": "viewer"}) for _ in range(8))
    )
    assert Counter(answer.status for answer in answers) == {201: 2, 409: 6}
