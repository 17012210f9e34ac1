"""A canvas on which a tile was painted over, and reports of it in the admin panel."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.support.painters import NewPainter, PainterAccount

_SIDE = 16


def plain(colour: int) -> bytes:
    """A tile of one colour."""
    return bytes([colour]) * _SIDE * _SIDE


@dataclass(frozen=True)
class VandalisedCanvas:
    """A free canvas with a tile that its artist made in colour 5 and another artist painted over in 9."""

    canvas: dict[str, Any]
    artist: PainterAccount
    vandal: PainterAccount
    tile_id: int

    @classmethod
    async def make(cls, new_painter: NewPainter) -> VandalisedCanvas:
        """Have Wanda make the canvas, and Vidal paint over its tile: in column 4 of row 3."""
        artist, vandal = await new_painter("wanda"), await new_painter("vidal")
        draft = {
            "name": f"Wall of {artist.username}", "width": 128, "height": 96, "tile_size": _SIDE,
            "palette": "sweetie-16", "collaboration_mode": "free",
        }  # fmt: skip
        status, canvas = await artist.call("POST", "/canvases", json=draft)
        assert status == 201, canvas
        tile_id = await artist.paint(canvas, 3, 2, plain(5))
        body = {"pixels": base64.b64encode(plain(9)).decode()}
        status, answer = await vandal.call("PUT", f"/tiles/{tile_id}", json=body)
        assert status == 200, answer
        return cls(canvas, artist, vandal, tile_id)

    async def pixels(self) -> bytes:
        """What the tile shows now."""
        _, tile = await self.artist.call("GET", f"/tiles/{self.tile_id}")
        return base64.b64decode(tile["pixels"])

    async def report(self, reason: str) -> int:
        """Have the artist report the tile; returns the report's id."""
        draft = {"kind": "tile", "target_id": self.tile_id, "reason": reason}
        status, report = await self.artist.call("POST", "/reports", json=draft)
        assert status == 201, report
        return int(report["id"])


NewWall = Callable[[], Awaitable[VandalisedCanvas]]


async def open_report(page: Page, reason: str) -> Locator:
    """The report of that reason, chosen from the queue."""
    await page.goto("/admin/reports")
    await page.get_by_role("button", name=reason).click()
    desk = page.locator("admin-report")
    await expect(desk.get_by_role("heading", name=reason)).to_be_focused()
    return desk


async def open_new_report(page: Page, wall: VandalisedCanvas, reason: str) -> Locator:
    """A report of the wall's tile, made and chosen from the queue."""
    reason = f"{reason} {wall.tile_id}"
    await wall.report(reason)
    return await open_report(page, reason)
