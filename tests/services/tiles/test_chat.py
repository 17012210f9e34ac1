"""Chat beside a canvas: who may write, read and remove, exact limits, each message once to each viewer."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2
import pytest
from aiohttp import ClientResponse

from services.tiles.artists.rules import DELETED_USERNAME
from services.tiles.chat import store
from services.tiles.chat.rules import MOST_OF_CANVAS
from services.tiles.consumed import on_account_deleted, on_account_suspended
from shared.db import Database
from shared.messaging.contracts import AccountDeleted, AccountSuspended
from tests.support.live import Socket, until_closed, watching
from tests.support.messaging import sql
from tests.support.parts import VirtualHost
from tests.support.placing import connected
from tests.support.tiles import StartTiles, TilesClient, account_id, painted
from tests.support.users import list_outbox
from tests.support.waiting import PATIENCE

MODERATOR = ("moderator",)


async def write(
    tiles: TilesClient, artist: str | None, canvas_id: int, text: Any = "Hello"
) -> ClientResponse:
    return await tiles.call(artist, "POST", f"/canvases/{canvas_id}/messages", json={"text": text})


async def written(tiles: TilesClient, artist: str, canvas_id: int, text: str = "Hello") -> dict[str, Any]:
    response = await write(tiles, artist, canvas_id, text)
    assert response.status == 201, await response.text()
    message: dict[str, Any] = await response.json()
    return message


async def read(tiles: TilesClient, artist: str | None, canvas_id: int, query: str = "") -> dict[str, Any]:
    response = await tiles.call(artist, "GET", f"/canvases/{canvas_id}/messages{query}")
    assert response.status == 200, await response.text()
    page: dict[str, Any] = await response.json()
    return page


async def outcome(response: ClientResponse) -> tuple[int, str | None]:
    return response.status, (await response.json()).get("code") if response.status >= 400 else None


async def chat_of(socket: Socket) -> dict[str, Any]:
    """Return the next message about chat; artists may come and go before it."""
    while (message := await socket.receive_json(timeout=PATIENCE))["type"] == "presence":
        continue
    assert message["type"] in ("chat", "chat.removed"), message
    return dict(message)


def let_pass(tiles: TilesClient, seconds: float) -> None:
    with (
        closing(psycopg2.connect(tiles.database_url)) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE messages SET created_at = created_at - %s * interval '1 second'", (seconds,))


@pytest.fixture
async def canvas_id(tiles: TilesClient) -> int:
    return int((await tiles.canvas("owner"))["id"])


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
    let_pass(tiles, 10)
    assert (await write(tiles, "ann", canvas_id)).status == 201


async def test_removing_messages_does_not_allow_more_of_them(tiles: TilesClient, canvas_id: int) -> None:
    for _ in range(5):
        message = await written(tiles, "ann", canvas_id)
        await tiles.call("ann", "DELETE", f"/canvases/{canvas_id}/messages/{message['id']}")
    assert await outcome(await write(tiles, "ann", canvas_id)) == (429, "chat_limit")


async def test_a_canvas_takes_a_hundred_messages_in_ten_seconds(tiles: TilesClient, canvas_id: int) -> None:
    await written(tiles, "ann", canvas_id)
    with (
        closing(psycopg2.connect(tiles.database_url)) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO messages (canvas_id, seq, author_id, text, created_at)"
            " SELECT canvas_id, seq + number, author_id, text, created_at FROM messages,"
            " generate_series(1, %s) AS number",
            (MOST_OF_CANVAS - 1,),
        )
        cursor.execute("UPDATE chats SET seq = %s", (MOST_OF_CANVAS,))
    assert await outcome(await write(tiles, "bob", canvas_id)) == (429, "chat_busy")
    let_pass(tiles, 10)
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
    with (
        closing(psycopg2.connect(tiles.database_url)) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE mutes SET until = now() - interval '1 second'")
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


async def test_a_suspended_artist_does_not_write(tiles: TilesClient, canvas_id: int) -> None:
    await written(tiles, "ann", canvas_id)
    database = Database(tiles.database_url, application="consumer of a test")
    suspended = AccountSuspended(
        account_id=account_id("ann"), version=2, actor_id=1, reason="Spam", until=None
    )
    async with database.transaction() as conn:
        await on_account_suspended(conn, suspended)
    await database.close()
    assert await outcome(await write(tiles, "ann", canvas_id)) == (403, "account_suspended")


async def test_nobody_writes_where_chat_is_off(tiles: TilesClient, canvas_id: int) -> None:
    await written(tiles, "ann", canvas_id)
    changed = await tiles.call("owner", "PATCH", f"/canvases/{canvas_id}", json={"chat": "off"})
    assert (await changed.json())["chat"] == "off"
    for who in ("ann", "owner"):
        assert await outcome(await write(tiles, who, canvas_id)) == (409, "chat_off")
    assert len((await read(tiles, None, canvas_id))["items"]) == 1


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


async def test_a_deleted_artist_is_nameless_and_not_mentioned(tiles: TilesClient, canvas_id: int) -> None:
    await written(tiles, "bob", canvas_id, "Here I am")
    await written(tiles, "ann", canvas_id, "Hello @bob")
    database = Database(tiles.database_url, application="consumer of a test")
    async with database.transaction() as conn:
        await on_account_deleted(conn, AccountDeleted(account_id=account_id("bob"), version=9))
    await database.close()
    await written(tiles, "ann", canvas_id, "@bob @deleted")
    first, second, third = (await read(tiles, None, canvas_id))["items"]
    assert first["author"]["username"] == DELETED_USERNAME
    assert [artist["username"] for artist in second["mentions"]] == [DELETED_USERNAME]
    assert third["mentions"] == []


@pytest.mark.parametrize("subprotocol", ["tessera.v1.json", "tessera.v2.binary"])
async def test_viewers_of_all_processes_receive_messages_in_order_once(
    start_tiles: StartTiles, database_url: str, broker: VirtualHost, subprotocol: str
) -> None:
    here, there = await start_tiles(database_url, broker.url), await start_tiles(database_url, broker.url)
    canvas_id = (await here.canvas("owner"))["id"]
    async with (
        watching(here, canvas_id, subprotocol=subprotocol) as (near, _),
        watching(there, canvas_id, subprotocol=subprotocol) as (far, _),
    ):
        for n in range(4):
            await written((here, there)[n % 2], "ann", canvas_id, f"{n}")
        for socket in (near, far):
            texts: list[str] = []
            while len(texts) < 4:
                message = await chat_of(socket)
                texts += [one["text"] for one in message["messages"]]
            assert texts == ["0", "1", "2", "3"]


async def test_messages_arrive_without_a_broker(start_tiles: StartTiles, database_url: str) -> None:
    here, there = await start_tiles(database_url), await start_tiles(database_url)
    canvas_id = (await here.canvas("owner"))["id"]
    async with watching(there, canvas_id) as (socket, _):
        message = await written(here, "ann", canvas_id)
        assert await chat_of(socket) == {"type": "chat", "messages": [message]}


async def test_viewers_are_told_of_removals(tiles: TilesClient, canvas_id: int) -> None:
    async with watching(tiles, canvas_id) as (socket, _):
        message = await written(tiles, "ann", canvas_id)
        assert (await chat_of(socket))["type"] == "chat"
        await tiles.call("ann", "DELETE", f"/canvases/{canvas_id}/messages/{message['id']}")
        assert await chat_of(socket) == {"type": "chat.removed", "ids": [message["id"]]}


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


async def test_a_viewer_who_no_longer_sees_the_canvas_receives_no_message(
    start_tiles: StartTiles, database_url: str
) -> None:
    here, there = await start_tiles(database_url), await start_tiles(database_url)
    canvas_id = (await here.canvas("owner"))["id"]
    async with watching(there, canvas_id) as (socket, _):
        await socket.send_json({"type": "ping"})
        assert await socket.receive_json(timeout=PATIENCE) == {"type": "pong"}
        await here.call("owner", "PATCH", f"/canvases/{canvas_id}", json={"is_public": False})
        await written(here, "owner", canvas_id, "Between us")
        received, code = await until_closed(socket)
    assert code == 4404
    assert not any("Between us" in message.data for message in received)


@pytest.mark.parametrize("subprotocol", ["tessera.v1.json", "tessera.v2.binary"])
async def test_a_message_written_over_a_socket_is_acknowledged_once_it_is_durable(
    tiles: TilesClient, canvas_id: int, subprotocol: str
) -> None:
    async with connected(tiles, canvas_id, "ann", subprotocol) as socket:
        await socket.send_json({"type": "say", "ref": "a", "text": "Hello"})
        while (answer := await socket.receive_json(timeout=PATIENCE))["type"] != "ack":
            continue
    [message] = (await read(tiles, None, canvas_id))["items"]
    assert answer == {"type": "ack", "ref": "a", "id": message["id"]}


@pytest.mark.parametrize(
    ("who", "message", "code"),
    [
        (None, {"text": "Hello"}, "not_authenticated"),
        ("ann", {"text": ""}, "invalid"),
        ("ann", {"text": "Hello", "extra": 1}, "invalid"),
        ("ann", {}, "invalid"),
    ],
)
async def test_a_message_over_a_socket_that_breaks_a_rule_gets_a_nack(
    tiles: TilesClient, canvas_id: int, who: str | None, message: dict[str, Any], code: str
) -> None:
    async with connected(tiles, canvas_id, who) as socket:
        await socket.send_json({"type": "say", "ref": 7, **message})
        while (answer := await socket.receive_json(timeout=PATIENCE))["type"] == "presence":
            continue
    assert (answer["type"], answer["ref"], answer["code"]) == ("nack", 7, code)
    assert (await read(tiles, None, canvas_id))["items"] == []


async def test_a_flood_over_a_socket_is_refused_message_by_message(
    tiles: TilesClient, canvas_id: int
) -> None:
    async with connected(tiles, canvas_id, "ann") as socket:
        for ref in range(50):
            await socket.send_json({"type": "say", "ref": ref, "text": "Hello"})
        answers: list[dict[str, Any]] = []
        while len(answers) < 50:
            message = await socket.receive_json(timeout=PATIENCE)
            answers += [message] if message["type"] in ("ack", "nack") else []
    assert Counter(answer["type"] for answer in answers) == {"ack": 5, "nack": 45}
    assert {answer["code"] for answer in answers if answer["type"] == "nack"} == {"chat_limit"}


async def test_writing_takes_the_scope_chat(tiles: TilesClient, canvas_id: int) -> None:
    ticket = tiles.keys.ticket(account_id("ann"), "ann", scope="paint read")
    path = f"/api/v1/ws/canvas/{canvas_id}"
    async with tiles.client.ws_connect(path, params={"ticket": ticket}) as socket:
        await socket.send_json({"type": "say", "ref": 1, "text": "Hello"})
        while (answer := await socket.receive_json(timeout=PATIENCE))["type"] != "nack":
            continue
    assert answer["code"] == "insufficient_scope"
    token = tiles.keys.token(account_id("ann"), "ann", (), scope="chat read")
    response = await tiles.client.post(
        f"/api/v1/canvases/{canvas_id}/messages",
        json={"text": "Hello"},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert response.status == 201


async def test_messages_are_deleted_after_their_time(tiles: TilesClient, canvas_id: int) -> None:
    await written(tiles, "ann", canvas_id, "Old")
    let_pass(tiles, 100)
    await written(tiles, "ann", canvas_id, "New")
    database = Database(tiles.database_url, application="worker of a test")
    async with database.connection() as conn:
        await store.prune(conn, older_than_seconds=50)
    await database.close()
    assert [one["text"] for one in (await read(tiles, None, canvas_id))["items"]] == ["New"]


async def test_a_viewer_who_leaves_and_returns_receives_new_messages(
    tiles: TilesClient, canvas_id: int
) -> None:
    async with watching(tiles, canvas_id):
        await written(tiles, "ann", canvas_id, "First")

    async with watching(tiles, canvas_id) as (socket, _):
        await written(tiles, "ann", canvas_id, "Second")
        assert [one["text"] for one in (await chat_of(socket))["messages"]] == ["Second"]


async def test_services_are_told_of_what_is_removed_and_who_is_muted_by_others(
    tiles: TilesClient, canvas_id: int
) -> None:
    first, second = await written(tiles, "ann", canvas_id), await written(tiles, "ann", canvas_id)
    path = f"/canvases/{canvas_id}/messages"
    await tiles.call("ann", "DELETE", f"{path}/{first['id']}")
    await tiles.call("owner", "DELETE", f"{path}/{second['id']}")
    await tiles.call("owner", "PUT", f"/canvases/{canvas_id}/mutes/{account_id('ann')}", json={})
    database = Database(tiles.database_url, application="relay of a test")
    told = [(one["type"], one["data"].get("message_id")) for one in await list_outbox(database)]
    await database.close()
    assert told[-2:] == [("message.removed", second["id"]), ("artist.muted", None)]
    assert ("message.removed", first["id"]) not in told


async def reported(
    tiles: TilesClient, by: str | None, canvas_id: int, message_id: int, **body: Any
) -> tuple[int, str | None]:
    path = f"/canvases/{canvas_id}/messages/{message_id}/report"
    response = await tiles.call(by, "POST", path, json=body or {"reason": "spam"})
    return response.status, (await response.json())["code"] if response.status >= 400 else None


async def list_reports(tiles: TilesClient) -> list[dict[str, Any]]:
    database = Database(tiles.database_url, application="relay of a test")
    sent = [one["data"] for one in await list_outbox(database) if one["type"] == "message.reported"]
    await database.close()
    return sent


async def write_many(tiles: TilesClient, canvas_id: int, count: int) -> list[int]:
    """Store messages of ann as if they had been written over a minute, and return their ids."""
    first = await written(tiles, "ann", canvas_id, "0")
    await sql(
        tiles.database_url,
        "WITH chat AS (UPDATE chats SET seq = seq + 1000 RETURNING seq)"
        " INSERT INTO messages (canvas_id, seq, author_id, text, created_at)"
        f" SELECT {canvas_id}, chat.seq - 1000 + number, {account_id('ann')}, number, now()"
        f" FROM chat, generate_series(1, {count - 1}) AS number",
    )
    listed = (await read(tiles, None, canvas_id))["items"]
    assert listed[0]["id"] == first["id"]
    return [int(one["id"]) for one in listed]


async def test_moderators_get_a_reported_message_with_what_was_written_around_it(
    tiles: TilesClient, canvas_id: int
) -> None:
    ids = await write_many(tiles, canvas_id, 30)
    assert await reported(tiles, "bob", canvas_id, ids[14], reason="spam", detail="Look") == (202, None)
    [report] = await list_reports(tiles)
    assert [quoted["text"] for quoted in report["messages"]] == [str(number) for number in range(4, 25)]
    assert (report["message_id"], report["author_id"]) == (ids[14], account_id("ann"))
    assert (report["actor_username"], report["reason"], report["detail"]) == ("bob", "spam", "Look")


async def test_a_message_that_is_reported_again_is_reported_once(tiles: TilesClient, canvas_id: int) -> None:
    message = await written(tiles, "ann", canvas_id)
    outcomes = await asyncio.gather(*(reported(tiles, "bob", canvas_id, message["id"]) for _ in range(8)))
    assert outcomes == [(202, None)] * 8
    assert len(await list_reports(tiles)) == 1


@pytest.mark.parametrize(
    ("by", "refusal"), [(None, (401, "not_authenticated")), ("ann", (403, "oneself")), ("bob", (202, None))]
)
async def test_who_reports_a_message(
    tiles: TilesClient, canvas_id: int, by: str | None, refusal: tuple[int, str | None]
) -> None:
    message = await written(tiles, "ann", canvas_id)
    assert await reported(tiles, by, canvas_id, message["id"]) == refusal


async def test_only_those_who_see_a_message_report_it(tiles: TilesClient) -> None:
    canvas_id = int((await tiles.canvas("owner", is_public=False))["id"])
    message = await written(tiles, "owner", canvas_id)
    assert await reported(tiles, "bob", canvas_id, message["id"]) == (404, "canvas_not_found")
    removed = await tiles.call("owner", "DELETE", f"/canvases/{canvas_id}/messages/{message['id']}")
    assert removed.status == 204
    path = f"/canvases/{canvas_id}/messages/{message['id']}/report"
    response = await tiles.call("mod", "POST", path, json={"reason": "spam"}, roles=("moderator",))
    assert (await response.json())["code"] == "message_not_found"


async def test_an_artist_reports_a_bounded_number_of_messages(
    tiles: TilesClient, canvas_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_REPORTS", 3)
    ids = await write_many(tiles, canvas_id, 9)
    outcomes = await asyncio.gather(*(reported(tiles, "bob", canvas_id, one) for one in ids[:8]))
    assert sorted(outcomes, key=str) == [(202, None)] * 3 + [(429, "report_limit")] * 5
    assert len(await list_reports(tiles)) == 3


@pytest.mark.parametrize("body", [{"reason": ""}, {"reason": "x" * 101}, {"detail": "x"}, {"reason": 1}])
async def test_an_invalid_report_of_a_message_is_refused(
    tiles: TilesClient, canvas_id: int, body: dict[str, Any]
) -> None:
    message = await written(tiles, "ann", canvas_id)
    assert (await reported(tiles, "bob", canvas_id, message["id"], **body))[0] == 422
    assert await list_reports(tiles) == []
