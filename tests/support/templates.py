"""Templates: pictures as people upload them, and uploading them."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

from aiohttp import ClientResponse
from PIL import Image

from tests.support.tiles import TilesClient

RED, BLACK = (255, 0, 77, 255), (0, 0, 0, 255)
"""Colours 9 and 1 of the palette pico-8."""

CLEAR = (0, 0, 0, 0)


def drawn(*rows: list[tuple[int, int, int, int]]) -> Image.Image:
    """Return a picture of these pixels, each red, green, blue and alpha."""
    picture = Image.new("RGBA", (len(rows[0]), len(rows)))
    picture.putdata([pixel for row in rows for pixel in row])
    return picture


def encoded(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Return a picture as a file."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


async def upload(
    tiles: TilesClient, artist: str | None, canvas_id: int, file: bytes | str, **fields: Any
) -> ClientResponse:
    """Upload a file as a template."""
    image = file if isinstance(file, str) else base64.b64encode(file).decode()
    draft = {"name": "A rose", "x": 0, "y": 0, "image": image, **fields}
    body = io.BytesIO(json.dumps(draft).encode())  # aiohttp warns of large bodies that are bytes
    headers = {"Content-Type": "application/json"}
    return await tiles.call(artist, "POST", f"/canvases/{canvas_id}/templates", data=body, headers=headers)


async def template(
    tiles: TilesClient, artist: str, canvas_id: int, file: bytes, **fields: Any
) -> dict[str, Any]:
    """Upload a template that is accepted."""
    response = await upload(tiles, artist, canvas_id, file, **fields)
    assert response.status == 201, await response.text()
    shown: dict[str, Any] = await response.json()
    return shown
