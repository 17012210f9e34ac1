"""The largest canvas, half full, in Chromium, against 1024 x 1024: first paint, bytes, frames, memory."""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
from contextlib import closing
from functools import partial
from typing import Any

import aiohttp
import psycopg2
from playwright.async_api import Browser, Page
from psycopg2.extras import execute_values

from bench.report import Result
from tests.support.browser import Windows, running_chromium
from tests.support.painters import PainterAccount
from tests.support.stack import Stack
from tests.support.stage import Stage
from tests.support.waiting import eventually

SMALL, LARGE, TILE = 1024, 8192, 64
COLOURS = 16
MOTIFS = 64
"""Different tiles, each of some rectangles and a little noise, in a random order."""

OPENINGS = 5
PANNED_FRAMES = 300

_FIRST_PAINT = """() => {
  const at = (name) => performance.getEntriesByName(name)[0].startTime;
  const until = at("tessera:first-paint");
  const loaded = performance.getEntriesByType("resource").filter((one) => one.responseEnd <= until);
  return [until - at("tessera:open"), loaded.reduce((sum, one) => sum + one.transferSize, 0)];
}"""

# Pans in full resolution across the canvas, a third of the view per second, and notes the time of each frame.
_PAN = """async (frames) => {
  const stage = document.querySelector("tessera-canvas").shadowRoot.querySelector("canvas-stage");
  const side = stage.atlas.width;
  stage.camera.look({ x: side / 8, y: side / 2, zoom: 1 });
  const step = (0.75 * side) / frames;
  const took = [];
  let before = 0;
  return new Promise((done) => requestAnimationFrame(function move(now) {
    if (before) took.push(now - before);
    before = now;
    stage.camera.pan(-Math.min(step, 12), 0);
    if (took.length < frames) requestAnimationFrame(move);
    else done(took);
  }));
}"""


async def measure(stack: Stack) -> list[Result]:
    """Open both canvases several times, then pan over the large one."""
    async with aiohttp.ClientSession(stack.url, cookie_jar=aiohttp.DummyCookieJar()) as http:
        ada = await PainterAccount.sign_up(http, "ada_large", "Ada")
        small, large = await _new_canvas(ada, SMALL), await _new_canvas(ada, LARGE)
    print("painting half of 16,384 tiles ...", file=sys.stderr)
    url = (stack.var / "secrets" / "tiles_database_url").read_text()
    for canvas in (small, large):
        await asyncio.to_thread(_paint_half, url, canvas)
    async with running_chromium() as browser:
        (small_ms, small_bytes), (large_ms, large_bytes) = [
            await _open(browser, stack, canvas) for canvas in (small, large)
        ]
        frame_ms, heap_mb = await _pan(browser, stack, large)
    return [
        Result("first paint of 8192 x 8192", large_ms, "ms", "<= 1.5", small_ms, "1024 x 1024"),
        Result("loaded before it, with the client", large_bytes / 1e6, "MB", "<= 1", small_bytes / 1e6),
        Result("frames per second while panning, median", 1000 / frame_ms, "/s", ">= 50"),
        Result("heap of the tab afterwards", heap_mb, "MB", "<= 80"),
    ]


async def _new_canvas(owner: PainterAccount, side: int) -> dict[str, Any]:
    draft = {"name": "Large", "width": side, "height": side, "tile_size": TILE, "palette": "pico-8"}
    status, canvas = await owner.call("POST", "/canvases", json={**draft, "collaboration_mode": "free"})
    assert status == 201, canvas
    return dict(canvas)


def _paint_half(database_url: str, canvas: dict[str, Any]) -> None:
    dice = random.Random(7)
    motifs = [_draw_motif(dice) for _ in range(MOTIFS)]
    cells = [(x, y) for y in range(canvas["rows"]) for x in range(canvas["columns"])]
    chosen = sorted(dice.sample(cells, len(cells) // 2))
    owner = canvas["owner"]["id"]
    values = [(canvas["id"], x, y, TILE, dice.choice(motifs), True, owner) for x, y in chosen]
    with closing(psycopg2.connect(database_url)) as connection, connection, connection.cursor() as cursor:
        statement = "INSERT INTO tiles (canvas_id, x, y, size, pixels, is_public, creator_id) VALUES %s"
        execute_values(cursor, statement, values, page_size=64)
        cursor.execute("UPDATE canvases SET tile_count = %s WHERE id = %s", (len(values), canvas["id"]))


def _draw_motif(dice: random.Random) -> bytes:
    pixels = bytearray([dice.randint(1, COLOURS)]) * (TILE * TILE)
    for _ in range(12):
        left, top = dice.randrange(TILE), dice.randrange(TILE)
        right, colour = min(TILE, left + dice.randint(2, 24)), dice.randint(0, COLOURS)
        for y in range(top, min(TILE, top + dice.randint(2, 24))):
            pixels[y * TILE + left : y * TILE + right] = bytes([colour]) * (right - left)
    for _ in range(TILE):
        pixels[dice.randrange(TILE * TILE)] = dice.randint(1, COLOURS)
    return bytes(pixels)


async def _open(browser: Browser, stack: Stack, canvas: dict[str, Any]) -> tuple[float, float]:
    """Return the milliseconds to the first paint and the bytes before it, medians of new visitors."""
    found = []
    for _ in range(OPENINGS):
        windows = Windows(browser, stack.url)
        page = await windows()
        await Stage.open(page, canvas)
        # `page.wait_for_function` evaluates a string in the page, which its policy forbids.
        await eventually(partial(_is_painted, page))
        found.append(await page.evaluate(_FIRST_PAINT))
        await windows.close()
    return statistics.median(ms for ms, _ in found), statistics.median(size for _, size in found)


async def _is_painted(page: Page) -> bool:
    return bool(await page.evaluate('performance.getEntriesByName("tessera:first-paint").length'))


async def _pan(browser: Browser, stack: Stack, canvas: dict[str, Any]) -> tuple[float, float]:
    """Return the median milliseconds of a frame, and the megabytes of heap and buffers afterwards."""
    windows = Windows(browser, stack.url)
    page = await windows()
    await Stage.open(page, canvas)
    took = await page.evaluate(_PAN, PANNED_FRAMES)
    heap = await _heap(page)
    await windows.close()
    return statistics.median(took), heap


async def _heap(page: Page) -> float:
    session = await page.context.new_cdp_session(page)
    await session.send("HeapProfiler.collectGarbage")
    usage = await session.send("Runtime.getHeapUsage")
    return float(usage["usedSize"] + usage.get("backingStorageSize", 0)) / 1e6
