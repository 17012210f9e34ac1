"""Accounts and canvases for the benchmarks, created through the public API."""

from __future__ import annotations

import asyncio
import base64
import secrets
from dataclasses import dataclass
from typing import Any

import aiohttp


@dataclass(frozen=True)
class BenchArtist:
    """An account with its access token."""

    http: aiohttp.ClientSession
    token: str

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call the API and return the JSON of the response; raises RuntimeError for an error status."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.http.request(method, f"/api/v1{path}", json=body, headers=headers) as response:
            if response.status >= 400:
                raise RuntimeError(f"{method} {path}: {response.status} {await response.text()}")
            return await response.json()

    async def get_ticket(self) -> str:
        """Get a ticket for a WebSocket."""
        return str((await self.call("POST", "/auth/ws-ticket"))["ticket"])


async def create_artists(http: aiohttp.ClientSession, count: int) -> list[BenchArtist]:
    """Register `count` accounts."""
    slots = asyncio.Semaphore(4)

    async def register() -> BenchArtist:
        name = f"bench_{secrets.token_hex(6)}"
        body = {"username": name, "email": f"{name}@example.org", "password": secrets.token_urlsafe(12)}
        async with slots, http.post("/api/v1/auth/register", json=body) as response:
            response.raise_for_status()
            return BenchArtist(http, (await response.json())["access_token"])

    return await asyncio.gather(*(register() for _ in range(count)))


async def create_canvas(owner: BenchArtist, tiles: int, size: int = 32) -> tuple[int, list[int]]:
    """Create a canvas in mode `free` with this many tiles; returns its id and those of its tiles."""
    draft = {
        "name": "A bench", "width": size * 32, "height": size * 32, "tile_size": size, "palette": "pico-8",
        "collaboration_mode": "free", "max_tiles_per_user": 1024,
    }  # fmt: skip
    canvas_id = int((await owner.call("POST", "/canvases", draft))["id"])
    blank = base64.b64encode(bytes(size * size)).decode()
    made = [
        await owner.call(
            "POST", "/tiles", {"canvas_id": canvas_id, "x": n % 32, "y": n // 32, "pixels": blank}
        )
        for n in range(tiles)
    ]
    return canvas_id, [int(tile["id"]) for tile in made]
