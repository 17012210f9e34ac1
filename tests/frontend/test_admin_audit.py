"""The audit log in the admin panel: what its entries say, and how they are found."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from tests.support.browser import Windows
from tests.support.painters import NewPainter, PainterAccount
from tests.support.vandalism import NewWall
from tests.support.waiting import poll_until


async def audited(page: Page, admin: PainterAccount, action: str, target_id: int) -> Locator:
    """The newest entry about an action in the audit log, once it is there."""
    which = {"action": action, "target_id": str(target_id)}

    async def is_known() -> bool:
        _, log = await admin.call("GET", "/admin/audit", params=which)
        return bool(log["items"])

    assert await poll_until(is_known, True)
    await page.goto("/admin/audit")
    await page.locator("select[name=action]").select_option(action)
    await page.locator("[name=target_id] input").fill(str(target_id))
    await page.locator("admin-audit form button").click()
    return page.locator("admin-audit tbody tr").first


async def test_a_rollback_is_in_the_audit_log(
    new_page: Windows, new_moderator: NewPainter, new_wall: NewWall, admin: PainterAccount
) -> None:
    wall, mona = await new_wall(), await new_moderator("mona")
    order = {"since": wall.canvas["created_at"], "user_id": wall.vandal.id}
    await mona.call("POST", f"/admin/canvases/{wall.canvas['id']}/rollback", json=order)

    async def actors() -> list[int]:
        which = {"action": "canvas.rollback", "target_id": str(wall.canvas["id"])}
        _, log = await admin.call("GET", "/admin/audit", params=which)
        return [entry["actor"]["id"] for entry in log["items"]]

    assert await poll_until(actors, [mona.id]) == [mona.id]
    page = await new_page(admin)
    await page.goto("/admin/audit")
    await page.get_by_label("Action").select_option("canvas.rollback")
    await page.get_by_role("button", name="Filter").click()
    row = page.get_by_role("row").filter(has_text=f"Canvas {wall.canvas['id']}")
    await expect(row).to_contain_text("Roll back canvas")
    await expect(row).to_contain_text("reverted: 1")


async def test_the_audit_log_counts_columns_and_rows_from_1(
    new_page: Windows, new_moderator: NewPainter, new_wall: NewWall, admin: PainterAccount
) -> None:
    wall, mona = await new_wall(), await new_moderator("mona")
    status, _ = await mona.call("DELETE", f"/tiles/{wall.tile_id}")  # in column 4 of row 3
    assert status == 204
    row = await audited(await new_page(admin), admin, "tile.delete", wall.tile_id)
    await expect(row).to_contain_text("column: 4 · row: 3")


async def test_the_audit_log_names_the_artist_of_a_tile(
    new_page: Windows, new_moderator: NewPainter, new_wall: NewWall, admin: PainterAccount
) -> None:
    wall, mona = await new_wall(), await new_moderator("mona")
    await mona.call("DELETE", f"/tiles/{wall.tile_id}")
    row = await audited(await new_page(admin), admin, "tile.delete", wall.tile_id)
    await expect(row.get_by_role("link", name="Wanda")).to_be_visible()


async def test_the_audit_log_is_german_for_a_german_admin(
    new_page: Windows, admin: PainterAccount, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    await admin.call("PUT", "/admin/settings", json={"challenge": "auto"})
    order = {"reason": "Sprayt", "until": "2099-12-24T18:30:00Z"}
    await admin.call("POST", f"/admin/users/{ada.id}/suspend", json=order)
    page = await new_page(admin, locale="de-DE")
    row = await audited(page, admin, "settings.change", 1)
    await expect(row).to_contain_text("Rechenaufgabe: Bei Andrang")
    row = await audited(page, admin, "account.suspend", ada.id)
    await expect(row).to_contain_text("bis: 24.12.2099, 19:30 · Grund: Sprayt")


async def test_the_audit_log_can_be_filtered_by_actor_and_action(
    new_page: Windows, new_moderator: NewPainter, new_wall: NewWall, admin: PainterAccount
) -> None:
    wall, mona = await new_wall(), await new_moderator("mona")
    report_id = await wall.report(f"To dismiss {wall.tile_id}")
    await mona.call("PATCH", f"/admin/reports/{report_id}", json={"status": "dismissed"})
    page = await new_page(admin)
    await page.goto("/admin/audit")
    await page.get_by_label("By", exact=True).fill(mona.username)
    await page.get_by_label("Action", exact=True).select_option("report.dismissed")
    await page.get_by_role("button", name="Filter").click()
    await expect(page.get_by_role("row")).to_have_count(2)
    await expect(page.get_by_role("row").last).to_contain_text(f"Report {report_id}")


async def test_the_audit_log_is_paged(
    new_page: Windows, new_moderator: NewPainter, new_wall: NewWall, admin: PainterAccount
) -> None:
    wall, mona = await new_wall(), await new_moderator("mona")
    path = f"/admin/reports/{await wall.report(f'Back and forth {wall.tile_id}')}"
    for status in ("assigned", "open") * 26:
        await mona.call("PATCH", path, json={"status": status})
    page = await new_page(admin)
    await page.goto("/admin/audit")
    await page.get_by_label("By", exact=True).fill(mona.username)
    await page.get_by_role("button", name="Filter").click()
    await expect(page.get_by_role("row")).to_have_count(1 + 50)
    await page.get_by_role("button", name="Show more").click()
    await expect(page.get_by_role("row")).to_have_count(1 + 52)
    await expect(page.get_by_role("button", name="Show more")).to_have_count(0)
