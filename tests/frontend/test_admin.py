"""The admin panel from outside: who gets in, the dashboard, and what is done about accounts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from tests.support.browser import Device, Scheme, Windows, assert_accessible, dialog, log_in
from tests.support.busy import here
from tests.support.painters import NewPainter, PainterAccount
from tests.support.touch import Fingers
from tests.support.vandalism import NewWall, open_new_report
from tests.support.waiting import poll_until


async def test_a_guest_reaches_the_panel_after_logging_in(
    new_page: Windows, new_moderator: NewPainter
) -> None:
    mona = await new_moderator("mona")
    page = await new_page()
    await page.goto("/admin/reports")
    await log_in(page, mona.username, mona.password)
    await page.get_by_role("heading", name="Reports", level=1).wait_for()


async def test_an_artist_is_refused_without_a_request_to_the_api(
    new_page: Windows, new_painter: NewPainter
) -> None:
    page = await new_page(await new_painter("ada"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto("/admin/users")
    await page.get_by_role("heading", name="Not allowed").wait_for()
    assert not [url for url in asked if "/api/v1/admin/" in url]


async def test_a_moderator_sees_no_audit_log(new_page: Windows, new_moderator: NewPainter) -> None:
    page = await new_page(await new_moderator("mona"))
    await page.goto("/admin")
    await page.get_by_role("heading", name="Dashboard").wait_for()
    sections = page.get_by_role("navigation", name="Admin sections").get_by_role("link")
    assert await sections.all_inner_texts() == ["Dashboard", "Reports", "Users", "Rollback"]
    await page.goto("/admin/audit")
    await page.get_by_role("heading", name="Not allowed").wait_for()


async def test_the_panel_is_available_in_german(new_page: Windows, admin: PainterAccount) -> None:
    page = await new_page(admin, locale="de-DE")
    await page.goto("/admin")
    await page.get_by_role("heading", name="Übersicht", level=1).wait_for()


@pytest.mark.parametrize("device", ["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_panel_is_accessible(
    new_page: Windows, admin: PainterAccount, new_wall: NewWall, device: Device, scheme: Scheme
) -> None:
    wall = await new_wall()
    page = await new_page(admin, device=device, scheme=scheme)
    await page.goto("/admin/dashboard")
    await page.get_by_text("As a table").click()
    await assert_accessible(page)
    for section in ("users", "rollback", "audit"):
        await page.get_by_role("link", name=section.capitalize()).click()
        await page.get_by_role("heading", level=1, name=section.capitalize()).wait_for()
        await page.locator("[aria-busy=true], .skeleton").first.wait_for(state="detached")
        await assert_accessible(page)
    desk = await open_new_report(page, wall, "Accessible")
    await desk.get_by_role("img").first.wait_for()
    await assert_accessible(page)
    await desk.get_by_role("button", name="Roll back …").click()
    await page.get_by_role("button", name="Preview").click()
    await page.get_by_text("1 reverted").wait_for()
    await assert_accessible(page)


async def test_the_dashboard_shows_the_counts_of_the_services(
    new_page: Windows, admin: PainterAccount, new_wall: NewWall
) -> None:
    await new_wall()
    _, counted = await admin.call("GET", "/admin/dashboard")
    page = await new_page(admin)
    await page.goto("/admin")
    count = page.locator(".count").filter(has=page.locator("dt", has_text="Artists"))
    await expect(count.locator("b")).to_have_text(str(counted["accounts"]))
    ready = page.locator("section").filter(has_text="Services").locator(".mark", has_text="Ready")
    await expect(ready).to_have_count(len(counted["services"]))


async def test_the_dashboard_is_shown_quickly(
    new_page: Windows, new_moderator: NewPainter, record_property: Any
) -> None:
    page = await new_page(await new_moderator("mona"))
    took = []
    for _ in range(4):
        await page.goto("/admin")
        await page.locator(".count b").first.wait_for()
        took.append(round(await page.evaluate("performance.now()")))
    record_property("dashboard_ms", took)
    print("dashboard in ms:", took)
    # Half a second where nothing else runs. The best of them: what the page can do on a busy machine.
    assert min(took) < here(1000)


async def test_a_chart_can_be_read_with_the_keyboard_and_as_a_table(
    new_page: Windows, admin: PainterAccount
) -> None:
    page = await new_page(admin)
    await page.goto("/admin")
    chart = page.get_by_role("slider", name="New artists")
    await chart.focus()
    today = await chart.get_attribute("aria-valuetext")
    await chart.press("ArrowLeft")
    assert await chart.get_attribute("aria-valuenow") == "28"
    assert await chart.get_attribute("aria-valuetext") != today
    await page.get_by_text("As a table").click()
    await expect(page.get_by_role("row")).to_have_count(31 + await page.locator(".health tr").count())


async def test_a_chart_shows_the_day_that_a_finger_was_led_to(
    new_page: Windows, admin: PainterAccount
) -> None:
    page = await new_page(admin, device="phone")
    await page.goto("/admin")
    chart = page.get_by_role("slider", name="New artists")
    await chart.scroll_into_view_if_needed()
    box = await chart.bounding_box()
    assert box is not None
    finger = await Fingers.on(page)
    y = box["y"] + box["height"] / 2
    await finger.swipe(*[(box["x"] + box["width"] * share, y) for share in (0.75, 0.6, 0.45, 0.35)])
    await expect(chart).to_have_attribute("aria-valuenow", "10")
    table = page.get_by_text("As a table")
    await table.tap()  # right after the swipe
    await expect(page.get_by_role("row").first).to_be_visible()
    await expect(chart).to_have_attribute("aria-valuenow", "29")


async def test_a_failure_shows_its_request_id_and_can_be_retried(
    new_page: Windows, admin: PainterAccount
) -> None:
    page = await new_page(admin, allow=["status of 503"])
    problem = {"status": 503, "code": "database_unavailable", "detail": "…", "request_id": "a-request"}
    await page.route(
        "**/api/v1/admin/dashboard",
        lambda route: route.fulfill(status=503, json=problem, content_type="application/problem+json"),
        times=1,
    )
    await page.goto("/admin")
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("a-request")
    await alert.get_by_role("button", name="Try again").click()
    await page.locator(".count b").first.wait_for()
    await expect(alert).to_have_count(0)


async def status_of(admin: PainterAccount, painter: PainterAccount) -> str:
    _, found = await admin.call("GET", "/admin/users", params={"search": painter.username})
    return str(found["items"][0]["status"])


async def test_an_account_is_suspended_with_a_reason_and_reinstated(
    new_page: Windows, new_moderator: NewPainter, new_painter: NewPainter, admin: PainterAccount
) -> None:
    vidal = await new_painter("vidal")
    page = await new_page(await new_moderator("mona"))
    await page.goto("/admin/users")
    await page.get_by_label("Search by name").fill(vidal.username)
    row = page.get_by_role("row").filter(has_text=vidal.username)
    await row.get_by_role("button", name="Suspend Vidal").click()
    asked = dialog(page, "Suspend Vidal?")
    await asked.get_by_label("Reason").fill("Paints over others")
    await asked.get_by_label("1 day").check()
    await asked.get_by_role("button", name="Suspend").click()
    await expect(row).to_contain_text("Paints over others")
    assert await status_of(admin, vidal) == "suspended"

    await row.get_by_role("button", name="Reinstate Vidal").click()
    await expect(row).to_contain_text("Active")
    assert await status_of(admin, vidal) == "active"


async def test_a_suspended_artist_learns_why_and_until_when(
    new_page: Windows, new_moderator: NewPainter, new_wall: NewWall
) -> None:
    wall, mona = await new_wall(), await new_moderator("mona")
    page = await new_page(wall.vandal, allow=["status of 40[13]", "WebSocket"])
    await page.goto(f"/canvas/{wall.canvas['id']}")
    await page.get_by_text("Live", exact=True).wait_for()
    order = {"reason": "Paints over others", "until": "2099-12-24T18:30:00Z"}
    status, answer = await mona.call("POST", f"/admin/users/{wall.vandal.id}/suspend", json=order)
    assert status == 202, answer
    told = "This account is suspended until 24 Dec 2099, 19:30. Reason: Paints over others"
    await expect(page.get_by_text(told)).to_be_visible()
    await page.goto("/login")
    await log_in(page, wall.vandal.username, wall.vandal.password)
    await expect(page.get_by_text(told)).to_be_visible()


async def test_accounts_can_be_filtered_by_status(
    new_page: Windows, new_painter: NewPainter, admin: PainterAccount
) -> None:
    vidal = await new_painter("vidal")
    await admin.call("POST", f"/admin/users/{vidal.id}/suspend", json={"reason": "A reason"})
    assert await poll_until(lambda: status_of(admin, vidal), "suspended") == "suspended"
    page = await new_page(admin)
    await page.goto("/admin/users")
    await page.get_by_label("State", exact=True).select_option("suspended")
    row = page.get_by_role("row").filter(has_text=vidal.username)
    await expect(row).to_contain_text("Indefinitely")
    await expect(page.get_by_role("row").filter(has_text="@admin")).to_have_count(0)


async def test_an_admin_can_appoint_a_moderator(
    new_page: Windows, new_painter: NewPainter, admin: PainterAccount
) -> None:
    ada = await new_painter("ada")
    page = await new_page(admin)
    await page.goto("/admin/users")
    await page.get_by_label("Search by name").fill(ada.username)
    row = page.get_by_role("row").filter(has_text=ada.username)
    await row.get_by_role("button", name="Roles for Ada").click()
    asked = dialog(page, "Roles for Ada")
    await asked.get_by_role("checkbox", name="Moderator:").check()
    await asked.get_by_role("button", name="Save").click()
    await expect(row.get_by_role("cell", name="Moderator")).to_be_visible()
    _, account = await ada.call("GET", "/auth/me")
    assert account["roles"] == ["moderator"]


async def test_a_moderator_can_neither_assign_roles_nor_suspend_an_admin(
    new_page: Windows, new_moderator: NewPainter, admin: PainterAccount
) -> None:
    page = await new_page(await new_moderator("mona"))
    await page.goto("/admin/users")
    await page.get_by_label("Search by name").fill("admin")
    row = page.get_by_role("row").filter(has_text="@admin")
    await row.wait_for()
    await expect(row.get_by_role("button")).to_have_count(0)
    await expect(page.get_by_role("button", name="Roles for")).to_have_count(0)
