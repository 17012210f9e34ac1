"""Reports in the admin panel, and what moderators do about them: remove, release, roll back."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from tests.support.browser import Windows, assert_accessible, dialog
from tests.support.painters import NewPainter, PainterAccount
from tests.support.vandalism import NewWall, open_new_report, open_report, plain
from tests.support.waiting import poll_until


async def test_a_report_can_be_taken_and_closed(
    new_page: Windows, new_moderator: NewPainter, new_wall: NewWall
) -> None:
    wall, mona = await new_wall(), await new_moderator("mona")
    reason = f"Painted over {wall.tile_id}"
    report_id = await wall.report(reason)
    page = await new_page(mona)
    desk = await open_report(page, reason)
    await desk.get_by_role("button", name="Assign to me").click()
    await desk.get_by_text("Assigned to you").wait_for()

    await desk.get_by_role("img", name=f"Tile {wall.tile_id}").wait_for()
    await desk.get_by_role("button", name="Remove tile").click()
    await page.get_by_text("Tile removed").wait_for()
    status, _ = await wall.artist.call("GET", f"/tiles/{wall.tile_id}")
    assert status == 404

    await desk.get_by_label("Note").fill("Vandalism")
    await desk.get_by_role("button", name="Resolve").click()
    await desk.get_by_text("Closed by").wait_for()
    _, queue = await mona.call("GET", "/admin/reports", params={"status": "resolved"})
    (report,) = (report for report in queue["items"] if report["id"] == report_id)
    assert (report["action_taken"], report["resolution"]) == ("removed", "Vandalism")


async def test_a_report_taken_by_another_moderator_is_refused_with_a_reason(
    new_page: Windows, new_moderator: NewPainter, new_wall: NewWall, admin: PainterAccount
) -> None:
    wall = await new_wall()
    reason = f"For one of two {wall.tile_id}"
    report_id = await wall.report(reason)
    page = await new_page(await new_moderator("mona"), allow=["status of 409"])
    desk = await open_report(page, reason)
    await admin.call("PATCH", f"/admin/reports/{report_id}", json={"status": "assigned"})
    await desk.get_by_role("button", name="Assign to me").click()
    await expect(desk.get_by_role("alert")).to_contain_text("report_assigned")


async def test_removing_a_tile_can_be_undone(
    new_page: Windows, new_moderator: NewPainter, new_wall: NewWall
) -> None:
    wall = await new_wall()
    page = await new_page(await new_moderator("mona"))
    desk = await open_new_report(page, wall, "Mistaken")
    await desk.get_by_role("button", name="Remove tile").click()
    await page.get_by_role("button", name="Undo").click()
    await page.get_by_text("Tile restored").wait_for()
    assert await wall.pixels() == plain(9)


async def test_a_reported_message_is_read_in_its_conversation_and_removed(
    new_page: Windows, new_moderator: NewPainter, new_wall: NewWall
) -> None:
    wall, reason = await new_wall(), "Spam in a chat"
    path = f"/canvases/{wall.canvas['id']}/messages"
    for painter, text in ((wall.artist, "Nice sky"), (wall.vandal, "Buy pixels!")):
        status, message = await painter.call("POST", path, json={"text": text})
        assert status == 201, message
    reported = await wall.artist.call("POST", f"{path}/{message['id']}/report", json={"reason": reason})
    assert reported[0] == 202

    mona = await new_moderator("mona")

    async def is_known() -> bool:
        _, queue = await mona.call("GET", "/admin/reports?status=open&limit=100")
        return any(report["reason"] == reason for report in queue["items"])

    assert await poll_until(is_known, True)
    desk = await open_report(await new_page(mona), reason)
    await expect(desk.get_by_text("Nice sky")).to_be_visible()
    await expect(desk.locator("[aria-current]")).to_contain_text("Buy pixels!")
    await assert_accessible(desk.page)
    await desk.get_by_role("button", name="Remove message").click()
    await desk.page.get_by_text("The message has been removed.").wait_for()
    await expect(desk.get_by_role("button", name="Remove message")).to_be_disabled()
    _, left = await wall.artist.call("GET", path)
    assert [one["text"] for one in left["items"]] == ["Nice sky"]


async def test_a_moderator_releases_a_lock(
    new_page: Windows, new_moderator: NewPainter, new_wall: NewWall
) -> None:
    wall = await new_wall()
    await wall.vandal.call("POST", f"/tiles/{wall.tile_id}/lock")
    page = await new_page(await new_moderator("mona"))
    desk = await open_new_report(page, wall, "Locked for hours")
    await desk.get_by_role("button", name="Release Vidal").click()
    await page.get_by_text("Lock released").wait_for()
    _, lock = await wall.artist.call("GET", f"/tiles/{wall.tile_id}/lock")
    assert not lock["is_locked"]


async def colour_in_the_middle(picture: Locator) -> list[int]:
    """Red, green and blue."""
    middle = """(canvas) => [...canvas.getContext("2d")
        .getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data].slice(0, 3)"""
    colour: list[int] = await picture.locator("canvas").evaluate(middle)
    return colour


async def test_a_rollback_is_previewed_before_it_is_applied(
    new_page: Windows, new_moderator: NewPainter, new_wall: NewWall
) -> None:
    wall = await new_wall()
    page = await new_page(await new_moderator("mona"))
    desk = await open_new_report(page, wall, "Roll this back")
    await desk.get_by_role("button", name="Roll back …").click()
    asked = dialog(page, "Rollback")
    await expect(asked.get_by_label("Only by this artist")).to_have_value(wall.vandal.username)
    await asked.get_by_role("button", name="Preview").click()
    await asked.get_by_text("1 reverted").wait_for()
    for label, colour in (("Now", 9), ("After", 5)):
        picture = asked.locator("admin-picture").filter(has=page.get_by_role("img", name=label))
        expected = list(bytes.fromhex(wall.canvas["palette"][colour - 1][1:]))

        async def shown(picture: Locator = picture) -> list[int]:
            return await colour_in_the_middle(picture)

        assert await poll_until(shown, expected) == expected
    assert await wall.pixels() == plain(9)

    await asked.get_by_role("button", name="Roll back 1 tile").click()
    await page.get_by_text("1 tile rolled back").wait_for()
    assert await wall.pixels() == plain(5)
    await expect(desk.get_by_label("Action taken")).to_have_value("rolled_back")


async def test_after_a_rollback_whoever_painted_can_be_suspended(
    new_page: Windows, new_moderator: NewPainter, new_wall: NewWall
) -> None:
    wall = await new_wall()
    reason = f"Rolled back already {wall.tile_id}"
    await wall.report(reason)
    mona = await new_moderator("mona")
    order = {"since": wall.canvas["created_at"], "user_id": wall.vandal.id}
    status, _ = await mona.call("POST", f"/admin/canvases/{wall.canvas['id']}/rollback", json=order)
    assert status == 200
    desk = await open_report(await new_page(mona), reason)
    for name in ("Vidal", "Wanda"):
        await expect(desk.get_by_role("button", name=f"Suspend {name}")).to_be_visible()


async def test_after_a_tile_is_removed_whoever_painted_can_be_suspended(
    new_page: Windows, new_moderator: NewPainter, new_wall: NewWall
) -> None:
    wall = await new_wall()
    page = await new_page(await new_moderator("mona"))
    desk = await open_new_report(page, wall, "Away with this")
    await desk.get_by_role("button", name="Remove tile").click()
    await expect(desk.get_by_role("button", name="Suspend Vidal")).to_be_visible()


async def test_a_rollback_without_a_report_begins_with_choosing_a_canvas(
    new_page: Windows, new_moderator: NewPainter, new_wall: NewWall
) -> None:
    wall = await new_wall()
    page = await new_page(await new_moderator("mona"))
    await page.goto("/admin/rollback")
    await page.get_by_label("Find a canvas").fill(wall.canvas["name"])
    await page.get_by_role("button", name="Search").click()
    await page.get_by_role("button", name=wall.canvas["name"]).click()
    await page.get_by_label("Only by this artist").fill("nobody of that name")
    await page.get_by_role("button", name="Preview").click()
    await page.get_by_role("alert").get_by_text("user_not_found").wait_for()
    await page.get_by_label("Only by this artist").fill(wall.vandal.username)
    await page.get_by_role("button", name="Preview").click()
    await page.get_by_role("button", name="Roll back 1 tile").wait_for()
