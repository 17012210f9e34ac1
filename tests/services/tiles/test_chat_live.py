"""Messages over sockets: each is sent to each viewer once and in order, and written by them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.support.chat import chat_of, read, written
from tests.support.live import until_closed, watching
from tests.support.parts import VirtualHost
from tests.support.placing import connected
from tests.support.tiles import StartTiles, TilesClient, account_id
from tests.support.waiting import PATIENCE


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


async def test_a_viewer_who_leaves_and_returns_receives_new_messages(
    tiles: TilesClient, canvas_id: int
) -> None:
    async with watching(tiles, canvas_id):
        await written(tiles, "ann", canvas_id, "First")

    async with watching(tiles, canvas_id) as (socket, _):
        await written(tiles, "ann", canvas_id, "Second")
        assert [one["text"] for one in (await chat_of(socket))["messages"]] == ["Second"]


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
