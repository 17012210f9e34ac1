"""Messages beside a canvas: who writes, reads and removes them, what they say, and how long they stay."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import psycopg2
import pytest

from services.tiles.artists.rules import DELETED_USERNAME
from services.tiles.chat import store
from services.tiles.consumed import on_account_deleted
from shared.db import Database
from shared.messaging.contracts import AccountDeleted
from tests.support.chat import let_pass, read, write, written
from tests.support.tiles import TilesClient, account_id, outcome, painted
from tests.support.users import list_outbox

MODERATOR = ("moderator",)


async def test_a_message_is_read_by_everybody_oldest_first(tiles: TilesClient, canvas_id: int) -> None:
    first = await written(tiles, "ann", canvas_id, "  Who paints the sky?  ")
    second = await written(tiles, "bob", canvas_id, "I do")
    assert (first["text"], first["author"]["username"]) == ("Who paints the sky?", "ann")
    assert await read(tiles, None, canvas_id) == {"items": [first, second], "has_older": False}


async def test_pages_of_older_messages_have_no_gap(tiles: TilesClient, canvas_id: int) -> None:
    ids = [(await written(tiles, "ann", canvas_id, f"{n}"))["id"] for n in range(5)]
    newest = await read(tiles, None, canvas_id, "?limit=2")
    assert ([one["id"] for one in newest["items"]], newest["has_older"]) == (ids[3:], True)
    older = await read(tiles, None, canvas_id, f"?limit=3&before={ids[3]}")
    assert ([one["id"] for one in older["items"]], older["has_older"]) == (ids[:3], False)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "string_too_short"),
        ("   ", "string_too_short"),
        ("x" * 501, "string_too_long"),
        ("two\nlines", "one_line"),
        ("\u202ereversed", "one_line"),
        ("\u200b\u3164", "blank"),
        ("Z" + "\u0335\u0321\u0300" * 5, "stacked_marks"),
        (7, "string_type"),
        (None, "string_type"),
    ],
)
async def test_text_that_breaks_a_rule_is_refused(
    tiles: TilesClient, canvas_id: int, text: Any, code: str
) -> None:
    response = await write(tiles, "ann", canvas_id, text)
    assert response.status == 422
    assert [(fault["loc"], fault["code"]) for fault in (await response.json())["errors"]] == [
        (["body", "text"], code)
    ]
    assert (await read(tiles, None, canvas_id))["items"] == []


@pytest.mark.parametrize("text", ["שלום לכולם", "مرحبا", "👩‍👩‍👧 ❤️", "việt", "<b>&", "x" * 500])
async def test_text_in_any_script_is_kept_as_it_is(tiles: TilesClient, canvas_id: int, text: str) -> None:
    assert (await written(tiles, "ann", canvas_id, text))["text"] == text


async def test_guests_read_and_do_not_write(tiles: TilesClient, canvas_id: int) -> None:
    assert await outcome(await write(tiles, None, canvas_id)) == (401, "not_authenticated")


@pytest.mark.parametrize(
    ("who", "roles", "status"),
    [(None, (), 404), ("stranger", (), 404), ("owner", (), 200), ("mod", MODERATOR, 200)],
)
async def test_the_chat_of_a_private_canvas_is_as_private(
    tiles: TilesClient, who: str | None, roles: tuple[str, ...], status: int
) -> None:
    canvas = await tiles.canvas("owner", is_public=False)
    path = f"/canvases/{canvas['id']}/messages"
    assert (await tiles.call(who, "GET", path, roles=roles)).status == status
    if who is not None:
        response = await tiles.call(who, "POST", path, json={"text": "Hi"}, roles=roles)
        assert response.status == (201 if status == 200 else 404)


@pytest.mark.parametrize(
    ("who", "roles", "expected"),
    [
        (None, (), (401, "not_authenticated")),
        ("stranger", (), (403, "not_message_author")),
        ("ann", (), (204, None)),
        ("owner", (), (204, None)),
        ("mod", MODERATOR, (204, None)),
        ("boss", ("admin",), (204, None)),
    ],
)
async def test_a_message_is_removed_by_its_author_the_owner_and_moderators(
    tiles: TilesClient, canvas_id: int, who: str | None, roles: tuple[str, ...], expected: tuple[int, str]
) -> None:
    message = await written(tiles, "ann", canvas_id)
    path = f"/canvases/{canvas_id}/messages/{message['id']}"
    assert await outcome(await tiles.call(who, "DELETE", path, roles=roles)) == expected
    assert len((await read(tiles, None, canvas_id))["items"]) == (0 if expected[0] == 204 else 1)


async def test_a_removed_message_is_unknown_from_then_on(tiles: TilesClient, canvas_id: int) -> None:
    message = await written(tiles, "ann", canvas_id)
    path = f"/canvases/{canvas_id}/messages/{message['id']}"
    await tiles.call("ann", "DELETE", path)
    assert await outcome(await tiles.call("ann", "DELETE", path)) == (404, "message_not_found")


async def test_a_message_is_not_removed_through_another_canvas(tiles: TilesClient, canvas_id: int) -> None:
    message = await written(tiles, "ann", canvas_id)
    other = await tiles.canvas("eve")
    path = f"/canvases/{other['id']}/messages/{message['id']}"
    assert await outcome(await tiles.call("eve", "DELETE", path)) == (404, "message_not_found")


async def test_a_mention_names_artists_in_any_case_once(tiles: TilesClient, canvas_id: int) -> None:
    await written(tiles, "bob", canvas_id)
    message = await written(tiles, "ann", canvas_id, "@BOB, @bob and @nobody: see ann@example.org and @ann")
    assert [artist["username"] for artist in message["mentions"]] == ["bob"]


async def test_strangers_are_not_mentioned_on_a_private_canvas(tiles: TilesClient) -> None:
    await tiles.canvas("bob")
    canvas = await tiles.canvas("owner", is_public=False)
    await tiles.call("mod", "GET", f"/canvases/{canvas['id']}", roles=MODERATOR)
    path = f"/canvases/{canvas['id']}/messages"
    said = await tiles.call("mod", "POST", path, json={"text": "@bob @owner"}, roles=MODERATOR)
    assert [artist["username"] for artist in (await said.json())["mentions"]] == ["owner"]


async def test_a_deleted_artist_is_nameless_and_not_mentioned(
    tiles: TilesClient, db: Database, canvas_id: int
) -> None:
    await written(tiles, "bob", canvas_id, "Here I am")
    await written(tiles, "ann", canvas_id, "Hello @bob")
    async with db.transaction() as conn:
        await on_account_deleted(conn, AccountDeleted(account_id=account_id("bob"), version=9))
    await written(tiles, "ann", canvas_id, "@bob @deleted")
    first, second, third = (await read(tiles, None, canvas_id))["items"]
    assert first["author"]["username"] == DELETED_USERNAME
    assert [artist["username"] for artist in second["mentions"]] == [DELETED_USERNAME]
    assert third["mentions"] == []


async def test_a_message_changes_no_number_of_the_canvas(tiles: TilesClient, canvas_id: int) -> None:
    before = (await tiles.call(None, "GET", f"/canvases/{canvas_id}")).headers["ETag"]
    await written(tiles, "ann", canvas_id)
    assert (await tiles.call(None, "GET", f"/canvases/{canvas_id}")).headers["ETag"] == before


async def test_a_stroke_does_not_wait_for_a_message(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner", collaboration_mode="free")
    tile = await tiles.tile("ann", canvas["id"])
    await written(tiles, "ann", canvas["id"])
    with closing(psycopg2.connect(tiles.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM chats FOR UPDATE")
        response = await tiles.call("ann", "PUT", f"/tiles/{tile['id']}", json={"pixels": painted(3)})
    assert response.status == 200


async def test_services_are_told_of_what_is_removed_and_who_is_muted_by_others(
    tiles: TilesClient, db: Database, canvas_id: int
) -> None:
    first, second = await written(tiles, "ann", canvas_id), await written(tiles, "ann", canvas_id)
    path = f"/canvases/{canvas_id}/messages"
    await tiles.call("ann", "DELETE", f"{path}/{first['id']}")
    await tiles.call("owner", "DELETE", f"{path}/{second['id']}")
    await tiles.call("owner", "PUT", f"/canvases/{canvas_id}/mutes/{account_id('ann')}", json={})
    told = [(one["type"], one["data"].get("message_id")) for one in await list_outbox(db)]
    assert told[-2:] == [("message.removed", second["id"]), ("artist.muted", None)]
    assert ("message.removed", first["id"]) not in told


async def test_messages_are_deleted_after_their_time(
    tiles: TilesClient, db: Database, canvas_id: int
) -> None:
    await written(tiles, "ann", canvas_id, "Old")
    await let_pass(tiles, 100)
    await written(tiles, "ann", canvas_id, "New")
    async with db.connection() as conn:
        await store.prune(conn, older_than_seconds=50)
    assert [one["text"] for one in (await read(tiles, None, canvas_id))["items"]] == ["New"]
