"""Paint the demo canvases through the public API, as an artist of their own."""

from __future__ import annotations

import io
import secrets
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any

import aiohttp
from PIL import ImageColor

from deploy.commands.demo.picture import HEIGHT, PALETTE, WIDTH, picture

TILE = 32  # pixels per side
ARTIST = {"username": "tessera", "display_name": "Tessera", "email": "tessera@demo.test"}
"""No one needs to log in as this artist or to receive their mail: `test` is a domain for that (RFC 2606)."""

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

EVENT_SIDE = 64
EVENT_PART = (28, 8, 28 + EVENT_SIDE, 8 + EVENT_SIDE)
"""The largest balloon."""

EVENT = {
    "name": "Paint the balloon together",
    "description": "An event: single pixels, by a template that is half painted.",
    "width": EVENT_SIDE,
    "height": EVENT_SIDE,
    "tile_size": TILE,
    "palette": PALETTE,
    "collaboration_mode": "place",
    "cooldown_seconds": 0,
}
EVENT_PACE = {"cooldown_seconds": 5, "max_charges": 20}
"""Once the demo is painted."""

AT_ONCE = 1000
"""Pixels per placement, the most that one may have."""


def is_wanted(environ: Mapping[str, str]) -> bool:
    """Return whether a new stack gets demo canvases: unless TESSERA_DEMO is 0."""
    return environ.get("TESSERA_DEMO") != "0"


async def paint_demo(url: str) -> str:
    """Register the artist and paint the picture and the event; return a line about the outcome.

    The artist can register once only, so the canvases stay deleted when an admin deletes them. The stack
    works without them: a failure is part of the line, not raised.
    """
    try:
        async with _client(url) as http:
            session = await _post(http, "auth/register", {**ARTIST, "password": secrets.token_urlsafe(18)})
        async with _client(url, Authorization=f"Bearer {session['access_token']}") as http:
            canvas = await _post(http, "canvases", CANVAS)
            for tile in _tiles():
                await _post(http, "tiles", {"canvas_id": canvas["id"], **tile})
            event = await _begin_event(http)
            async with http.post("/api/v1/auth/logout"):
                pass
    except (aiohttp.ClientError, TimeoutError) as error:
        return f"the demo canvases are not painted: {error or 'no answer'}"
    return f"demo canvases are painted: {url}/canvas/{canvas['id']} and an event, {url}{event}"


async def _begin_event(http: aiohttp.ClientSession) -> str:
    """Make a canvas in `place` mode with a template, paint the lower half of it; return its address."""
    canvas = await _post(http, "canvases", EVENT)
    part = picture().crop(EVENT_PART)
    part.putpalette(
        [0, 0, 0, *(value for colour in canvas["palette"] for value in ImageColor.getrgb(colour))]
    )
    file = io.BytesIO()
    part.save(file, "PNG")
    draft = {"name": "The balloon", "x": 0, "y": 0, "is_public": True}
    image = b64encode(file.getvalue()).decode()
    template = await _post(http, f"canvases/{canvas['id']}/templates", {**draft, "image": image})
    indices = part.tobytes()
    pixels = [
        (at % EVENT_SIDE, at // EVENT_SIDE, indices[at]) for at in range(len(indices) // 2, len(indices))
    ]
    for start in range(0, len(pixels), AT_ONCE):
        await _post(http, f"canvases/{canvas['id']}/pixels", {"pixels": pixels[start : start + AT_ONCE]})
    async with http.patch(f"/api/v1/canvases/{canvas['id']}", json=EVENT_PACE):
        return f"/canvas/{canvas['id']}#t={template['slug']}"


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
