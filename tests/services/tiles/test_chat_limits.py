"""Who may not write just now: the limits of an artist and of a canvas, mutes, and a chat that is off."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from services.tiles.chat.rules import MOST_OF_CANVAS
from services.tiles.consumed import on_account_suspended
from shared.db import Database
from shared.messaging.contracts import AccountSuspended
from tests.support.chat import let_pass, read, write, written
from tests.support.messaging import sql
from tests.support.tiles import StartTiles, TilesClient, account_id, outcome

MODERATOR = ("moderator",)


async def test_eight_clients_of_an_artist_on_two_processes_write_five_messages(
    start_tiles: StartTiles, database_url: str
) -> None:
    processes = [await start_tiles(database_url), await start_tiles(database_url)]
    canvases = [(await processes[0].canvas("owner"))["id"] for _ in range(2)]
    answers = await asyncio.gather(
        *(write(processes[n % 2], "ann", canvases[n // 2 % 2], f"{n}") for n in range(8))
    )
    assert Counter(answer.status for answer in answers) == {201: 5, 429: 3}
    refused = next(answer for answer in answers if answer.status == 429)
    assert (await refused.json())["code"] == "chat_limit"
    assert 1 <= int(refused.headers["Retry-After"]) <= 10


async def test_after_ten_seconds_an_artist_writes_again(tiles: TilesClient, canvas_id: int) -> None:
    for _ in range(5):
        await written(tiles, "ann", canvas_id)
    assert await outcome(await write(tiles, "ann", canvas_id)) == (429, "chat_limit")
    await let_pass(tiles, 10)
    assert (await write(tiles, "ann", canvas_id)).status == 201


async def test_removing_messages_does_not_allow_more_of_them(tiles: TilesClient, canvas_id: int) -> None:
    for _ in range(5):
        message = await written(tiles, "ann", canvas_id)
        await tiles.call("ann", "DELETE", f"/canvases/{canvas_id}/messages/{message['id']}")
    assert await outcome(await write(tiles, "ann", canvas_id)) == (429, "chat_limit")


async def test_a_canvas_takes_a_hundred_messages_in_ten_seconds(tiles: TilesClient, canvas_id: int) -> None:
    await written(tiles, "ann", canvas_id)
    await sql(
        tiles.database_url,
        "INSERT INTO messages (canvas_id, seq, author_id, text, created_at)"
        " SELECT canvas_id, seq + number, author_id, text, created_at FROM messages,"
        f" generate_series(1, {MOST_OF_CANVAS - 1}) AS number;"
        f" UPDATE chats SET seq = {MOST_OF_CANVAS}",
    )
    assert await outcome(await write(tiles, "bob", canvas_id)) == (429, "chat_busy")
    await let_pass(tiles, 10)
    assert (await write(tiles, "bob", canvas_id)).status == 201


@pytest.mark.parametrize(
    ("who", "roles", "expected"),
    [
        (None, (), (401, "not_authenticated")),
        ("stranger", (), (403, "not_canvas_owner")),
        ("ann", (), (403, "not_canvas_owner")),
        ("owner", (), (204, None)),
        ("mod", MODERATOR, (204, None)),
    ],
)
async def test_the_owner_and_moderators_mute_an_artist(
    tiles: TilesClient, canvas_id: int, who: str | None, roles: tuple[str, ...], expected: tuple[int, str]
) -> None:
    await written(tiles, "ann", canvas_id)
    path = f"/canvases/{canvas_id}/mutes/{account_id('ann')}"
    assert await outcome(await tiles.call(who, "PUT", path, json={"reason": "Spam"}, roles=roles)) == expected
    answer = (403, "muted") if expected[0] == 204 else (201, None)
    assert await outcome(await write(tiles, "ann", canvas_id)) == answer


async def test_a_mute_ends_when_it_is_lifted_or_over(tiles: TilesClient, canvas_id: int) -> None:
    await written(tiles, "ann", canvas_id)
    path = f"/canvases/{canvas_id}/mutes/{account_id('ann')}"
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    await tiles.call("owner", "PUT", path, json={"until": until})
    assert await outcome(await write(tiles, "ann", canvas_id)) == (403, "muted")
    await sql(tiles.database_url, "UPDATE mutes SET until = now() - interval '1 second'")
    assert (await write(tiles, "ann", canvas_id)).status == 201
    await tiles.call("owner", "PUT", path, json={})
    assert await outcome(await write(tiles, "ann", canvas_id)) == (403, "muted")
    assert (await tiles.call("owner", "DELETE", path)).status == 204
    assert (await tiles.call("owner", "DELETE", path)).status == 204
    assert (await write(tiles, "ann", canvas_id)).status == 201


async def test_mutes_are_listed_to_those_who_may_mute(tiles: TilesClient, canvas_id: int) -> None:
    await written(tiles, "ann", canvas_id)
    path = f"/canvases/{canvas_id}/mutes"
    await tiles.call("owner", "PUT", f"{path}/{account_id('ann')}", json={"reason": "Spam"})
    listed = (await (await tiles.call("owner", "GET", path)).json())["items"]
    assert [(one["artist"]["username"], one["reason"], one["until"]) for one in listed] == [
        ("ann", "Spam", None)
    ]
    assert await outcome(await tiles.call("ann", "GET", path)) == (403, "not_canvas_owner")


@pytest.mark.parametrize(
    ("who", "whom", "expected"),
    [
        ("owner", "owner", (403, "oneself")),
        ("mod", "owner", (403, "canvas_owner")),
        ("owner", "nobody", (404, "artist_not_found")),
    ],
)
async def test_some_artists_cannot_be_muted(
    tiles: TilesClient, canvas_id: int, who: str, whom: str, expected: tuple[int, str]
) -> None:
    path = f"/canvases/{canvas_id}/mutes/{account_id(whom)}"
    response = await tiles.call(who, "PUT", path, json={}, roles=MODERATOR if who == "mod" else ())
    assert await outcome(response) == expected


async def test_a_mute_that_would_be_over_is_refused(tiles: TilesClient, canvas_id: int) -> None:
    path = f"/canvases/{canvas_id}/mutes/{account_id('ann')}"
    response = await tiles.call("owner", "PUT", path, json={"until": "2020-01-01T00:00:00Z"})
    assert (await response.json())["errors"][0]["loc"] == ["body", "until"]


async def test_a_suspended_artist_does_not_write(tiles: TilesClient, db: Database, canvas_id: int) -> None:
    await written(tiles, "ann", canvas_id)
    suspended = AccountSuspended(
        account_id=account_id("ann"), version=2, actor_id=1, reason="Spam", until=None
    )
    async with db.transaction() as conn:
        await on_account_suspended(conn, suspended)
    assert await outcome(await write(tiles, "ann", canvas_id)) == (403, "account_suspended")


async def test_nobody_writes_where_chat_is_off(tiles: TilesClient, canvas_id: int) -> None:
    await written(tiles, "ann", canvas_id)
    changed = await tiles.call("owner", "PATCH", f"/canvases/{canvas_id}", json={"chat": "off"})
    assert (await changed.json())["chat"] == "off"
    for who in ("ann", "owner"):
        assert await outcome(await write(tiles, who, canvas_id)) == (409, "chat_off")
    assert len((await read(tiles, None, canvas_id))["items"]) == 1
