"""The editor of one tile as artists use it: painted in the browser, and read back from the API."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.support.painters import PainterAccount
from tests.support.stage import Stage, drawing, spot
from tests.support.touch import Fingers
from tests.support.waiting import poll_until

SIZE = 16
PALETTE = ["#000000", "#ffffff", "#ff004d", "#00e436"]
BLACK, WHITE, RED, GREEN = 1, 2, 3, 4

Pixels = Callable[[int, int], int]
PixelMap = dict[tuple[int, int], int]


async def new_canvas(
    painter: PainterAccount, mode: str = "tile-lock", palette: Sequence[str] = PALETTE
) -> dict[str, Any]:
    draft = {
        "name": f"Harbour {secrets.token_hex(4)}",
        "width": 64,
        "height": 64,
        "tile_size": SIZE,
        "palette": list(palette),
        "collaboration_mode": mode,
    }
    status, canvas = await painter.call("POST", "/canvases", json=draft)
    assert status == 201, canvas
    return dict(canvas)


async def new_tile(
    painter: PainterAccount, canvas: dict[str, Any], pixels: Pixels = lambda _x, _y: WHITE
) -> Any:
    body = {"canvas_id": canvas["id"], "x": 1, "y": 1, "pixels": encoded(pixels)}
    status, tile = await painter.call("POST", "/tiles", json=body)
    assert status == 201, tile
    return tile


def encoded(pixels: Pixels) -> str:
    return base64.b64encode(bytes(pixels(i % SIZE, i // SIZE) for i in range(SIZE * SIZE))).decode()


async def open_editor(page: Page, canvas: dict[str, Any]) -> None:
    """Go to the canvas, choose the cell in column 2, row 2 and paint."""
    await edit_cell(await Stage.open(page, canvas))


async def edit_cell(stage: Stage) -> None:
    """Choose the cell in column 2, row 2 of the canvas that is shown, and paint."""
    page = stage.page
    await page.mouse.click(*await stage.point(SIZE * 1.5, SIZE * 1.5))
    await page.get_by_role("heading", name="Cell 2, 2").wait_for()
    await page.get_by_role("button", name=re.compile("^Paint( here)?$")).click()
    await expect(page.locator("tile-editor dialog.editor")).to_have_attribute("aria-busy", "false")


async def drag(page: Page, *points: tuple[int, int]) -> None:
    """Draw from pixel to pixel with the mouse."""
    for number, (x, y) in enumerate(points):
        await page.mouse.move(*await spot(drawing(page, SIZE), x, y))
        if not number:
            await page.mouse.down()
    await page.mouse.up()


async def tile_at(painter: PainterAccount, canvas: dict[str, Any]) -> Any:
    """The tile in the cell, None while there is none."""
    where = {"x": "1", "y": "1", "columns": "1", "rows": "1"}
    _, answer = await painter.call("GET", f"/canvases/{canvas['id']}/region", params=where)
    return answer["items"][0] if answer["items"] else None


async def painted(painter: PainterAccount, canvas: dict[str, Any]) -> PixelMap:
    """What the server has, as far as it is not transparent: colours by place."""
    tile = await tile_at(painter, canvas)
    pixels = base64.b64decode(tile["pixels"]) if tile else b""
    return {(i % SIZE, i // SIZE): colour for i, colour in enumerate(pixels) if colour}


async def save(page: Page) -> None:
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("All changes saved")).to_be_visible()


def saved(painter: PainterAccount, canvas: dict[str, Any]) -> Callable[[], Any]:
    return lambda: painted(painter, canvas)


async def shown(page: Page) -> PixelMap:
    """What the editor shows."""
    pixels = await drawing(page, SIZE).evaluate(
        "canvas => [...canvas.getRootNode().host.pen.painting.pixels]"
    )
    return {(i % SIZE, i // SIZE): colour for i, colour in enumerate(pixels) if colour}


def tool(page: Page, name: str) -> Locator:
    return page.get_by_role("radio", name=name, exact=True)


async def shows(page: Page, expected: PixelMap) -> None:
    assert await poll_until(lambda: shown(page), expected) == expected


def block(left: int, top: int, right: int, bottom: int, colour: int = BLACK) -> PixelMap:
    return {(x, y): colour for x in range(left, right + 1) for y in range(top, bottom + 1)}


async def stroke(finger: Fingers, page: Page, *points: tuple[int, int]) -> None:
    """Lead a finger quickly from pixel to pixel."""
    await finger.swipe(*[await spot(drawing(page, SIZE), *point) for point in points])
