"""The past of a canvas and of a tile: dragged through, played, and shared by link."""

from __future__ import annotations

import re
from itertools import dropwhile, pairwise
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.support.browser import Windows, assert_accessible
from tests.support.painters import NewPainter, PainterAccount
from tests.support.stage import GREEN, NIGHT, PAPER, RED, SIDE, Stage, new_canvas, new_tile, repaint, stroke
from tests.support.touch import Fingers

MIDDLE = SIDE / 2
"""Of the tile in the first cell."""

STILL_MS = 1000
"""For which a picture is a still; each moment is shown for 100 ms where motion is welcome."""


async def repainted(ada: PainterAccount, **fields: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A canvas with a tile that was painted in NIGHT, RED and GREEN: changes 2, 3 and 4 of the canvas."""
    canvas = await new_canvas(ada, **fields)
    tile = await new_tile(ada, canvas, 0, 0)
    for colour in (2, 3):
        await repaint(ada, tile, colour)
    return canvas, tile


async def open_past(page: Page) -> Locator:
    """Open the past; returns its slider, which is at now."""
    await page.get_by_role("button", name="Look through the past").click()
    slider = page.get_by_role("slider", name="Moment of the past")
    await expect(slider).to_have_value("4")
    return slider


async def spot_on(slider: Locator, share: float) -> tuple[float, float]:
    """Where on the page that share of the slider is."""
    box = await slider.bounding_box()
    assert box is not None
    return box["x"] + share * box["width"], box["y"] + box["height"] / 2


async def test_the_past_of_a_canvas_is_dragged_through_with_the_mouse(
    new_page: Windows, new_painter: NewPainter
) -> None:
    canvas, _ = await repainted(await new_painter("ada"))
    page = await new_page(scheme="dark")
    stage = await Stage.open(page, canvas)
    slider = await open_past(page)
    await page.mouse.move(*await spot_on(slider, 0.99))
    await page.mouse.down()
    await page.mouse.move(*await spot_on(slider, 0.5), steps=4)
    await stage.comes_to_show(NIGHT, MIDDLE, MIDDLE)
    await page.mouse.move(*await spot_on(slider, 0.01), steps=4)
    await stage.comes_to_show(PAPER, MIDDLE, MIDDLE)
    await page.mouse.move(*await spot_on(slider, 0.75), steps=4)
    await page.mouse.up()
    await stage.comes_to_show(RED, MIDDLE, MIDDLE)
    await expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^Change 3 of 4, As of .+\d"))
    await assert_accessible(page)


async def test_the_past_of_a_canvas_is_gone_through_by_keyboard(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas, tile = await repainted(ada)
    page = await new_page()
    stage = await Stage.open(page, canvas)
    slider = await open_past(page)
    await expect(page.get_by_role("button", name="Play")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowLeft")
    await stage.comes_to_show(RED, MIDDLE, MIDDLE)
    await page.keyboard.press("Home")
    await stage.comes_to_show(PAPER, MIDDLE, MIDDLE)
    await expect(slider).to_be_focused()
    await page.keyboard.press("Escape")
    await stage.is_live()
    await stroke(ada, tile, SIDE * 32 + 32, 1)
    await stage.comes_to_show(NIGHT, MIDDLE, MIDDLE)
    await stage.comes_to_show(GREEN, 4, 4)


async def test_the_past_of_a_canvas_is_dragged_through_with_a_finger(
    new_page: Windows, new_painter: NewPainter
) -> None:
    canvas, _ = await repainted(await new_painter("ada"))
    page = await new_page(device="phone")
    stage = await Stage.open(page, canvas)
    slider = await open_past(page)
    finger = await Fingers.on(page)
    await finger.press(await spot_on(slider, 0.98))
    await finger.lead(await spot_on(slider, 0.8), await spot_on(slider, 0.5))
    await stage.comes_to_show(NIGHT, MIDDLE, MIDDLE)
    await finger.lift()
    await assert_accessible(page)
    await page.get_by_role("button", name="Back to now").click()
    await stage.comes_to_show(GREEN, MIDDLE, MIDDLE)


async def test_a_moment_is_shared_by_its_link_and_only_looked_at(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas, _ = await repainted(ada)
    hers = await new_page(ada)
    await Stage.open(hers, canvas)
    slider = await open_past(hers)
    await slider.press("ArrowLeft")
    await hers.wait_for_url(f"**/canvas/{canvas['id']}?at=3")
    page = await new_page()
    await page.goto(hers.url)
    stage = Stage(page)
    await stage.status("The past").wait_for()
    await stage.comes_to_show(RED, MIDDLE, MIDDLE)
    await page.mouse.click(*await stage.point_of_cell(0, 0))
    await expect(page.get_by_role("complementary")).to_have_count(0)
    await page.get_by_role("button", name="Back to now").click()
    await stage.comes_to_show(GREEN, MIDDLE, MIDDLE)
    await page.wait_for_url(f"**/canvas/{canvas['id']}")
    await stage.pick(0, 0)


async def test_the_past_is_played_to_its_end(new_page: Windows, new_painter: NewPainter) -> None:
    canvas, _ = await repainted(await new_painter("ada"))
    page = await new_page()
    stage = await Stage.open(page, canvas)
    slider = await open_past(page)
    await page.get_by_role("button", name="Play").click()
    await expect(page.get_by_role("button", name="Pause")).to_be_visible()
    await expect(page.get_by_role("button", name="Play")).to_be_visible()
    await expect(slider).to_have_value("4")
    await stage.comes_to_show(GREEN, MIDDLE, MIDDLE)


_NOTE_MOMENTS = """slider => {
  window.moments = [];
  const note = () => window.moments.push([slider.ariaValueText, performance.now()]);
  new MutationObserver(note).observe(slider, { attributeFilter: ["aria-valuetext"] });
}"""


async def play(player: Page | Locator, slider: Locator) -> list[tuple[int, float]]:
    """Play a past to its end; returns the moments that were shown, and when each came, in milliseconds."""
    await slider.evaluate(_NOTE_MOMENTS)
    await player.get_by_role("button", name="Play").click()
    await expect(player.get_by_role("button", name="Pause")).to_be_visible()
    await expect(player.get_by_role("button", name="Play")).to_be_visible()
    noted: list[tuple[str, float]] = await slider.evaluate("() => window.moments")
    numbered = [(int(re.findall(r"\d+", text)[0]), at) for text, at in noted]
    first, _ = min(numbered)
    came: dict[int, float] = {}
    # A moment is named again once its time is known, also the one that was shown before.
    for number, at in dropwhile(lambda one: one[0] != first, numbered):
        came.setdefault(number, at)
    return list(came.items())


def shortest(moments: list[tuple[int, float]]) -> float:
    """How long the moment was shown that was shown for the shortest time, in milliseconds."""
    return min(after - before for (_, before), (_, after) in pairwise(moments))


async def test_where_less_motion_is_wanted_the_past_of_a_canvas_is_played_in_stills(
    new_page: Windows, new_painter: NewPainter
) -> None:
    canvas, _ = await repainted(await new_painter("ada"))
    page = await new_page(motion="reduce")
    stage = await Stage.open(page, canvas)
    moments = await play(page, await open_past(page))
    assert [moment for moment, _ in moments] == [0, 1, 2, 3, 4]
    assert shortest(moments) > STILL_MS
    await stage.comes_to_show(GREEN, MIDDLE, MIDDLE)


async def test_where_less_motion_is_wanted_the_past_of_a_tile_is_played_in_stills(
    new_page: Windows, new_painter: NewPainter
) -> None:
    canvas, _ = await repainted(await new_painter("ada"))
    page = await new_page(motion="reduce")
    slider = await open_history(await Stage.open(page, canvas))
    moments = await play(page.get_by_role("complementary"), slider)
    assert [version for version, _ in moments] == [1, 2, 3]
    assert shortest(moments) > STILL_MS


async def test_no_pixel_is_placed_while_the_past_is_shown(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada, "place", cooldown_seconds=0)
    status, _ = await ada.call("POST", f"/canvases/{canvas['id']}/pixels", json={"pixels": [[2, 2, 1]]})
    assert status == 200
    page = await new_page(ada)
    stage = await Stage.open(page, canvas)
    await page.get_by_role("button", name="Look through the past").click()
    await expect(page.get_by_role("region", name="Place pixels")).to_have_count(0)
    await page.mouse.click(*await stage.point(2.5, 2.5))
    await page.get_by_role("button", name="Back to now").click()
    await stage.comes_to_show(NIGHT, 2, 2)
    _, stats = await ada.call("GET", f"/canvases/{canvas['id']}/stats")
    assert stats["placed"]["pixels_painted"] == 1


async def test_the_past_of_a_large_canvas_is_shown_from_afar_and_near(
    new_page: Windows, new_painter: NewPainter
) -> None:
    canvas, _ = await repainted(await new_painter("ada"), width=8192, height=8192, max_tiles_per_user=10)
    page = await new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.extend(re.findall(r"/canvases/\d+/(past[.a-z]*)", request.url)))
    await page.goto(f"/canvas/{canvas['id']}?at=3")
    stage = Stage(page)
    await stage.status("The past").wait_for()
    await stage.comes_to_show(RED, MIDDLE, MIDDLE)
    assert set(asked) == {"past.png"}  # from afar, pictures suffice
    await page.evaluate("location.hash = '#32,32,8'")
    await stage.comes_to_show(RED, MIDDLE, MIDDLE)
    slider = page.get_by_role("slider", name="Moment of the past")
    await slider.press("ArrowLeft")
    await stage.comes_to_show(NIGHT, MIDDLE, MIDDLE)


async def open_history(stage: Stage) -> Locator:
    """Open the history of the first tile; returns its slider."""
    slider = (await stage.open_history(0, 0)).get_by_role("slider", name="Moment of the past")
    await slider.wait_for()
    return slider


async def test_a_version_of_a_tile_is_looked_at_and_shared_by_its_link(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas, _ = await repainted(ada)
    hers = await new_page(ada, scheme="dark")
    stage = await Stage.open(hers, canvas)
    slider = await open_history(stage)
    await slider.press("ArrowLeft")
    await expect(slider).to_have_attribute("aria-valuetext", re.compile(r"Version 2 of 3, Ada, .+"))
    await hers.wait_for_url(re.compile(r"\?cell=0,0&version=2"))
    await assert_accessible(hers)
    page = await new_page()
    await page.goto(hers.url)
    linked = page.get_by_role("slider", name="Moment of the past")
    await expect(linked).to_have_value("2")
    await page.get_by_role("button", name="Back to now").click()
    await expect(linked).to_have_value("3")


async def test_what_an_artist_paints_within_a_minute_unfolds(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    canvas = await new_canvas(ada)
    tile = await new_tile(ada, canvas, 0, 0)
    for offset in range(4):
        await stroke(ben, tile, offset, 2)
    page = await new_page()
    slider = await open_history(await Stage.open(page, canvas))
    _, listed = await ben.call("GET", f"/tiles/{tile['id']}/history")
    newest = listed["items"][0]  # two entries where a minute began meanwhile
    joined = page.get_by_role("button", name=f"Show all {newest['count']} changes")
    await joined.first.click()
    await page.get_by_role("button", name="Version 5").click()
    await page.get_by_role("button", name="Version 4").click()
    await expect(slider).to_have_value("4")


async def test_a_long_entry_unfolds_to_its_first_change(new_page: Windows, new_painter: NewPainter) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    canvas = await new_canvas(ada)
    tile = await new_tile(ada, canvas, 0, 0)
    count, offset = 0, 0
    while count <= 100:  # an entry ends with its minute
        await stroke(ben, tile, offset, 2 + offset % 2)
        offset += 1
        _, listed = await ben.call("GET", f"/tiles/{tile['id']}/history")
        count = listed["items"][0]["count"]
    page = await new_page()
    await open_history(await Stage.open(page, canvas))
    await page.get_by_role("button", name=f"Show all {count} changes").click()
    changes = page.locator("tile-history").get_by_role("button", name="Version")
    await expect(changes).to_have_count(100)
    await page.locator("tile-history").get_by_role("button", name="Show more").click()
    await expect(changes).to_have_count(count)


async def test_who_painted_a_pixel_is_told_on_a_canvas_of_tiles(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    canvas = await new_canvas(ada)
    tile = await new_tile(ada, canvas, 0, 0)
    await stroke(ben, tile, SIDE * 32 + 32, 2)
    page = await new_page()
    stage = await Stage.open(page, canvas)
    await page.mouse.click(*await stage.point(32.5, 32.5), button="right")
    card = page.get_by_role("complementary")
    await expect(card.get_by_role("link", name="Ben")).to_be_visible()
    await assert_accessible(page)
    await stroke(ada, tile, SIDE * 32 + 32, 3)
    await expect(card.get_by_role("link", name="Ada")).to_be_visible()


async def test_who_painted_a_pixel_is_told_in_the_editor(new_page: Windows, new_painter: NewPainter) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    canvas = await new_canvas(ada)
    tile = await new_tile(ada, canvas, 0, 0)
    await stroke(ben, tile, SIDE * 32 + 32, 2)
    page = await new_page(ada)
    stage = await Stage.open(page, canvas)
    await (await stage.pick(0, 0)).get_by_role("button", name="Paint").click()
    await page.get_by_role("radio", name="Who painted this?").click()
    await page.keyboard.press("Enter")  # the keyboard begins in the middle
    await expect(page.get_by_text("Ben painted this pixel")).to_be_visible()
