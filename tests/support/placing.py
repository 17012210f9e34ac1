"""Artists who place pixels, and clocks that a test moves on."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Any

import psycopg2
from aiohttp import ClientResponse, ClientWebSocketResponse
from PIL import Image, ImageColor

from services.tiles.canvases.rules import PALETTES
from tests.support.tiles import TilesClient, account_id
from tests.support.waiting import PATIENCE

_PALETTE = [ImageColor.getrgb(colour) for colour in PALETTES["pico-8"]]


async def place_canvas(tiles: TilesClient, **fields: Any) -> int:
    """A canvas in place mode; returns its id."""
    return int((await tiles.canvas("owner", collaboration_mode="place", **fields))["id"])


async def place(
    tiles: TilesClient, artist: str | None, canvas_id: int, *pixels: tuple[int, int, int], **fields: Any
) -> ClientResponse:
    """Place pixels, each x, y and colour."""
    body = {"pixels": [list(pixel) for pixel in pixels], **fields}
    return await tiles.call(artist, "POST", f"/canvases/{canvas_id}/pixels", json=body)


async def charges_of(tiles: TilesClient, artist: str, canvas_id: int) -> dict[str, Any]:
    """Return what an artist may place."""
    response = await tiles.call(artist, "GET", f"/canvases/{canvas_id}/charges")
    shown: dict[str, Any] = await response.json()
    return shown


async def colour_at(tiles: TilesClient, canvas_id: int, x: int, y: int) -> int:
    """Return the palette index that a canvas's picture shows, 0 where it is transparent."""
    response = await tiles.call(None, "GET", f"/canvases/{canvas_id}.png")
    with Image.open(io.BytesIO(await response.read())) as picture:
        *rgb, alpha = picture.convert("RGBA").getpixel((x, y))  # type: ignore[misc]
    return 0 if alpha == 0 else 1 + _PALETTE.index(tuple(rgb))


@asynccontextmanager
async def connected(
    tiles: TilesClient, canvas_id: int, artist: str | None, subprotocol: str = "tessera.v1.json"
) -> AsyncIterator[ClientWebSocketResponse]:
    """Open a socket of an artist (None: of a guest) that has received `hello`."""
    params = {} if artist is None else {"ticket": tiles.keys.ticket(account_id(artist), artist)}
    async with tiles.client.ws_connect(
        f"/api/v1/ws/canvas/{canvas_id}", params=params, protocols=(subprotocol,)
    ) as socket:
        assert (await socket.receive_json(timeout=PATIENCE))["type"] == "hello"
        yield socket


def let_pass(database_url: str, seconds: float) -> None:
    """Let so much time pass for charges and placements."""
    with closing(psycopg2.connect(database_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("UPDATE charges SET full_at = full_at - %s * interval '1 second'", (seconds,))
        cursor.execute("UPDATE placements SET placed_at = placed_at - %s * interval '1 second'", (seconds,))
