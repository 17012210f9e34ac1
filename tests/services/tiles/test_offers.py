"""Offers: an owner offers a canvas, the other accepts or declines, and only one answer counts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import ClientResponse

from services.tiles.consumed import on_account_deleted, on_account_suspended
from shared.db import Database
from shared.messaging.contracts import AccountDeleted, AccountSuspended
from tests.support.messaging import sql
from tests.support.tiles import TilesClient, account_id, journal_of
from tests.support.users import list_outbox

ROLES = {"mod": ("moderator",), "admin": ("admin",)}


async def call(
    tiles: TilesClient, by: str | None, method: str, canvas_id: int, path: str = "", **kwargs: Any
) -> ClientResponse:
    roles = ROLES.get(by or "", ())
    return await tiles.call(by, method, f"/canvases/{canvas_id}/owner{path}", roles=roles, **kwargs)


async def offer(tiles: TilesClient, by: str | None, canvas_id: int, to: str = "heir") -> ClientResponse:
    return await call(tiles, by, "POST", canvas_id, json={"account_id": account_id(to)})


async def accept(tiles: TilesClient, by: str | None, canvas_id: int) -> ClientResponse:
    return await call(tiles, by, "POST", canvas_id, "/accept")


async def end(tiles: TilesClient, by: str | None, canvas_id: int) -> ClientResponse:
    return await call(tiles, by, "DELETE", canvas_id, "/offer")


async def code(response: ClientResponse) -> tuple[int, str]:
    return response.status, (await response.json())["code"]


async def told(tiles: TilesClient) -> list[tuple[str, str | None]]:
    """Return what services are told of offers: types, and outcomes."""
    database = Database(tiles.database_url, application="relay of a test")
    sent = await list_outbox(database)
    await database.close()
    return [
        (one["type"], one["data"].get("outcome"))
        for one in sent
        if one["type"] in ("canvas.offered", "canvas.offer_ended", "canvas.handed_over")
    ]


@pytest.fixture
async def canvas_id(tiles: TilesClient) -> int:
    """A private canvas of `owner`, with a moderator; `heir` and `other` are known artists."""
    canvas_id = int((await tiles.canvas("owner", is_public=False))["id"])
    for artist in ("heir", "other", "helper"):
        await tiles.canvas(artist)
    path = f"/canvases/{canvas_id}/members/{account_id('helper')}"
    assert (await tiles.call("owner", "PUT", path, json={"role": "moderator"})).status == 204
    return canvas_id


async def test_who_accepts_an_offer_owns_the_canvas_and_the_former_owner_moderates_it(
    tiles: TilesClient, canvas_id: int
) -> None:
    made = await offer(tiles, "owner", canvas_id)
    assert (made.status, (await made.json())["heir"]["username"]) == (201, "heir")
    [shown] = (await (await tiles.call("heir", "GET", "/canvases/offers")).json())["items"]
    assert (shown["canvas_id"], shown["canvas_name"], shown["owner"]["username"]) == (
        canvas_id, "A wall", "owner",
    )  # fmt: skip
    accepted = await accept(tiles, "heir", canvas_id)
    assert (accepted.status, (await accepted.json())["owner"]["username"]) == (200, "heir")
    membership = await tiles.call("owner", "GET", f"/canvases/{canvas_id}/membership")
    assert (await membership.json())["role"] == "moderator"
    assert (await offer(tiles, "owner", canvas_id, "other")).status == 403
    assert (await (await tiles.call("heir", "GET", "/canvases/offers")).json())["items"] == []
    events = await journal_of(tiles.database_url, canvas_id)
    assert [event["kind"] for event in events[-2:]] == ["canvas.handed_over", "member.changed"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert await told(tiles) == [
        ("canvas.offered", None), ("canvas.offer_ended", "accepted"), ("canvas.handed_over", None)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("by", "refusal"),
    [
        (None, (401, "not_authenticated")),
        ("stranger", (404, "canvas_not_found")),
        ("helper", (403, "not_canvas_owner")),
        ("mod", (403, "not_canvas_owner")),
        ("admin", (403, "not_canvas_owner")),
    ],
)
async def test_only_its_owner_offers_a_canvas(
    tiles: TilesClient, canvas_id: int, by: str | None, refusal: tuple[int, str]
) -> None:
    assert await code(await offer(tiles, by, canvas_id)) == refusal


@pytest.mark.parametrize("by", ["owner", "helper", "mod", "admin", "other"])
async def test_only_the_artist_whom_it_is_offered_to_accepts_a_canvas(
    tiles: TilesClient, canvas_id: int, by: str
) -> None:
    await offer(tiles, "owner", canvas_id)
    assert await code(await accept(tiles, by, canvas_id)) == (404, "offer_not_found")


@pytest.mark.parametrize("by", ["helper", "mod", "admin", "other"])
async def test_nobody_else_ends_or_sees_an_offer(tiles: TilesClient, canvas_id: int, by: str) -> None:
    await offer(tiles, "owner", canvas_id)
    assert await code(await end(tiles, by, canvas_id)) == (404, "offer_not_found")
    seen = await call(tiles, by, "GET", canvas_id, "/offer")
    assert seen.status == 404 or (await seen.json())["offer"] is None
    assert (await accept(tiles, "heir", canvas_id)).status == 200


@pytest.mark.parametrize(("by", "outcome"), [("owner", "withdrawn"), ("heir", "declined")])
async def test_an_offer_that_ended_cannot_be_accepted_and_can_be_made_again(
    tiles: TilesClient, canvas_id: int, by: str, outcome: str
) -> None:
    await offer(tiles, "owner", canvas_id)
    assert (await end(tiles, by, canvas_id)).status == 204
    assert (await end(tiles, by, canvas_id)).status == 404
    assert (await accept(tiles, "heir", canvas_id)).status == 404
    assert await told(tiles) == [("canvas.offered", None), ("canvas.offer_ended", outcome)]
    await offer(tiles, "owner", canvas_id)
    assert (await accept(tiles, "heir", canvas_id)).status == 200


async def test_an_offer_to_another_artist_replaces_the_first(tiles: TilesClient, canvas_id: int) -> None:
    for to in ("heir", "heir", "other"):
        assert (await offer(tiles, "owner", canvas_id, to)).status == 201
    assert (await accept(tiles, "heir", canvas_id)).status == 404
    shown = await call(tiles, "owner", "GET", canvas_id, "/offer")
    assert (await shown.json())["offer"]["heir"]["username"] == "other"
    assert await told(tiles) == [
        ("canvas.offered", None), ("canvas.offer_ended", "withdrawn"), ("canvas.offered", None)
    ]  # fmt: skip


async def test_of_an_acceptance_and_a_withdrawal_at_once_one_counts(
    tiles: TilesClient, canvas_id: int
) -> None:
    await offer(tiles, "owner", canvas_id)
    answers = [accept(tiles, "heir", canvas_id) for _ in range(4)]
    endings = [end(tiles, "owner", canvas_id) for _ in range(4)]
    statuses = [response.status for response in await asyncio.gather(*answers, *endings)]
    assert sorted(statuses) in ([200, *[404] * 7], [204, *[404] * 7])
    owner = await sql(tiles.database_url, f"SELECT owner_id FROM canvases WHERE id = {canvas_id}")
    assert owner == account_id("heir" if 200 in statuses else "owner")


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"account_id": account_id("owner")}, (409, "canvas_owner")),
        ({"account_id": account_id("nobody")}, (404, "artist_not_found")),
        ({"account_id": "1"}, (422, "invalid")),
        ({"account_id": 0}, (422, "invalid")),
        ({}, (422, "invalid")),
    ],
)
async def test_a_canvas_is_offered_to_another_artist_only(
    tiles: TilesClient, canvas_id: int, body: dict[str, Any], refusal: tuple[int, str]
) -> None:
    assert (await call(tiles, "owner", "POST", canvas_id, json=body)).status == refusal[0]
    assert await told(tiles) == []


async def test_accounts_that_are_suspended_or_deleted_get_no_canvas(
    tiles: TilesClient, canvas_id: int
) -> None:
    database = Database(tiles.database_url, application="worker of a test")
    await offer(tiles, "owner", canvas_id)
    async with database.transaction() as conn:
        await on_account_suspended(
            conn, AccountSuspended(account_id=account_id("heir"), actor_id=1, reason="x", version=2)
        )
    assert (await offer(tiles, "owner", canvas_id, "heir")).status == 201
    assert await code(await accept(tiles, "heir", canvas_id)) == (403, "account_suspended")
    async with database.transaction() as conn:
        await on_account_deleted(conn, AccountDeleted(account_id=account_id("heir"), version=3))
    await database.close()
    assert (await accept(tiles, "heir", canvas_id)).status == 404
    assert await code(await offer(tiles, "owner", canvas_id)) == (404, "artist_not_found")
