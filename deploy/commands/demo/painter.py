"""Paint the demo canvas through the public API, as the first admin."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any

import aiohttp

from deploy.commands.demo.picture import HEIGHT, PALETTE, WIDTH, picture

TILE = 32  # pixels per side
LEFT_FREE = frozenset({(3, 0), (4, 0), (4, 1)})
"""Cells for the first visitors to claim."""

CANVAS = {
    "name": "Balloons over the lake",
    "description": "Painted at the first start. Any artist may paint on it, and some cells are still free.",
    "width": WIDTH,
    "height": HEIGHT,
    "tile_size": TILE,
    "palette": PALETTE,
    "collaboration_mode": "free",
    "max_tiles_per_user": (WIDTH // TILE) * (HEIGHT // TILE),
}


def is_wanted(environ: Mapping[str, str]) -> bool:
    """Return whether a new stack gets a demo canvas: unless TESSERA_DEMO is 0."""
    return environ.get("TESSERA_DEMO") != "0"


async def paint_demo(url: str, username: str, password: str) -> str:
    """Paint the picture on a new canvas of that account; return a line about the outcome.

    Only the very first start knows the first admin's password, so the canvas is painted once and stays
    deleted when an admin deletes it. The stack works without it: a failure is part of the line, not raised.
    """
    try:
        async with _client(url) as http:
            session = await _post(http, "auth/login", {"username": username, "password": password})
        async with _client(url, Authorization=f"Bearer {session['access_token']}") as http:
            canvas = await _post(http, "canvases", CANVAS)
            for tile in _tiles():
                await _post(http, "tiles", {"canvas_id": canvas["id"], **tile})
            async with http.post("/api/v1/auth/logout"):
                pass
    except (aiohttp.ClientError, TimeoutError) as error:
        return f"the demo canvas is not painted: {error or 'no answer'}"
    return f"a demo canvas is painted: {url}/canvas/{canvas['id']}"


def _client(url: str, **headers: str) -> aiohttp.ClientSession:
    timeout = aiohttp.ClientTimeout(total=10)
    return aiohttp.ClientSession(url, headers=headers, timeout=timeout, raise_for_status=True)


async def _post(http: aiohttp.ClientSession, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    async with http.post(f"/api/v1/{path}", json=body) as response:
        made: dict[str, Any] = await response.json()
        return made


def _tiles() -> Iterator[dict[str, Any]]:
    whole = picture()
    for y in range(HEIGHT // TILE):
        for x in range(WIDTH // TILE):
            if (x, y) not in LEFT_FREE:
                part = whole.crop((x * TILE, y * TILE, (x + 1) * TILE, (y + 1) * TILE))
                yield {"x": x, "y": y, "pixels": b64encode(part.tobytes()).decode()}
