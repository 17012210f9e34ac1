"""Messages beside a canvas: writing and reading them, over requests and sockets."""

from __future__ import annotations

from typing import Any

from aiohttp import ClientResponse

from tests.support.live import Socket
from tests.support.messaging import sql
from tests.support.tiles import TilesClient
from tests.support.waiting import PATIENCE


async def write(
    tiles: TilesClient, artist: str | None, canvas_id: int, text: Any = "Hello"
) -> ClientResponse:
    """Write a message; return the response, whatever it is."""
    return await tiles.call(artist, "POST", f"/canvases/{canvas_id}/messages", json={"text": text})


async def written(tiles: TilesClient, artist: str, canvas_id: int, text: str = "Hello") -> dict[str, Any]:
    """Write a message that is accepted; return it."""
    response = await write(tiles, artist, canvas_id, text)
    assert response.status == 201, await response.text()
    message: dict[str, Any] = await response.json()
    return message


async def read(tiles: TilesClient, artist: str | None, canvas_id: int, query: str = "") -> dict[str, Any]:
    """Return a page of messages, the newest without a `query`."""
    response = await tiles.call(artist, "GET", f"/canvases/{canvas_id}/messages{query}")
    assert response.status == 200, await response.text()
    page: dict[str, Any] = await response.json()
    return page


async def chat_of(socket: Socket) -> dict[str, Any]:
    """Return the next message about chat; artists may come and go before it."""
    while (message := await socket.receive_json(timeout=PATIENCE))["type"] == "presence":
        continue
    assert message["type"] in ("chat", "chat.removed"), message
    return dict(message)


async def let_pass(tiles: TilesClient, seconds: int) -> None:
    """Let so much time pass for all messages."""
    await sql(
        tiles.database_url, f"UPDATE messages SET created_at = created_at - interval '{seconds} seconds'"
    )
