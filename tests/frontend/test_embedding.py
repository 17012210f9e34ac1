"""A canvas in a page of another origin: live, to look at only, and framed by nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from playwright.async_api import Page, expect
from yarl import URL

from tests.support.browser import Windows, assert_accessible
from tests.support.painters import NewPainter
from tests.support.parts import free_ports
from tests.support.stack import Stack
from tests.support.stage import RED, SIDE, new_canvas, new_tile
from tests.support.waiting import poll_until

_COLOUR_AT = """([x, y]) => {
  const { atlas } = document.querySelector("tessera-embed").shadowRoot.querySelector("canvas-stage");
  const pen = new OffscreenCanvas(atlas.width, atlas.height).getContext("2d", { willReadFrequently: true });
  atlas.draw(pen, { x: 0, y: 0, width: atlas.width, height: atlas.height }, 1);
  return [...pen.getImageData(x, y, 1, 1).data].slice(0, 3);
}"""


@asynccontextmanager
async def framed(page: Page, origin: str, address: str) -> AsyncIterator[None]:
    """Serve a page at the origin that shows an address in a frame, and open it."""

    async def answer(_: web.Request) -> web.Response:
        # Without an icon of its own, the browser may ask for one after this server has stopped.
        head = '<!doctype html><title>Blog</title><link rel=icon href="data:,">'
        frame = f'<iframe width=600 height=400 src="{address}"></iframe>'
        return web.Response(text=head + frame, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", URL(origin).port).start()
    try:
        await page.goto(origin)
        yield
    finally:
        await runner.cleanup()


async def test_a_framed_canvas_is_live_and_only_looked_at(
    new_page: Windows, new_painter: NewPainter, site: Stack, blog: str
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page()
    async with framed(page, blog, f"{site.url}/embed/canvas/{canvas['id']}"):
        frame = page.frame_locator("iframe")
        await expect(frame.get_by_role("link", name=f"{canvas['name']} on Tessera")).to_be_visible()
        await expect(frame.get_by_role("link", name="Log in")).to_have_count(0)
        await new_tile(ada, canvas, 1, 1, 2)
        inside = next(one for one in page.frames if "/embed/" in one.url)

        async def colour() -> list[int]:
            return list(await inside.evaluate(_COLOUR_AT, [1.5 * SIDE, 1.5 * SIDE]))

        assert await poll_until(colour, list(RED)) == list(RED)


async def test_the_embedded_page_is_accessible(new_page: Windows, new_painter: NewPainter) -> None:
    canvas = await new_canvas(await new_painter("ada"))
    page = await new_page()
    await page.goto(f"/embed/canvas/{canvas['id']}")
    await page.get_by_role("link", name="on Tessera").wait_for()
    await assert_accessible(page)


@pytest.mark.parametrize(
    ("is_listed", "path"), [(False, "/embed/canvas/{id}"), (True, "/canvas/{id}"), (True, "/login")]
)
async def test_other_origins_and_other_pages_are_refused(
    new_page: Windows, new_painter: NewPainter, site: Stack, blog: str, is_listed: bool, path: str
) -> None:
    canvas = await new_canvas(await new_painter("ada"))
    page = await new_page(allow=["frame-ancestors", "X-Frame-Options", "request failed"])
    origin = blog if is_listed else f"http://127.0.0.1:{free_ports(1)[0]}"
    async with (
        page.expect_event("console", lambda message: "frame-ancestors" in message.text),
        framed(page, origin, site.url + path.format(id=canvas["id"])),
    ):
        pass
    await expect(page.frame_locator("iframe").locator("main")).to_have_count(0)
