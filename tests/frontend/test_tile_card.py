"""The card of a tile: how it is reached, its likes, history, lock and artists."""

from __future__ import annotations

from playwright.async_api import expect

from tests.support.browser import Windows, log_in
from tests.support.painters import NewPainter
from tests.support.stage import NIGHT, RED, Stage, new_canvas, new_tile, repaint, stroke
from tests.support.waiting import poll_until


async def test_a_link_to_a_tile_selects_it(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    await new_tile(ada, canvas, 2, 1)
    page = await new_page()
    await Stage.open(page, canvas, "?cell=2,1")
    await page.get_by_role("complementary").get_by_role("heading", name="Cell 3, 2").wait_for()
    await Stage.open(page, canvas, "?cell=99,99")
    await expect(page.get_by_role("complementary")).to_have_count(0)


async def test_a_tile_is_reached_by_keyboard_and_announced(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    canvas = await new_canvas(ada)
    tile = await new_tile(ada, canvas, 3, 1)
    await ben.call("POST", f"/tiles/{tile['id']}/like")
    page = await new_page()
    stage = await Stage.open(page, canvas)
    await stage.element.focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowUp")
    spoken = page.locator("[aria-live=polite]").filter(has_text="Cell 4, 2, by Ada, 1 like")
    await spoken.wait_for(state="attached")
    await page.keyboard.press("Enter")
    heading = page.get_by_role("complementary").get_by_role("heading", name="Cell 4, 2")
    await expect(heading).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(stage.element).to_be_focused()


async def test_a_phone_stacks_picture_and_card(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    await new_tile(ada, canvas, 0, 0)
    page = await new_page(device="phone")
    stage = await Stage.open(page, canvas)
    await page.touchscreen.tap(*await stage.point_of_cell(0, 0))
    card = page.get_by_role("complementary")
    await card.get_by_text("Ada").wait_for()
    shown, picture = await card.bounding_box(), await stage.element.bounding_box()
    assert shown is not None
    assert picture is not None
    assert picture["y"] + picture["height"] <= shown["y"] + 1
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_like_appears_in_every_window(new_page: Windows, new_painter: NewPainter) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    canvas = await new_canvas(ada)
    await new_tile(ada, canvas, 0, 0)
    bens, guests = [await Stage.open(await new_page(who), canvas) for who in (ben, None)]
    watched = await guests.pick(0, 0)
    card = await bens.pick(0, 0)
    await card.get_by_role("button", name="Like (0 likes so far)").click()
    await card.get_by_role("button", name="Remove your like (1 like)").wait_for()
    await watched.get_by_role("button", name="Like (1 like so far)").wait_for()
    await card.get_by_role("button", name="Remove your like").click()
    await watched.get_by_role("button", name="Like (0 likes so far)").wait_for()


async def test_a_tile_that_the_viewer_liked_is_shown_as_liked(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    canvas = await new_canvas(ada)
    tile = await new_tile(ada, canvas, 0, 0)
    await ben.call("POST", f"/tiles/{tile['id']}/like")
    card = await (await Stage.open(await new_page(ben), canvas)).pick(0, 0)
    await card.get_by_role("button", name="Remove your like (1 like)").wait_for()


async def test_a_guest_who_likes_logs_in_and_returns_to_the_tile(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    canvas = await new_canvas(ada)
    await new_tile(ada, canvas, 0, 0)
    page = await new_page()
    card = await (await Stage.open(page, canvas)).pick(0, 0)
    await card.get_by_role("button", name="Like (0 likes so far)").click()
    await page.get_by_role("status").get_by_role("button", name="Log in").click()
    await log_in(page, ben.username, ben.password)
    await page.get_by_role("complementary").get_by_role("button", name="Like (0 likes so far)").wait_for()


async def test_an_artist_can_restore_an_older_version(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada, "tile-lock")
    tile = await new_tile(ada, canvas, 0, 0)
    await repaint(ada, tile, 2)
    stage = await Stage.open(await new_page(ada), canvas)
    await stage.comes_to_show(RED, 10, 10)
    card = await stage.open_history(0, 0)
    await card.get_by_role("img", name="Version 1").wait_for()
    await card.get_by_role("button", name="Restore version 1").click()
    await card.get_by_text("Restored an earlier version").wait_for()
    await stage.comes_to_show(NIGHT, 10, 10)


async def test_reverting_is_offered_only_to_those_who_may_revert(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada, "tile-lock")
    tile = await new_tile(ada, canvas, 0, 0)
    await repaint(ada, tile, 2)
    card = await (await Stage.open(await new_page(), canvas)).open_history(0, 0)
    await card.get_by_role("img", name="Version 1").wait_for()
    await expect(card.get_by_role("button", name="Restore version")).to_have_count(0)


async def test_the_strokes_of_one_drag_are_one_entry_of_the_history(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    tile = await new_tile(ada, canvas, 1, 1)
    for offset in range(5):
        await stroke(ada, tile, offset, 2)
    card = await (await Stage.open(await new_page(), canvas)).open_history(1, 1)
    await card.get_by_role("img", name="Version 1").wait_for()
    # Two, where the minute changed in between.
    assert await card.get_by_role("listitem").count() in (2, 3)


async def test_everybody_who_painted_a_tile_is_credited(new_page: Windows, new_painter: NewPainter) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    canvas = await new_canvas(ada)
    tile = await new_tile(ada, canvas, 1, 1)
    await stroke(ben, tile, 0, 2)
    card = await (await Stage.open(await new_page(), canvas)).pick(1, 1)
    await expect(card.get_by_role("link", name="Ben")).to_be_visible()


async def test_a_deleted_artist_is_named_in_the_readers_language_and_without_a_link(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    canvas = await new_canvas(ada)
    tile = await new_tile(ben, canvas, 1, 1)
    status, _ = await ben.call("DELETE", "/auth/account", json={"password": ben.password})
    assert status == 204

    async def creator() -> str:
        return str((await ada.call("GET", f"/tiles/{tile['id']}"))[1]["creator"]["username"])

    assert await poll_until(creator, "_deleted") == "_deleted"
    stage = await Stage.open(await new_page(locale="de-DE"), canvas)
    card = await stage.pick(1, 1)
    await expect(card.get_by_text("gelöschtes Konto").first).to_be_visible()
    await expect(card.get_by_role("link", name="gelöschtes Konto")).to_have_count(0)


async def test_existing_and_new_locks_are_shown(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    tiles = [await new_tile(ada, canvas, x, 0) for x in range(2)]
    await ada.call("POST", f"/tiles/{tiles[0]['id']}/lock")
    page = await new_page()
    stage = await Stage.open(page, canvas)
    await ada.call("POST", f"/tiles/{tiles[1]['id']}/lock")
    for x in range(2):
        card = await stage.pick(x, 0)
        await card.get_by_text("locked by Ada").wait_for()
    await ada.call("DELETE", f"/tiles/{tiles[1]['id']}/lock")
    await expect(page.get_by_role("complementary").get_by_text("locked by Ada")).to_have_count(0)


async def test_a_report_reaches_the_moderators(
    new_page: Windows, new_painter: NewPainter, new_moderator: NewPainter
) -> None:
    ada, ben, mona = await new_painter("ada"), await new_painter("ben"), await new_moderator("mona")
    canvas = await new_canvas(ada)
    tile = await new_tile(ada, canvas, 0, 0)
    page = await new_page(ben)
    card = await (await Stage.open(page, canvas)).pick(0, 0)
    await card.get_by_role("button", name="Report").click()
    dialog = page.locator("ui-dialog[open]")
    await dialog.get_by_label("Spam or advertising").check()
    await dialog.get_by_role("button", name="Send report").click()
    await page.get_by_text("A moderator will review your report.").wait_for()
    _, reports = await mona.call("GET", "/admin/reports", params={"status": "open"})
    assert ("tile", tile["id"], "spam") in [
        (r["kind"], r["target_id"], r["reason"]) for r in reports["items"]
    ]
