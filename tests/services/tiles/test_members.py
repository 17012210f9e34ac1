"""Members of canvases: what each role may, who gives it, and that a removal takes effect at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from aiohttp import WSMsgType

from services.tiles.consumed import on_account_deleted
from services.tiles.members import rules
from shared.db import Database
from shared.messaging.contracts import AccountDeleted
from tests.support.live import events, settle, until_closed
from tests.support.members import ROLES, SITE_MODERATOR, accept, invite, name, remove, with_members
from tests.support.parts import VirtualHost
from tests.support.placing import connected, place
from tests.support.tiles import BLANK, StartTiles, TilesClient, account_id, outcome, painted
from tests.support.waiting import PATIENCE

PEOPLE = [
    (None, (), False, False),
    ("stranger", (), False, False),
    ("viewer", (), True, False),
    ("painter", (), True, True),
    ("moderator", (), True, True),
    ("owner", (), True, True),
    ("mod", SITE_MODERATOR, True, True),
    ("boss", ("admin",), True, True),
]


@pytest.mark.parametrize(("who", "roles", "sees", "paints"), PEOPLE)
async def test_a_private_canvas_is_seen_by_members_and_painted_by_painters(
    tiles: TilesClient, who: str | None, roles: tuple[str, ...], sees: bool, paints: bool
) -> None:
    canvas_id = await with_members(tiles, is_public=False, collaboration_mode="free")
    shown = await tiles.call(who, "GET", f"/canvases/{canvas_id}", roles=roles)
    assert shown.status == (200 if sees else 404)
    for path in (f"/canvases/{canvas_id}/region", f"/canvases/{canvas_id}/snapshot"):
        assert (await tiles.call(who, "GET", path, roles=roles)).status == (200 if sees else 404)
    if who is not None:
        draft = {"canvas_id": canvas_id, "x": 0, "y": 0, "pixels": BLANK}
        expected = (201, None) if paints else (403, "members_only") if sees else (404, "canvas_not_found")
        assert await outcome(await tiles.call(who, "POST", "/tiles", json=draft, roles=roles)) == expected


@pytest.mark.parametrize(("who", "roles", "_sees", "paints"), PEOPLE[1:])
async def test_where_members_paint_others_only_look(
    tiles: TilesClient, who: str, roles: tuple[str, ...], _sees: bool, paints: bool
) -> None:
    canvas_id = await with_members(tiles, who_paints="members", collaboration_mode="free")
    tile = await tiles.tile("owner", canvas_id)
    assert (await tiles.call(who, "GET", f"/canvases/{canvas_id}", roles=roles)).status == 200
    expected = None if paints else "members_only"
    for method, path, body in (
        ("PUT", f"/tiles/{tile['id']}", {"pixels": BLANK}),
        ("PATCH", f"/tiles/{tile['id']}/pixels", {"pixels": [[0, 1]]}),
        ("POST", f"/tiles/{tile['id']}/lock", None),
    ):
        response = await tiles.call(who, method, path, json=body, roles=roles)
        assert (await outcome(response))[1] == expected, path


@pytest.mark.parametrize(("who", "roles", "_sees", "paints"), PEOPLE[1:])
async def test_membership_decides_in_place_mode_too(
    tiles: TilesClient, who: str, roles: tuple[str, ...], _sees: bool, paints: bool
) -> None:
    canvas_id = await with_members(tiles, who_paints="members", collaboration_mode="place")
    path = f"/canvases/{canvas_id}/pixels"
    response = await tiles.call(who, "POST", path, json={"pixels": [[0, 0, 1]]}, roles=roles)
    assert await outcome(response) == ((200, None) if paints else (403, "members_only"))


@pytest.mark.parametrize(("who", "roles", "_sees", "paints"), PEOPLE[1:])
async def test_membership_decides_about_areas_too(
    tiles: TilesClient, who: str, roles: tuple[str, ...], _sees: bool, paints: bool
) -> None:
    canvas_id = await with_members(tiles, who_paints="members", collaboration_mode="area-lock")
    area = {"x": 0, "y": 0, "columns": 1, "rows": 1}
    response = await tiles.call(who, "POST", f"/canvases/{canvas_id}/areas", json=area, roles=roles)
    assert await outcome(response) == ((201, None) if paints else (403, "members_only"))


async def test_a_moderator_of_a_canvas_does_there_what_its_owner_may(tiles: TilesClient) -> None:
    canvas_id = await with_members(tiles, collaboration_mode="tile-lock")
    tile = await tiles.tile("painter", canvas_id, is_public=False)
    seen = await tiles.call("moderator", "GET", f"/tiles/{tile['id']}")
    assert seen.status == 200
    renamed = await tiles.call("moderator", "PATCH", f"/canvases/{canvas_id}", json={"name": "Ours"})
    assert renamed.status == 200
    assert (await tiles.call("moderator", "DELETE", f"/tiles/{tile['id']}")).status == 204
    assert await outcome(await tiles.call("moderator", "DELETE", f"/canvases/{canvas_id}")) == (
        403, "not_canvas_owner",
    )  # fmt: skip


@pytest.mark.parametrize(("who", "waits"), [("painter", True), ("moderator", False)])
async def test_the_work_of_a_moderator_of_the_canvas_needs_no_review(
    tiles: TilesClient, who: str, waits: bool
) -> None:
    canvas_id = await with_members(tiles, collaboration_mode="review")
    await tiles.tile(who, canvas_id, pixels=painted(3))
    waiting = await (await tiles.call("moderator", "GET", f"/canvases/{canvas_id}/reviews")).json()
    assert len(waiting["items"]) == waits


async def test_a_moderator_of_one_canvas_has_no_rights_on_another(tiles: TilesClient) -> None:
    await with_members(tiles)
    other = await tiles.canvas("stranger", is_public=False)
    assert (await tiles.call("moderator", "GET", f"/canvases/{other['id']}")).status == 404


@pytest.mark.parametrize("viewer", ["viewer", "moderator", "stranger"])
async def test_drafts_in_lists_are_seen_as_on_their_own(tiles: TilesClient, viewer: str) -> None:
    canvas_id = await with_members(tiles, is_public=False, collaboration_mode="tile-lock")
    draft = await tiles.tile("painter", canvas_id, is_public=False)
    public = await tiles.tile("painter", canvas_id, 1)
    listed = await (await tiles.call(viewer, "GET", f"/tiles/user/{account_id('painter')}")).json()
    alone = {
        tile["id"]: (await tiles.call(viewer, "GET", f"/tiles/{tile['id']}")).status == 200
        for tile in (draft, public)
    }
    assert {tile["id"] for tile in listed["items"]} == {one for one, is_seen in alone.items() if is_seen}
    assert alone == {draft["id"]: viewer == "moderator", public["id"]: viewer != "stranger"}


async def test_the_canvases_of_a_member_are_listed(tiles: TilesClient) -> None:
    canvas_id = await with_members(tiles, is_public=False)

    async def listed(who: str | None, query: str = "") -> list[int]:
        response = await tiles.call(who, "GET", f"/canvases{query}")
        return [canvas["id"] for canvas in (await response.json())["items"]]

    assert await listed("viewer", "?member=me") == [canvas_id]
    assert canvas_id in await listed("viewer")
    assert canvas_id not in await listed("stranger")
    assert await listed("stranger", "?member=me") == []
    assert await listed(None, "?member=me") == []


@pytest.mark.parametrize(
    ("by", "role", "expected"),
    [
        ("stranger", "viewer", (403, "not_canvas_owner")),
        ("painter", "viewer", (403, "not_canvas_owner")),
        ("moderator", "painter", (204, None)),
        ("moderator", "moderator", (403, "not_canvas_owner")),
        ("owner", "moderator", (204, None)),
        ("mod", "moderator", (204, None)),
    ],
)
async def test_only_the_owner_names_moderators(
    tiles: TilesClient, by: str, role: str, expected: tuple[int, str | None]
) -> None:
    canvas_id = await with_members(tiles)
    assert await outcome(await name(tiles, by, canvas_id, "viewer", role)) == expected


@pytest.mark.parametrize(
    ("by", "whom", "expected"),
    [
        ("stranger", "viewer", (403, "not_canvas_owner")),
        ("painter", "viewer", (403, "not_canvas_owner")),
        ("viewer", "viewer", (204, None)),
        ("moderator", "painter", (204, None)),
        ("moderator", "moderator", (204, None)),
        ("owner", "moderator", (204, None)),
        ("owner", "stranger", (404, "member_not_found")),
        ("mod", "moderator", (204, None)),
    ],
)
async def test_members_are_removed_by_managers_and_leave_by_themselves(
    tiles: TilesClient, by: str, whom: str, expected: tuple[int, str | None]
) -> None:
    canvas_id = await with_members(tiles)
    assert await outcome(await remove(tiles, by, canvas_id, whom)) == expected


async def test_moderators_of_a_canvas_do_not_remove_each_other(tiles: TilesClient) -> None:
    canvas_id = await with_members(tiles)
    await name(tiles, "owner", canvas_id, "painter", "moderator")
    assert await outcome(await remove(tiles, "moderator", canvas_id, "painter")) == (403, "not_canvas_owner")
    refused = await name(tiles, "moderator", canvas_id, "painter", "viewer")
    assert await outcome(refused) == (403, "not_canvas_owner")


@pytest.mark.parametrize(
    ("artist", "expected"), [("owner", (409, "canvas_owner")), ("nobody", (404, "artist_not_found"))]
)
async def test_some_artists_cannot_be_members(
    tiles: TilesClient, artist: str, expected: tuple[int, str]
) -> None:
    canvas_id = await with_members(tiles)
    assert await outcome(await name(tiles, "owner", canvas_id, artist, "viewer")) == expected


async def test_members_and_ones_own_role_are_shown(tiles: TilesClient) -> None:
    canvas_id = await with_members(tiles)
    listed = await (await tiles.call(None, "GET", f"/canvases/{canvas_id}/members")).json()
    assert {one["artist"]["username"]: one["role"] for one in listed["items"]} == {r: r for r in ROLES}
    for who, role in (("painter", "painter"), ("stranger", None), ("owner", None)):
        shown = await tiles.call(who, "GET", f"/canvases/{canvas_id}/membership")
        assert await shown.json() == {"role": role}


async def test_eight_clients_on_two_processes_do_not_exceed_the_number_of_members(
    start_tiles: StartTiles, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_MEMBERS", 3)
    processes = [await start_tiles(database_url), await start_tiles(database_url)]
    canvas_id = (await processes[0].canvas("owner"))["id"]
    token = (await invite(processes[0], "owner", canvas_id))["token"]
    answers = await asyncio.gather(*(accept(processes[n % 2], f"a{n}", token) for n in range(8)))
    assert Counter([await outcome(answer) for answer in answers]) == {
        (200, None): 3,
        (409, "member_limit"): 5,
    }


async def test_a_deleted_account_is_no_member_any_more(tiles: TilesClient) -> None:
    canvas_id = await with_members(tiles)
    database = Database(tiles.database_url, application="consumer of a test")
    async with database.transaction() as conn:
        await on_account_deleted(conn, AccountDeleted(account_id=account_id("painter"), version=9))
    await database.close()
    listed = await (await tiles.call(None, "GET", f"/canvases/{canvas_id}/members")).json()
    assert [one["role"] for one in listed["items"]] != []
    assert "painter" not in [one["role"] for one in listed["items"]]


@pytest.mark.parametrize("subprotocol", ["tessera.v1.json", "tessera.v2.binary"])
async def test_a_removed_member_is_sent_away_from_a_private_canvas_at_once(
    start_tiles: StartTiles, database_url: str, broker: VirtualHost, subprotocol: str
) -> None:
    here, there = await start_tiles(database_url, broker.url), await start_tiles(database_url, broker.url)
    canvas_id = await with_members(here, is_public=False, collaboration_mode="free")
    async with connected(there, canvas_id, "painter", subprotocol) as socket:
        await settle(socket)
        await remove(here, "owner", canvas_id, "painter")
        await here.tile("owner", canvas_id)
        messages, code = await until_closed(socket)
    assert code == 4404
    received = [message.json() for message in messages if message.type is WSMsgType.TEXT]
    kinds = [event["kind"] for one in received if one["type"] == "batch" for event in one["events"]]
    assert kinds == ["member.removed"]


async def test_the_other_viewers_of_a_private_canvas_stay(tiles: TilesClient) -> None:
    canvas_id = await with_members(tiles, is_public=False)
    async with connected(tiles, canvas_id, "viewer") as socket:
        await remove(tiles, "owner", canvas_id, "painter")
        await tiles.tile("owner", canvas_id)
        while (message := await socket.receive_json(timeout=PATIENCE))["type"] == "presence":
            continue
        shown = message["events"]
        if len(shown) < 2:
            shown += await events(socket, 1)
    assert [event["kind"] for event in shown] == ["member.removed", "tile.created"]


async def test_a_removed_member_stays_on_a_public_canvas_until_it_becomes_private(
    tiles: TilesClient,
) -> None:
    canvas_id = await with_members(tiles)
    async with connected(tiles, canvas_id, "painter") as gone, connected(tiles, canvas_id, "viewer") as kept:
        await remove(tiles, "owner", canvas_id, "painter")
        await tiles.call("owner", "PATCH", f"/canvases/{canvas_id}", json={"is_public": False})
        assert (await until_closed(gone))[1] == 4404
        await tiles.call("owner", "PATCH", f"/canvases/{canvas_id}", json={"name": "Still here"})
        names: list[str] = []
        while "Still here" not in names:
            message = await kept.receive_json(timeout=PATIENCE)
            names += [event.get("canvas", {}).get("name") for event in message.get("events", [])]


async def test_a_member_named_while_connected_stays_when_the_canvas_becomes_private(
    tiles: TilesClient,
) -> None:
    canvas_id = await with_members(tiles)
    async with connected(tiles, canvas_id, "stranger") as socket:
        await name(tiles, "owner", canvas_id, "stranger", "viewer")
        await tiles.call("owner", "PATCH", f"/canvases/{canvas_id}", json={"is_public": False})
        await tiles.call("owner", "PATCH", f"/canvases/{canvas_id}", json={"name": "For us"})
        names: list[str] = []
        while "For us" not in names:
            message = await socket.receive_json(timeout=PATIENCE)
            names += [event.get("canvas", {}).get("name") for event in message.get("events", [])]


async def test_the_next_stroke_of_a_removed_member_is_refused(tiles: TilesClient) -> None:
    canvas_id = await with_members(tiles, who_paints="members", collaboration_mode="free")
    tile = await tiles.tile("painter", canvas_id)
    async with connected(tiles, canvas_id, "painter") as socket:

        async def paint(ref: int) -> dict[str, Any]:
            stroke = {"type": "paint", "ref": ref, "tile_id": tile["id"], "pixels": [[0, 1 + ref]]}
            await socket.send_json(stroke)
            while (answer := await socket.receive_json(timeout=PATIENCE))["type"] not in ("ack", "nack"):
                continue
            return dict(answer)

        for ref in range(3):
            assert (await paint(ref))["type"] == "ack"
        await remove(tiles, "owner", canvas_id, "painter")
        assert (await paint(3))["code"] == "members_only"
        await name(tiles, "owner", canvas_id, "painter", "painter")
        assert (await paint(4))["type"] == "ack"


async def test_the_next_placement_of_a_removed_member_is_refused(tiles: TilesClient) -> None:
    canvas_id = await with_members(tiles, who_paints="members", collaboration_mode="place")
    assert (await place(tiles, "painter", canvas_id, (0, 0, 1))).status == 200
    await remove(tiles, "owner", canvas_id, "painter")
    refused = await place(tiles, "painter", canvas_id, (0, 0, 2))
    assert await outcome(refused) == (403, "members_only")


@pytest.mark.parametrize(
    ("who", "expected"),
    [("stranger", (403, "members_only")), ("viewer", (201, None)), ("owner", (201, None))],
)
async def test_where_members_chat_others_only_read(
    tiles: TilesClient, who: str, expected: tuple[int, str | None]
) -> None:
    canvas_id = await with_members(tiles, chat="members")
    path = f"/canvases/{canvas_id}/messages"
    assert await outcome(await tiles.call(who, "POST", path, json={"text": "Hi"})) == expected
    assert (await tiles.call(who, "GET", path)).status == 200


async def test_members_of_a_private_canvas_can_be_mentioned(tiles: TilesClient) -> None:
    canvas_id = await with_members(tiles, is_public=False)
    path = f"/canvases/{canvas_id}/messages"
    said = await tiles.call("owner", "POST", path, json={"text": "@viewer @stranger"})
    assert [artist["username"] for artist in (await said.json())["mentions"]] == ["viewer"]
