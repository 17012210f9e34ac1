"""Painting a tile in the browser, with mouse, keys and fingers, alone and together."""

from __future__ import annotations

import asyncio
import re
import secrets
import struct
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect

from tests.support.browser import UNDERWAY, Windows, assert_accessible
from tests.support.editor import (
    BLACK,
    GREEN,
    RED,
    SIZE,
    WHITE,
    drag,
    encoded,
    new_canvas,
    new_tile,
    open_editor,
    painted,
    save,
    saved,
    shown,
    tile_at,
)
from tests.support.painters import NewPainter, PainterAccount
from tests.support.stack import Stack
from tests.support.stage import drawing, spot
from tests.support.waiting import poll_until


async def test_saving_a_drawing_claims_the_empty_cell(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page(ada)
    await open_editor(page, canvas)
    await drag(page, (2, 3), (6, 3))
    await page.get_by_role("radio", name="red").click()
    await page.keyboard.press("r")
    await drag(page, (8, 8), (10, 10))
    await save(page)
    line = {(x, 3): BLACK for x in range(2, 7)}
    rectangle = {(x, y): RED for x in range(8, 11) for y in range(8, 11) if (x, y) != (9, 9)}
    assert await painted(ada, canvas) == line | rectangle


async def test_closing_the_editor_without_saving_creates_no_tile(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page(ada)
    await open_editor(page, canvas)
    await drag(page, (2, 2), (9, 9))
    await page.get_by_role("button", name="Close editor").click()
    await page.get_by_role("button", name="Discard").click()
    await expect(drawing(page, SIZE)).to_have_count(0)
    assert await tile_at(ada, canvas) is None
    _, count = await ada.call("GET", f"/tiles/user/{ada.id}/count", params={"canvas_id": str(canvas["id"])})
    assert count["tile_count"] == 0


async def test_a_tile_is_painted_with_the_keyboard_alone(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page(ada)
    await open_editor(page, canvas)
    await expect(drawing(page, SIZE)).to_be_focused()
    for key in ("3", "ArrowRight", "ArrowDown", " "):
        await page.keyboard.press(key)
    await expect(page.get_by_text("row 10, column 10, red")).to_be_visible()
    await page.keyboard.down(" ")
    for _ in range(3):
        await page.keyboard.press("ArrowRight")
    await page.keyboard.up(" ")
    for key in ("l", "4", "ArrowDown", " ", "Shift+ArrowUp", " "):
        await page.keyboard.press(key)
    await page.keyboard.press("Control+s")
    stroke = {(x, 9): RED for x in range(9, 13)}
    line = {(12, y): GREEN for y in range(2, 11)}
    await expect(page.get_by_text("This cell is now yours")).to_be_visible()
    assert await painted(ada, canvas) == stroke | line


async def test_undo_and_redo_step_through_changes(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page(ada)
    await open_editor(page, canvas)
    undo = page.get_by_role("button", name="Undo")
    await expect(undo).to_be_disabled()
    await drag(page, (1, 1), (4, 1))
    await drag(page, (1, 3), (4, 3))
    await undo.click()
    await page.keyboard.press("Control+z")
    await expect(undo).to_be_disabled()
    await page.keyboard.press("Control+y")
    await save(page)
    assert await painted(ada, canvas) == {(x, 1): BLACK for x in range(1, 5)}


async def test_a_selection_is_cut_rotated_and_pasted(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page(ada)
    await open_editor(page, canvas)
    await drag(page, (1, 1), (4, 1))
    await page.keyboard.press("m")
    await drag(page, (1, 1), (4, 1))
    await page.keyboard.press("Control+x")
    await page.keyboard.press("Control+v")
    await page.get_by_role("button", name="Rotate").click()
    await save(page)
    pixels = await painted(ada, canvas)
    assert len(pixels) == 4
    assert len({x for x, _ in pixels}) == 1


async def test_one_finger_paints_and_two_move_the_view(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page(ada, device="phone")
    await open_editor(page, canvas)
    for x in range(3):
        await page.touchscreen.tap(*await spot(drawing(page, SIZE), 4 + x, 4))
    left, _ = await spot(drawing(page, SIZE), 0, 0)
    await pinch(page)
    assert (await spot(drawing(page, SIZE), 0, 0))[0] < left
    await page.get_by_role("button", name="Save").tap()
    await expect(page.get_by_text("This cell is now yours")).to_be_visible()
    assert await painted(ada, canvas) == {(4 + x, 4): BLACK for x in range(3)}
    await assert_accessible(page)


async def pinch(page: Page) -> None:
    """Two fingers on the drawing area that move apart, as the browser receives them from a touch screen."""
    box = await drawing(page, SIZE).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    glass = await page.context.new_cdp_session(page)
    for kind, reach in (("touchStart", 20), ("touchMove", 60), ("touchMove", 100), ("touchEnd", None)):
        fingers = [] if reach is None else [{"x": x - reach, "y": y}, {"x": x + reach, "y": y}]
        await glass.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})


async def test_a_draft_survives_a_reload_and_is_deleted_after_saving(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page(ada)
    await open_editor(page, canvas)
    await drag(page, (5, 5), (8, 5))
    await page.reload()
    await open_editor(page, canvas)
    await expect(page.get_by_text("Your draft from")).to_be_visible()
    await save(page)
    assert await painted(ada, canvas) == {(x, 5): BLACK for x in range(5, 9)}
    await page.reload()
    await open_editor(page, canvas)
    await expect(page.get_by_text("All changes saved")).to_be_visible()
    await expect(page.get_by_text("Your draft from")).to_have_count(0)


async def test_a_guest_who_signs_up_goes_on_with_the_drawing(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page()
    await open_editor(page, canvas)
    await drag(page, (5, 5), (8, 5))
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("dialog", name="Almost there").wait_for()
    await page.locator("tile-editor").get_by_role("button", name="Sign up").click()
    name = f"newcomer_{secrets.token_hex(4)}"
    await page.get_by_label("Username").fill(name)
    await page.get_by_label("Email address").fill(f"{name}@example.org")
    await page.get_by_label("Password", exact=True).fill(secrets.token_urlsafe(12))
    await page.get_by_role("button", name="Create account").click()
    await expect(page.locator("tile-editor dialog.editor")).to_have_attribute("aria-busy", "false")
    assert await shown(page) == {(x, 5): BLACK for x in range(5, 9)}
    await save(page)
    assert await painted(ada, canvas) == {(x, 5): BLACK for x in range(5, 9)}


async def test_two_artists_see_each_others_strokes_in_the_editor(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await new_canvas(ada, "free")
    await new_tile(ada, canvas)
    pages = [await new_page(ada), await new_page(bob)]
    for page in pages:
        await open_editor(page, canvas)
        await expect(page.get_by_text("Live: saved as you draw")).to_be_visible()
    await pages[1].keyboard.press("3")
    await asyncio.gather(drag(pages[0], (2, 2), (12, 2)), drag(pages[1], (2, 12), (12, 12)))
    ours = {(x, 2): BLACK for x in range(2, 13)} | {(x, 12): RED for x in range(2, 13)}
    everything = {(x, y): WHITE for x in range(SIZE) for y in range(SIZE)} | ours
    assert await poll_until(saved(ada, canvas), everything) == everything
    for page in pages:
        assert await poll_until(partial(shown, page), everything) == everything
    await pages[0].keyboard.press("Control+z")
    undone = everything | {(x, 2): WHITE for x in range(2, 13)}
    assert await poll_until(partial(shown, pages[1]), undone) == undone


async def test_strokes_drawn_while_offline_are_sent_after_reconnecting(
    new_page: Windows, new_painter: NewPainter, site: Stack
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada, "free")
    await new_tile(ada, canvas)
    page = await new_page(ada, allow=UNDERWAY)
    await open_editor(page, canvas)
    for name in site.tiles:
        site.kill(name)
    await expect(page.get_by_text("Your changes will be sent afterwards")).to_be_visible()
    await drag(page, (2, 2), (5, 2))
    await expect(page.get_by_text("Live: saved as you draw")).to_be_visible()
    assert await poll_until(lambda: row(ada, canvas, 2), [BLACK] * 4) == [BLACK] * 4
    assert await shown(page) == await painted(ada, canvas)


async def test_a_tile_becomes_editable_when_another_artists_lock_ends(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await new_canvas(ada, "free")
    tile = await new_tile(ada, canvas)
    page = await new_page(ada)
    await open_editor(page, canvas)
    assert (await bob.call("POST", f"/tiles/{tile['id']}/lock"))[0] == 201
    await expect(page.get_by_text("Bob is painting here until")).to_be_visible()
    await drag(page, (2, 2), (5, 2))
    assert (await shown(page))[(2, 2)] == WHITE
    await bob.call("DELETE", f"/tiles/{tile['id']}/lock")
    await expect(page.get_by_text("Bob is painting here until")).to_have_count(0)
    await drag(page, (2, 2), (5, 2))
    assert await poll_until(lambda: row(ada, canvas, 2), [BLACK] * 4) == [BLACK] * 4


async def test_the_lock_is_acquired_while_painting_and_released_on_closing(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    tile = await new_tile(ada, canvas)
    page = await new_page(ada)

    async def is_locked() -> bool:
        return bool((await ada.call("GET", f"/tiles/{tile['id']}/lock"))[1]["is_locked"])

    await open_editor(page, canvas)
    assert await is_locked()
    await page.get_by_role("button", name="Close editor").click()
    assert await poll_until(is_locked, False) is False
    await open_editor(page, canvas)
    assert await poll_until(is_locked, True) is True
    await page.goto("about:blank")
    assert await poll_until(is_locked, False) is False


async def test_conflicting_versions_are_merged_pixel_by_pixel(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    tile = await new_tile(ada, canvas)
    page = await new_page(ada, allow=["status of 412"])
    await open_editor(page, canvas)
    await drag(page, (2, 2), (5, 2))
    change = {"pixels": encoded(lambda _x, y: RED if y == 9 else WHITE)}
    assert (await ada.call("PUT", f"/tiles/{tile['id']}", json=change))[0] == 200
    await expect(page.get_by_text("This tile was changed elsewhere")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("button", name="Merge").click()
    await expect(page.get_by_text("All changes saved")).to_be_visible()
    pixels = await painted(ada, canvas)
    assert [pixels[x, 2] for x in range(2, 6)] == [BLACK] * 4
    assert [pixels[x, 9] for x in range(SIZE)] == [RED] * SIZE


async def test_only_its_artist_sees_a_pending_submission(new_page: Windows, new_painter: NewPainter) -> None:
    olga, ada = await new_painter("olga"), await new_painter("ada")
    canvas = await new_canvas(olga, "review")
    page = await new_page(ada)
    await open_editor(page, canvas)
    await drag(page, (2, 2), (5, 2))
    await page.get_by_role("button", name="Submit for review").click()
    await expect(page.get_by_text("Waiting for review. Others")).to_be_visible()
    assert await painted(olga, canvas) == {}
    await page.reload()
    await open_editor(page, canvas)
    assert await shown(page) == {(x, 2): BLACK for x in range(2, 6)}


async def test_an_area_can_be_claimed_from_the_editor(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada, "area-lock")
    status, _ = await ada.call(
        "POST", f"/canvases/{canvas['id']}/areas", json={"x": 1, "y": 1, "columns": 1, "rows": 1}
    )
    assert status == 201
    page = await new_page(ada)
    await open_editor(page, canvas)
    await drag(page, (2, 2), (5, 2))
    await save(page)
    assert len(await painted(ada, canvas)) == 4


async def test_an_imported_picture_is_converted_to_the_palette(
    new_page: Windows, new_painter: NewPainter, tmp_path: Path
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    picture = tmp_path / "flag.png"
    picture.write_bytes(png(64, lambda _x, y: (240, 20, 70, 255) if y < 32 else (0, 0, 0, 0)))
    page = await new_page(ada)
    await open_editor(page, canvas)
    await page.get_by_role("button", name="Import picture").click()
    await page.get_by_label("Choose a picture").set_input_files(picture)
    await expect(page.get_by_role("img", name="Preview as a tile")).to_be_visible()
    await assert_accessible(page)
    await page.get_by_role("button", name="Insert").click()
    await save(page)
    assert await painted(ada, canvas) == {(x, y): RED for x in range(SIZE) for y in range(SIZE // 2)}


async def test_an_inserted_picture_moves_with_the_arrow_keys(
    new_page: Windows, new_painter: NewPainter, tmp_path: Path
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    picture = tmp_path / "dot.png"
    picture.write_bytes(png(SIZE, lambda x, y: (240, 20, 70, 255) if (x, y) == (3, 3) else (0, 0, 0, 0)))
    page = await new_page(ada)
    await open_editor(page, canvas)
    for _ in range(2):  # the same file twice
        await page.get_by_role("button", name="Import picture").click()
        await page.get_by_label("Choose a picture").set_input_files(picture)
        await expect(page.get_by_role("img", name="Preview as a tile")).to_be_visible()
        await page.get_by_role("button", name="Insert").click()
        await expect(drawing(page, SIZE)).to_be_focused()
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("Escape")
    assert await shown(page) == {(4, 3): RED}
    await expect(page.get_by_role("dialog", name="Close without saving?")).to_have_count(0)


async def test_a_selection_moves_with_the_arrow_keys_and_a_copy_is_pasted_in_place(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await open_editor(page, await new_canvas(ada))
    await drag(page, (1, 1), (2, 1))
    await page.keyboard.press("m")
    await drag(page, (1, 1), (2, 1))
    await page.keyboard.press("Control+c")
    await page.keyboard.press("ArrowDown")
    assert await shown(page) == {(1, 2): BLACK, (2, 2): BLACK}
    await page.keyboard.press("Control+v")
    assert await shown(page) == {(x, y): BLACK for x in (1, 2) for y in (1, 2)}


async def test_a_picture_copied_elsewhere_is_pasted_after_a_copy_in_the_editor(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await open_editor(page, await new_canvas(ada))
    await drag(page, (1, 1), (2, 1))
    await page.keyboard.press("Control+c")
    await page.evaluate("dispatchEvent(new Event('blur'))")  # to another window and back
    file = list(png(4, lambda _x, _y: (0, 0, 0, 255)))
    await drawing(page, SIZE).evaluate(
        """(canvas, bytes) => {
          const clipboardData = new DataTransfer();
          clipboardData.items.add(new File([new Uint8Array(bytes)], "dot.png", { type: "image/png" }));
          const paste = { clipboardData, bubbles: true, composed: true };
          canvas.dispatchEvent(new ClipboardEvent("paste", paste));
        }""",
        file,
    )
    await expect(page.get_by_role("img", name="Preview as a tile")).to_be_visible()


async def test_after_the_first_save_the_save_button_stays_in_place(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await open_editor(page, await new_canvas(ada, "free"))
    await drag(page, (1, 1), (2, 1))
    button = page.get_by_role("button", name="Save")
    before = await button.bounding_box()
    await button.click()
    await expect(page.get_by_text("Live: saved as you draw")).to_be_visible()
    await expect(button).to_be_focused()
    assert await button.bounding_box() == before


async def test_the_back_button_closes_the_editor_and_stays_on_the_canvas(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page(ada)
    await open_editor(page, canvas)
    await page.evaluate("history.back()")
    await expect(drawing(page, SIZE)).to_have_count(0)
    await expect(page).to_have_url(re.compile(f"/canvas/{canvas['id']}"))
    await page.get_by_role("complementary").wait_for()


async def test_the_back_button_asks_before_a_drawing_is_lost(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await open_editor(page, await new_canvas(ada))
    await drag(page, (1, 1), (4, 1))
    await page.evaluate("history.back()")
    await page.get_by_role("dialog", name="Close without saving?").wait_for()
    await page.get_by_role("button", name="Keep drawing").click()
    await page.evaluate("history.back()")
    await page.get_by_role("button", name="Discard").click()
    await expect(drawing(page, SIZE)).to_have_count(0)


async def test_an_artist_is_told_in_the_editor_that_the_canvas_is_gone(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, olga = await new_painter("ada"), await new_painter("olga")
    canvas = await new_canvas(olga)
    page = await new_page(ada, allow=["status of 404", "WebSocket"])
    await open_editor(page, canvas)
    assert (await olga.call("DELETE", f"/canvases/{canvas['id']}"))[0] == 204
    await expect(page.locator("tile-editor").get_by_text("This canvas was deleted")).to_be_visible()


async def test_an_artist_is_told_in_the_editor_that_a_submission_was_rejected(
    new_page: Windows, new_painter: NewPainter
) -> None:
    olga, ada = await new_painter("olga"), await new_painter("ada")
    canvas = await new_canvas(olga, "review")
    page = await new_page(ada)
    await open_editor(page, canvas)
    await drag(page, (2, 2), (5, 2))
    await page.get_by_role("button", name="Submit for review").click()
    await expect(page.get_by_text("Waiting for review. Others")).to_be_visible()
    path = f"/canvases/{canvas['id']}/reviews"
    _, waiting = await olga.call("GET", path)
    verdict = {"decision": "reject"}
    status, answer = await olga.call("POST", f"{path}/{waiting['items'][0]['id']}", json=verdict)
    assert status == 200, answer
    await expect(page.get_by_text("Your submission was rejected")).to_be_visible()
    await expect(page.get_by_text("Waiting for review. Others")).to_have_count(0)
    assert await shown(page) == {(x, 2): BLACK for x in range(2, 6)}


async def test_an_artist_whose_session_ends_while_drawing_logs_in_and_goes_on(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page(ada, allow=["status of 401"])
    await open_editor(page, canvas)
    await drag(page, (2, 2), (5, 2))
    assert (await ada.call("POST", "/auth/logout"))[0] == 204
    note = page.locator("editor-notes").filter(has_text="Your session has ended")
    await note.get_by_role("button", name="Log in").click()
    await page.get_by_label("Username or email address").fill(ada.username)
    await page.get_by_label("Password", exact=True).fill(ada.password)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.locator("tile-editor dialog.editor")).to_have_attribute("aria-busy", "false")
    assert await shown(page) == {(x, 2): BLACK for x in range(2, 6)}


async def test_a_long_palette_leaves_room_for_the_rest(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    palette = [f"#{number:06x}" for number in range(0, 255 * 256, 256)]
    page = await new_page(ada)
    await open_editor(page, await new_canvas(ada, palette=palette))
    await expect(page.get_by_role("button", name="Rotate")).to_be_in_viewport()


def png(side: int, rgba: Callable[[int, int], tuple[int, int, int, int]]) -> bytes:
    """A picture as a file (PNG, RFC 2083)."""
    rows = b"".join(b"\0" + bytes(v for x in range(side) for v in rgba(x, y)) for y in range(side))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


async def row(painter: PainterAccount, canvas: dict[str, Any], y: int) -> list[int]:
    pixels = await painted(painter, canvas)
    return [pixels.get((x, y), 0) for x in range(2, 6)]


async def test_deleting_a_tile_requires_confirmation(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    await new_tile(ada, canvas)
    page = await new_page(ada)
    await open_editor(page, canvas)
    delete = page.locator("tile-editor").get_by_role("button", name="Delete tile")
    await delete.first.click()
    assert await tile_at(ada, canvas) is not None
    await delete.last.click()
    await expect(drawing(page, SIZE)).to_have_count(0)
    assert await tile_at(ada, canvas) is None


async def test_the_editor_is_accessible_in_light_and_dark(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    await new_tile(ada, canvas)
    light = await new_page(ada)
    await open_editor(light, canvas)
    await assert_accessible(light)
    dark = await new_page(scheme="dark")
    await open_editor(dark, await new_canvas(ada))
    await assert_accessible(dark)
