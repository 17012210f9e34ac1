"""`make screenshots`: the pictures of docs/images, of a stack of its own that artists have painted on."""

from __future__ import annotations

import asyncio
import base64
import io
import random
import re
import tempfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image
from playwright.async_api import Page, expect

from tests.support.browser import Windows, running_chromium, settle
from tests.support.lighthouse import PICTURE, pixels_of, quantised
from tests.support.painters import PainterAccount
from tests.support.people import cells
from tests.support.stack import Stack, run_environment
from tests.support.stage import Stage

IMAGES = Path("docs/images")
NAMES = ("ada", "bela", "cleo", "dora", "emil")
TILE = 32
SCRIBBLED = ((3, 2), (4, 2), (3, 3))

Draw = Callable[[dict[str, Any], int, int], bytes]


async def paint_together(
    painters: Sequence[PainterAccount], name: str, draw: Draw, **fields: Any
) -> dict[str, Any]:
    """A canvas of the first of them that all of them paint and like; `tile_ids` by cell is added to it."""
    draft = {
        "name": name,
        "tile_size": TILE,
        "collaboration_mode": "free",
        "max_tiles_per_user": 40,
        **fields,
    }
    status, canvas = await painters[0].call("POST", "/canvases", json=draft)
    assert status == 201, canvas
    tile_ids: dict[tuple[int, int], int] = {}

    async def paint_share(number: int) -> None:
        painter, next_one = painters[number], painters[(number + 1) % len(painters)]
        for x, y in cells(canvas)[number :: len(painters)]:
            tile_ids[x, y] = await painter.paint(canvas, x, y, draw(canvas, x, y))
            if (x * 7 + y * 3) % 4:
                await next_one.call("POST", f"/tiles/{tile_ids[x, y]}/like")

    await asyncio.gather(*map(paint_share, range(len(painters))))
    return {**canvas, "tile_ids": tile_ids}


def lighthouse(canvas: dict[str, Any], x: int, y: int) -> bytes:
    return pixels_of(quantised(canvas["palette"]), x, y)


def quilt(canvas: dict[str, Any], x: int, y: int) -> bytes:
    """A patch: three colours in a pattern that is the same from all four sides."""
    chance = random.Random(x * 100 + y)
    colours = chance.sample(range(1, len(canvas["palette"]) + 1), 3)
    half = TILE // 8
    seen = {(a, b): chance.choice(colours) for a in range(half) for b in range(a, half)}

    def colour(column: int, row: int) -> int:
        a, b = sorted(min(place, 2 * half - 1 - place) for place in (column // 4, row // 4))
        return seen[a, b]

    return bytes(colour(column, row) for row in range(TILE) for column in range(TILE))


async def scribble(canvas: dict[str, Any], vandal: PainterAccount, witness: PainterAccount) -> None:
    """One artist paints over three tiles, and another reports one."""
    stripes = bytes(3 if (i % TILE + i // TILE) % 7 < 3 else 1 for i in range(TILE * TILE))
    for cell in SCRIBBLED:
        body = {"pixels": base64.b64encode(stripes).decode()}
        status, _ = await vandal.call("PUT", f"/tiles/{canvas['tile_ids'][cell]}", json=body)
        assert status == 200
    report = {
        "kind": "tile",
        "target_id": canvas["tile_ids"][SCRIBBLED[0]],
        "reason": "Painted over",
        "detail": "Somebody scribbled over the evening sky, on three tiles so far.",
    }
    status, _ = await witness.call("POST", "/reports", json=report)
    assert status == 201


async def paint_event(painters: Sequence[PainterAccount]) -> dict[str, Any]:
    """An event on which all place pixels by a template, from below; returns the template."""
    draft = {
        "name": "The lighthouse, together", "width": 256, "height": 192, "tile_size": TILE,
        "palette": "sweetie-16", "collaboration_mode": "place", "cooldown_seconds": 0,
    }  # fmt: skip
    _, canvas = await painters[0].call("POST", "/canvases", json=draft)
    path = f"/canvases/{canvas['id']}"
    image = base64.b64encode(PICTURE.read_bytes()).decode()
    draft = {"name": "The lighthouse", "x": 0, "y": 0, "is_public": True, "dither": True, "image": image}
    status, template = await painters[0].call("POST", f"{path}/templates", json=draft)
    assert status == 201, template
    _, packed = await painters[0].call("GET", f"/templates/{template['slug']}/pixels")
    chance = random.Random(7)
    wanted = [
        (at % 256, at // 256, colour if chance.random() > 0.01 else 3)
        for at, colour in enumerate(zlib.decompress(packed))
        if chance.random() < (at // 256 - 40) / 90
    ]
    parts = [wanted[start : start + 1000] for start in range(0, len(wanted), 1000)]
    for number, part in enumerate(parts):
        status, _ = await painters[number % 5].call("POST", f"{path}/pixels", json={"pixels": part})
        assert status == 200
    pace = {"cooldown_seconds": 10, "max_charges": 12}
    await painters[0].call("PATCH", path, json=pace)
    return dict(template)


async def keep(page: Page, name: str) -> None:
    """The window as a small PNG: 256 colours are plenty for pixel art and flat surfaces."""
    await settle(page)
    shot = Image.open(io.BytesIO(await page.screenshot(animations="disabled"))).convert("RGB")
    picture = shot.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    picture.save(IMAGES / f"{name}.png", optimize=True)
    print(f"{IMAGES / name}.png: {(IMAGES / f'{name}.png').stat().st_size // 1024} KB")


async def open_cell(stage: Stage, x: int, y: int) -> Any:
    await stage.page.mouse.click(*await stage.point((x + 0.5) * TILE, (y + 0.5) * TILE))
    return stage.page.get_by_role("complementary")


async def open_editor(stage: Stage, x: int, y: int) -> None:
    card = await open_cell(stage, x, y)
    await card.get_by_role("button", name=re.compile("^Paint")).click()
    await expect(stage.page.locator("tile-editor dialog.editor")).to_have_attribute("aria-busy", "false")


async def take(windows: Windows, painters: Sequence[PainterAccount], canvas: dict[str, Any]) -> None:
    """Home as a guest finds it, a canvas with another artist on it, and the editor on two screens."""
    guest = await windows()
    await guest.goto("/")
    await guest.locator("canvas-card").last.wait_for()
    await keep(guest, "home")

    other = await Stage.open(await windows(painters[2]), canvas)
    await other.page.mouse.move(*await other.point(5.5 * TILE, 4.5 * TILE))
    stage = await Stage.open(await windows(painters[0]), canvas)
    card = await open_cell(stage, 1, 2)
    await card.get_by_text("History").click()
    await card.get_by_role("img", name="Version 1").wait_for()
    await keep(stage.page, "canvas")
    await open_editor(stage, 1, 2)
    await keep(stage.page, "editor")

    phone = await windows(painters[1], device="phone", scheme="dark")
    await open_editor(await Stage.open(phone, canvas, f"#{0.5 * TILE},{2.5 * TILE},4"), 0, 2)
    await keep(phone, "editor-on-a-phone")


async def take_event(windows: Windows, painter: PainterAccount, template: dict[str, Any]) -> None:
    """The canvas of an event with its template, as an artist paints by it."""
    page = await windows(painter)
    stage = await Stage.open(page, {"id": template["canvas_id"]}, f"#128,72,6&t={template['slug']}")
    await page.get_by_role("button", name="Templates").click()
    await page.get_by_role("complementary").get_by_label("Opacity").fill("60")
    await page.mouse.move(*await stage.point(120.5, 60.5))
    await keep(page, "event")


async def take_admin(windows: Windows, admin: PainterAccount) -> None:
    """A report with the tile in its surroundings."""
    desk = await windows(admin, scheme="dark")
    await desk.goto("/admin/reports")
    await desk.get_by_role("button", name="Painted over").click()
    await desk.get_by_role("button", name="Suspend").first.wait_for()
    await keep(desk, "admin")


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        var = Path(folder) / "var"
        stack = await asyncio.to_thread(Stack, var, {**run_environment(var), "TESSERA_DEMO": "1"})
        try:
            jar = aiohttp.DummyCookieJar()
            async with (
                aiohttp.ClientSession(stack.url, cookie_jar=jar) as http,
                running_chromium() as browser,
            ):
                painters = [await PainterAccount.sign_up(http, name, name.title()) for name in NAMES]
                await paint_together(
                    painters[::-1], "The long quilt", quilt, width=384, height=192, palette="pico-8"
                )
                canvas = await paint_together(
                    painters, "The lighthouse", lighthouse, width=256, height=192, palette="sweetie-16"
                )
                windows = Windows(browser, stack.url)
                await take(windows, painters, canvas)
                await take_event(windows, painters[3], await paint_event(painters))
                await scribble(canvas, await PainterAccount.sign_up(http, "vidal", "Vidal"), painters[3])
                await take_admin(windows, await PainterAccount.log_in(http, **stack.admin_login))
                assert not windows.complaints, windows.complaints
                await windows.close()
        finally:
            await asyncio.to_thread(stack.stop)


if __name__ == "__main__":
    asyncio.run(main())
