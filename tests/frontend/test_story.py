"""One story through the whole product, in three browsers: a newcomer's, a friend's and a moderator's."""

from __future__ import annotations

import re
import secrets
import statistics
import time
from typing import Any

from playwright.async_api import Page, expect

from tests.support.browser import Windows
from tests.support.busy import here
from tests.support.painters import NewPainter
from tests.support.stage import Stage, drawing, spot
from tests.support.waiting import PATIENCE

STROKES = 9
DARK_BLUE, RED = (29, 43, 83), (255, 0, 77)
"""Colours 2 and 9 of PICO-8; their numbers are their keys."""

TILE = 32
CELL = 3, 2


async def sign_up(page: Page) -> None:
    name = f"nora_{secrets.token_hex(4)}"
    await page.goto("/")
    await page.get_by_role("banner").get_by_role("link", name="Sign up").click()
    await page.get_by_label("Username").fill(name)
    await page.get_by_label("Email").fill(f"{name}@example.org")
    await page.get_by_label("Password", exact=True).fill(secrets.token_urlsafe(12))
    await page.get_by_role("button", name="Create account").click()
    await page.get_by_role("button", name="New canvas").wait_for()


async def make_canvas(page: Page, name: str) -> int:
    """Create a free canvas through the dialog; returns its id."""
    await page.get_by_role("button", name="New canvas").click()
    draft = page.locator("create-canvas")
    await draft.get_by_label("Name").fill(name)
    await draft.get_by_label("Small").check()
    await draft.get_by_role("group", name="Palette").get_by_label("PICO-8").check()
    await draft.get_by_label("Everyone, everywhere").check()
    await draft.get_by_role("button", name="Create canvas").click()
    await expect(page).to_have_url(re.compile(r"/canvas/\d+"))
    return int(page.url.partition("/canvas/")[2].partition("#")[0])


def middle(offset_x: int = 0, offset_y: int = 0) -> tuple[float, float]:
    """A pixel of the canvas, counted from the corner of CELL's tile."""
    return CELL[0] * TILE + offset_x, CELL[1] * TILE + offset_y


async def open_card(stage: Stage) -> Any:
    await stage.page.mouse.click(*await stage.point(*middle(TILE // 2, TILE // 2)))
    card = stage.page.get_by_role("complementary")
    await card.get_by_role("heading", name=f"Cell {CELL[0] + 1}, {CELL[1] + 1}").wait_for()
    return card


async def paint(page: Page, card: Any) -> None:
    await card.get_by_role("button", name=re.compile("^Paint( here)?$")).click()
    await expect(page.locator("tile-editor dialog.editor")).to_have_attribute("aria-busy", "false")


async def draw_line(page: Page, y: int, start: int, end: int) -> None:
    await page.mouse.move(*await spot(drawing(page, TILE), start, y))
    await page.mouse.down()
    await page.mouse.move(*await spot(drawing(page, TILE), end, y), steps=4)
    await page.mouse.up()


async def seconds_until_seen(painting: Page, watching: Stage, x: int, y: int) -> float:
    """From the press on a pixel in one browser until another one shows it."""
    place = await spot(drawing(painting, TILE), x, y)
    began = time.monotonic()
    await painting.mouse.click(*place)
    while await watching.colour_at(*middle(x, y)) != RED:
        assert time.monotonic() - began < PATIENCE, "not seen"
    return time.monotonic() - began


async def test_a_newcomer_paints_a_friend_watches_and_a_moderator_reverts_scribbles(
    new_page: Windows, new_painter: NewPainter, new_moderator: NewPainter, record_property: Any
) -> None:
    ben, mona = await new_painter("ben"), await new_moderator("mona")
    name = f"Harbour {secrets.token_hex(4)}"

    page = await new_page()
    await sign_up(page)
    canvas = {"id": await make_canvas(page, name)}
    noras = Stage(page)
    await noras.is_live()
    bens = await Stage.open(await new_page(ben), canvas)

    await paint(page, await open_card(noras))
    await page.keyboard.press("9")
    await draw_line(page, 2, 2, 9)
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("This cell is now yours").wait_for()
    await bens.comes_to_show(RED, *middle(5, 2))

    took = [await seconds_until_seen(page, bens, 4 + n * 2, 12) for n in range(STROKES)]
    median = round(statistics.median(took) * 1000)
    record_property("stroke_to_second_browser_ms", median)
    print(f"stroke to second browser: median {median} ms of", [round(t * 1000) for t in took])
    # 200 ms where nothing else runs; two busy cores are allowed more.
    assert median < here(1000)
    await page.get_by_role("button", name="Close editor").click()

    card = await open_card(bens)
    await card.get_by_role("button", name="Like (0 likes so far)").click()
    await card.get_by_role("button", name="Remove your like (1 like)").wait_for()
    own = await open_card(noras)
    await own.get_by_role("button", name="Like (1 like so far)").wait_for()

    await paint(bens.page, card)
    await bens.page.keyboard.press("2")
    await draw_line(bens.page, 2, 2, 9)
    await noras.comes_to_show(DARK_BLUE, *middle(5, 2))
    await bens.page.get_by_role("button", name="Close editor").click()

    await own.get_by_text("History").click()
    await own.get_by_text("Ben · now").first.wait_for()

    await take_back(await new_page(mona), name, ben.username)
    for stage in (noras, bens):
        await stage.comes_to_show(RED, *middle(5, 2))
        assert await stage.difference(canvas) == 0


async def take_back(page: Page, canvas: str, username: str) -> None:
    """Roll back what that artist did on the canvas, from the admin panel."""
    await page.goto("/admin")
    await page.get_by_role("link", name="Rollback").click()
    await page.get_by_label("Find a canvas").fill(canvas)
    await page.get_by_role("button", name="Search").click()
    await page.get_by_role("button", name=canvas).click()
    await page.get_by_label("Only by this artist").fill(username)
    await page.get_by_role("button", name="Preview").click()
    await page.get_by_text("1 reverted").wait_for()
    await page.get_by_role("button", name="Roll back 1 tile").click()
    await page.get_by_text("1 tile rolled back").wait_for()
