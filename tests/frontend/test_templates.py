"""Templates in real browsers: uploaded, laid over the canvas, painted by, and shown to others by a link."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from tests.support.browser import Device, Scheme, Windows, assert_accessible, dialog
from tests.support.painters import NewPainter, PainterAccount
from tests.support.stage import GREEN, NIGHT, RED, Colour, Stage, drawing, new_canvas, new_tile
from tests.support.templates import CLEAR, drawn, encoded
from tests.support.touch import Fingers
from tests.support.waiting import poll_until

WHITE = (255, 255, 255)
CLOSE = "#100,70,16"
"""A view in which a pixel can be seen."""

ROSE = encoded(drawn([(*RED, 255), (*GREEN, 255)], [CLEAR, (*RED, 255)]))
"""2 3 / 0 2 in the palette of the stage."""

_ART_COLOUR = """(overlay, [x, y]) => {
  const host = overlay.getRootNode().host;
  const { scale, x: left, y: top } = host.view;
  const at = (start, place) => Math.floor((start + (place + 0.5) * scale) * devicePixelRatio);
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const art = host.shadowRoot.querySelector("canvas.art");
  pen.drawImage(art, at(left, x), at(top, y), 1, 1, 0, 0, 1, 1);
  return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
}"""


async def event_canvas(owner: PainterAccount) -> dict[str, Any]:
    return await new_canvas(owner, "place", cooldown_seconds=0, max_charges=100)


async def upload(painter: PainterAccount, canvas: dict[str, Any], **fields: Any) -> dict[str, Any]:
    image = base64.b64encode(ROSE).decode()
    draft = {"name": "A rose", "x": 99, "y": 69, "image": image, **fields}
    status, template = await painter.call("POST", f"/canvases/{canvas['id']}/templates", json=draft)
    assert status == 201, template
    return dict(template)


async def place(painter: PainterAccount, canvas: dict[str, Any], *pixels: tuple[int, int, int]) -> None:
    body = {"pixels": [list(pixel) for pixel in pixels]}
    status, answer = await painter.call("POST", f"/canvases/{canvas['id']}/pixels", json=body)
    assert status == 200, answer


async def open_panel(page: Page) -> Locator:
    """Open the templates beside the picture."""
    await page.get_by_role("button", name="Templates").click()
    panel = page.get_by_role("complementary")
    await expect(panel.get_by_role("heading", name="Templates")).to_be_visible()
    return panel


async def open_covered(
    page: Page, canvas: dict[str, Any], template: dict[str, Any], view: str = CLOSE
) -> tuple[Stage, Locator]:
    """Open the canvas under the opaque template, and the templates beside it."""
    stage = await Stage.open(page, canvas, f"{view}&t={template['slug']}")
    panel = await open_panel(page)
    await panel.get_by_label("Opacity").fill("100")
    return stage, panel


async def choose(panel: Locator, name: str, content: bytes) -> None:
    """Choose a picture in the form."""
    file = FilePayload(name=name, mimeType="image/png", buffer=content)
    await panel.get_by_label("Picture").set_input_files(file)


async def comes_to_look(stage: Stage, like: Any, x: int, y: int) -> None:
    """Wait until the colour at a pixel is such that `like(colour)` is true."""
    for _ in range(200):
        if like(await stage.colour_at(x, y)):
            return
        await stage.page.evaluate("() => new Promise(requestAnimationFrame)")
    raise AssertionError(await stage.colour_at(x, y))


async def test_an_uploaded_picture_lies_over_the_canvas(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await event_canvas(ada)
    page = await new_page(ada)
    stage = await Stage.open(page, canvas, CLOSE)
    panel = await open_panel(page)
    await choose(panel, "rose.png", ROSE)
    await panel.get_by_label("Name").fill("A rose")
    await panel.get_by_label("Left edge").fill("99")
    await panel.get_by_label("Top edge").fill("69")
    await panel.get_by_role("button", name="Upload").click()
    await expect(panel.get_by_text("0%: 0 of 3 pixels are right, 0 wrong")).to_be_visible()
    mix = (240, 160, 160)  # half red, half the white of the paper
    await comes_to_look(
        stage, lambda colour: max(abs(a - b) for a, b in zip(colour, mix, strict=True)) < 4, 99, 69
    )
    await panel.get_by_label("Opacity").fill("100")
    await stage.comes_to_show(RED, 99, 69)
    await stage.comes_to_show(WHITE, 99, 70)  # transparent


async def test_progress_moves_while_others_paint(new_page: Windows, new_painter: NewPainter) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await event_canvas(ada)
    template = await upload(ada, canvas)
    page = await new_page(ada)
    await Stage.open(page, canvas, f"#t={template['slug']}")
    panel = await open_panel(page)
    await place(bob, canvas, (99, 69, 2), (100, 69, 1), (99, 70, 1))
    await expect(panel.get_by_text("33%: 1 of 3 pixels are right, 1 wrong")).to_be_visible()


async def test_a_link_shows_the_template_to_another_person(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await event_canvas(ada)
    template = await upload(ada, canvas)
    page = await new_page()
    stage = await Stage.open(page, canvas, f"#t={template['slug']}")
    await comes_to_look(stage, lambda colour: colour[1] < 200, 99, 69)
    view = await stage.view()
    assert (view["x"], view["y"]) == (100, 70)
    panel = await open_panel(page)
    await expect(panel.get_by_role("checkbox", name="A rose")).to_be_checked()
    assert template["slug"] in page.url


async def test_a_link_to_a_template_that_is_gone_says_so(new_page: Windows, new_painter: NewPainter) -> None:
    canvas = await event_canvas(await new_painter("ada"))
    page = await new_page(allow=["status of 404"])
    await Stage.open(page, canvas, "#t=abcdefghijkl")
    await expect(page.get_by_text("or it was deleted")).to_be_visible()


async def test_the_next_wrong_pixel_is_found_and_painted_by_keyboard(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await event_canvas(ada)
    template = await upload(ada, canvas)
    await place(ada, canvas, (99, 69, 2))
    page = await new_page(ada)
    stage = await Stage.open(page, canvas, f"#t={template['slug']}")
    panel = await open_panel(page)
    await stage.element.focus()
    for right in ("66%: 2", "100%: 3"):
        await page.keyboard.press("n")
        await page.keyboard.press("Enter")
        await expect(panel.get_by_text(f"{right} of 3 pixels are right, 0 wrong")).to_be_visible()
    await page.keyboard.press("n")
    await expect(page.get_by_text("“A rose” is finished")).to_be_visible()
    _, progress = await ada.call("GET", f"/templates/{template['slug']}/progress")
    assert progress["right"] == 3


async def test_only_what_is_wrong_and_only_one_colour_can_be_shown(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await event_canvas(ada)
    template = await upload(ada, canvas)
    await place(ada, canvas, (99, 69, 1), (100, 70, 2))
    page = await new_page(ada)
    stage, panel = await open_covered(page, canvas, template)
    await stage.comes_to_show(RED, 99, 69)
    await panel.get_by_label("Only the selected colour").check()  # the first one, night
    await stage.comes_to_show(NIGHT, 99, 69)
    await page.get_by_role("radio").nth(3).click()  # green
    await stage.comes_to_show(GREEN, 100, 69)
    await panel.get_by_label("Only the selected colour").uncheck()
    await panel.get_by_label("Only wrong pixels").check()
    await stage.comes_to_show(RED, 99, 69)
    await place(ada, canvas, (99, 69, 2), (100, 69, 1))
    await stage.comes_to_show(GREEN, 100, 69)


async def test_dots_leave_the_rest_of_a_pixel_to_be_seen(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await event_canvas(ada)
    template = await upload(ada, canvas)
    page = await new_page(ada)
    stage, panel = await open_covered(page, canvas, template)
    await panel.get_by_label("Shown as").select_option("Dots")
    await stage.comes_to_show(RED, 99, 69)
    await stage.comes_to_show(WHITE, 98.7, 68.7)  # a corner of the same pixel


async def test_signs_tell_colours_apart(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await event_canvas(ada)
    template = await upload(ada, canvas)
    page = await new_page(ada)
    stage, panel = await open_covered(page, canvas, template, "#100,70,32")
    await panel.get_by_label("Shown as").select_option("Signs")
    await stage.comes_to_show(RED, 98.65, 68.65)
    shown = {await stage.colour_at(98.6 + step / 20, 69) for step in range(16)}
    assert len(shown) > 1  # the sign is written on it


async def test_a_template_is_moved_by_dragging_for_everybody(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await event_canvas(ada)
    template = await upload(ada, canvas)
    page = await new_page(ada)
    stage, panel = await open_covered(page, canvas, template)
    await panel.get_by_role("button", name="Move by dragging").click()
    await page.mouse.move(*await stage.point(99.5, 69.5))
    await page.mouse.down()
    await page.mouse.move(*await stage.point(104.5, 72.5), steps=3)
    async with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        await page.mouse.up()
    await stage.comes_to_show(RED, 104, 72)
    _, moved = await ada.call("GET", f"/templates/{template['slug']}")
    assert (moved["x"], moved["y"]) == (104, 72)


async def test_a_finger_moves_a_template_and_two_move_the_view(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await event_canvas(ada)
    template = await upload(ada, canvas)
    page = await new_page(ada, device="phone")
    stage, panel = await open_covered(page, canvas, template, "#100,70,8")
    await panel.get_by_role("button", name="Move by dragging").tap()
    finger = await Fingers.on(page)

    async def points(*pixels: tuple[float, float]) -> list[tuple[float, float]]:
        return [await stage.point(*pixel) for pixel in pixels]

    async with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        await finger.swipe(*await points((99.5, 69.5), (102.5, 71.5), (104.5, 72.5)))
    await stage.comes_to_show(RED, 104, 72)
    start, aside = await points((104.5, 72.5), (95.5, 72.5))
    await finger.press(start)
    await finger.lead(aside)
    await stage.comes_to_show(RED, 95, 72)
    await finger.cancel()
    await stage.comes_to_show(RED, 104, 72)
    await finger.press(start)
    await finger.lead(aside)
    await finger.press((aside[0], aside[1] - 40), finger=1)
    await finger.lead((aside[0], aside[1] - 80), finger=1)
    await finger.lift()
    await finger.lift(finger=1)
    await stage.comes_to_show(RED, 104, 72)
    assert (await stage.view())["zoom"] > 8
    _, kept = await ada.call("GET", f"/templates/{template['slug']}")
    assert (kept["x"], kept["y"]) == (104, 72)


async def test_a_picture_can_be_laid_over_without_uploading_it(
    new_page: Windows, new_painter: NewPainter
) -> None:
    canvas = await event_canvas(await new_painter("ada"))
    page = await new_page()
    stage = await Stage.open(page, canvas, CLOSE)
    panel = await open_panel(page)
    await choose(panel, "rose.png", ROSE)
    await expect(panel.get_by_label("Left edge")).to_have_value("99")
    await panel.get_by_role("button", name="Show only to me").click()
    await expect(panel.get_by_text("only for you, not uploaded")).to_be_visible()
    await panel.get_by_label("Opacity").fill("100")
    await stage.comes_to_show(RED, 99, 69)


async def test_a_file_that_is_no_picture_is_refused_in_words(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await event_canvas(ada)
    page = await new_page(ada, allow=["status of 422"], locale="de-DE")
    await page.goto(f"/canvas/{canvas['id']}")
    await page.get_by_role("button", name="Vorlagen").click()
    panel = page.get_by_role("complementary")
    file = FilePayload(name="rose.png", mimeType="image/png", buffer=b"no picture")
    await panel.get_by_label("Bild").set_input_files(file)
    await panel.get_by_role("button", name="Hochladen").click()
    await expect(panel.get_by_text("Das ist kein PNG-, WebP- oder GIF-Bild")).to_be_visible()


async def test_its_creator_lists_and_deletes_a_template(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await event_canvas(ada)
    template = await upload(ada, canvas)
    page = await new_page(ada)
    await Stage.open(page, canvas, f"#t={template['slug']}")
    panel = await open_panel(page)
    await panel.get_by_role("button", name="List for everyone").click()
    await expect(panel.get_by_role("button", name="Stop listing")).to_be_visible()
    await panel.get_by_role("button", name="Delete template").click()
    await dialog(page, "Delete template").get_by_role("button", name="Delete template").click()
    await expect(panel.get_by_text("There are no templates yet.")).to_be_visible()
    status, _ = await ada.call("GET", f"/templates/{template['slug']}")
    assert status == 404


async def test_templates_work_where_tiles_are_painted_too(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada, "free")
    template = await upload(ada, canvas)
    page = await new_page(ada)
    stage, panel = await open_covered(page, canvas, template)
    await stage.comes_to_show(RED, 99, 69)
    await panel.get_by_role("button", name="Next wrong pixel").click()
    await expect(page.get_by_text("Cell 2, 2").first).to_be_attached()


async def test_the_editor_of_a_tile_shows_what_to_paint_by(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada, "free")
    template = await upload(ada, canvas, x=64, y=64)
    await new_tile(ada, canvas, 1, 1, 1)
    page = await new_page(ada)
    stage, _ = await open_covered(page, canvas, template, "#96,96,4")
    card = await stage.pick(1, 1)
    await card.get_by_role("button", name=re.compile("^Paint")).click()
    grid = drawing(page, 64)
    await grid.wait_for()
    assert await poll_until(lambda: art_colour(grid, 0, 0), RED) == RED
    assert await art_colour(grid, 2, 0) == NIGHT


async def art_colour(grid: Locator, x: int, y: int) -> Colour:
    """What the editor shows of a pixel of the tile."""
    red, green, blue = await grid.evaluate(_ART_COLOUR, [x, y])
    return red, green, blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", ["desktop", "phone"])
async def test_the_templates_of_a_canvas_are_accessible(
    new_page: Windows, new_painter: NewPainter, scheme: Scheme, device: Device
) -> None:
    ada = await new_painter("ada")
    canvas = await event_canvas(ada)
    template = await upload(ada, canvas, is_public=True)
    page = await new_page(ada, scheme=scheme, device=device)
    await Stage.open(page, canvas, f"#t={template['slug']}")
    panel = await open_panel(page)
    await expect(panel.get_by_text("0 of 3 pixels")).to_be_visible()
    await assert_accessible(page)
