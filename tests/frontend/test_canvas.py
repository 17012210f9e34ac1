"""The canvas in real browsers: seen at once, live, and never different from what the service has."""

from __future__ import annotations

import asyncio
import base64
import re
import statistics
import time
from typing import Any

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.support.browser import UNDERWAY, HeldRoute, Scheme, Windows, assert_accessible
from tests.support.busy import here
from tests.support.painters import NewPainter
from tests.support.stack import Stack
from tests.support.stage import CELLS, GREEN, NIGHT, RED, SIDE, Stage, new_canvas, new_tile, pixels, stroke
from tests.support.waiting import PATIENCE, poll_until

SHOW = """path => { history.pushState(null, "", path); dispatchEvent(new PopStateEvent("popstate")); }"""
"""Go to another page of the client without loading the document."""

FIRST_PAINT = """() => {
  const at = (name) => performance.getEntriesByName(name)[0].startTime;
  return at("tessera:first-paint") - at("tessera:open");
}"""


async def later_than_any_write_of_the_address(page: Page) -> None:
    """Wait for a timer that fires after every one set before it to write a view to the address."""
    await page.evaluate("new Promise(done => setTimeout(done, 1000))")


async def test_a_megapixel_canvas_is_drawn_in_under_a_second(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada, width=1024, height=1024, tile_size=128, max_tiles_per_user=64)
    noise = base64.b64encode(bytes(i * 7 % 4 for i in range(128 * 128))).decode()
    for cell in range(64):
        draft = {"canvas_id": canvas["id"], "x": cell % 8, "y": cell // 8, "pixels": noise}
        status, _ = await ada.call("POST", "/tiles", json=draft)
        assert status == 201
    page = await new_page()
    took = []
    for _ in range(3):
        await Stage.open(page, canvas)
        took.append(await page.evaluate(FIRST_PAINT))
        await page.goto("/")
    print("first paint in ms:", took)
    # The best of three: what the page can do, on a machine that does other things too.
    assert min(took) < here(1000)
    assert await (await Stage.open(page, canvas)).difference(canvas) == 0


async def test_a_stroke_reaches_a_second_browser(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    tile = await new_tile(ada, canvas, 0, 0)
    page = await new_page()
    stage = await Stage.open(page, canvas)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    took = []
    for offset in range(9):
        began = time.monotonic()
        await stroke(ada, tile, offset * 3, 2)
        while await stage.colour_at(offset * 3, 0) != RED:
            assert time.monotonic() - began < PATIENCE
        took.append((time.monotonic() - began) * 1000)
    print("stroke to second browser in ms:", took)
    # 200 ms where nothing else runs; what polls would have asked for it.
    assert statistics.median(took) < here(1000)
    assert asked == []


async def test_a_guest_sees_tiles_created_changed_and_deleted(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    stage = await Stage.open(await new_page(), canvas)
    tile = await new_tile(ada, canvas, 1, 2)
    await stage.comes_to_show(NIGHT, 1.5 * SIDE, 2.5 * SIDE)
    await ada.call("PUT", f"/tiles/{tile['id']}", json={"pixels": pixels(3)})
    await stage.comes_to_show(GREEN, 1.5 * SIDE, 2.5 * SIDE)
    await ada.call("DELETE", f"/tiles/{tile['id']}")
    await stage.comes_to_show((255, 255, 255), 1.5 * SIDE, 2.5 * SIDE)


async def test_nothing_is_drawn_while_nothing_changes(new_page: Windows, new_painter: NewPainter) -> None:
    stage = await Stage.open(await new_page(), await new_canvas(await new_painter("ada")))

    async def is_idle() -> bool:
        drawn = await stage.frames()
        await asyncio.sleep(0.5)
        return await stage.frames() == drawn

    assert await poll_until(is_idle, True)  # once the last of the page is laid out


@pytest.mark.parametrize("killed", [1, 2])
async def test_after_tiles_processes_are_killed_no_change_is_lost_or_repeated(
    new_page: Windows, new_painter: NewPainter, site: Stack, killed: int
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    tile = await new_tile(ada, canvas, 0, 0)
    page = await new_page(allow=UNDERWAY)
    stage = await Stage.open(page, canvas)
    await page.evaluate(
        """() => { window.statuses = [];
          const status = document.querySelector("tessera-canvas").shadowRoot.querySelector("[role=status]");
          new MutationObserver(() => window.statuses.push(status.textContent)).observe(
            status, { subtree: true, childList: true, characterData: true }); }"""
    )
    for name in site.tiles[:killed]:
        site.kill(name)
    for offset in range(20):
        await stroke(ada, tile, offset, 2)
    await new_tile(ada, canvas, 3, 3, 3)
    # With one of two killed, the socket may have been the other's.
    if killed == 2:
        await expect(stage.status("Live")).to_be_visible()
        assert "Reconnecting …" in await page.evaluate("window.statuses")
    await stage.comes_to_show(GREEN, 3.5 * SIDE, 3.5 * SIDE)
    await stage.is_live()
    assert await stage.difference(canvas) == 0


def is_batch(message: str | bytes) -> bool:
    """Return whether a message of the live feed has changes, in either subprotocol."""
    return message[:1] == b"\x01" if isinstance(message, bytes) else '"batch"' in message


async def test_a_page_gets_strokes_as_binary_messages(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    tile = await new_tile(ada, canvas, 0, 0)
    page = await new_page()
    batches: list[str | bytes] = []

    def record(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            batches.extend([message] if is_batch(message) else [])
            socket.send(message)

        server.on_message(pass_on)

    await page.route_web_socket(re.compile("/ws/canvas/"), record)
    stage = await Stage.open(page, canvas)
    await stroke(ada, tile, 0, 2)
    await stage.comes_to_show(RED, 0, 0)
    assert [type(batch) for batch in batches] == [bytes]


async def test_a_page_does_without_binary_messages_that_a_proxy_damages(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    tile = await new_tile(ada, canvas, 0, 0)
    page = await new_page()

    def damage(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda message: socket.send(message if isinstance(message, str) else b"\x01\xff"))

    await page.route_web_socket(re.compile("/ws/canvas/"), damage)
    stage = await Stage.open(page, canvas)
    await stroke(ada, tile, 0, 2)
    await stage.comes_to_show(RED, 0, 0)
    await stroke(ada, tile, 1, 3)
    await stage.comes_to_show(GREEN, 1, 0)
    assert await stage.difference(canvas) == 0


async def test_a_lost_batch_is_requested_again(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    tile = await new_tile(ada, canvas, 0, 0)
    page = await new_page()
    lost: list[str | bytes] = []

    def lose_the_first_batch(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            if is_batch(message) and not lost:
                lost.append(message)
            else:
                socket.send(message)

        server.on_message(pass_on)

    await page.route_web_socket(re.compile("/ws/canvas/"), lose_the_first_batch)
    stage = await Stage.open(page, canvas)
    await stroke(ada, tile, 0, 2)

    async def batches_lost() -> int:
        return len(lost)

    assert await poll_until(batches_lost, 1) == 1
    await stroke(ada, tile, 1, 3)
    await stage.comes_to_show(GREEN, 1, 0)
    assert len(lost) == 1
    assert await stage.difference(canvas) == 0


async def test_the_canvas_is_reloaded_when_changes_cannot_be_replayed(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page()
    sockets: list[WebSocketRoute] = []

    def withhold_changes(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        server = socket.connect_to_server()
        server.on_message(lambda message: None if is_batch(message) else socket.send(message))

    await page.route_web_socket(re.compile("/ws/canvas/"), withhold_changes)
    stage = await Stage.open(page, canvas)
    await new_tile(ada, canvas, 0, 0)
    sockets[0].send('{"type": "resync"}')
    await stage.comes_to_show(NIGHT, 10, 10)
    assert await stage.difference(canvas) == 0


async def test_a_suspended_artist_goes_on_watching_as_a_guest(
    new_page: Windows, new_painter: NewPainter, new_moderator: NewPainter
) -> None:
    ben, mona = await new_painter("ben"), await new_moderator("mona")
    canvas = await new_canvas(mona)
    page = await new_page(ben, allow=["status of 40[13]"])
    stage = await Stage.open(page, canvas)
    status, _ = await mona.call("POST", f"/admin/users/{ben.id}/suspend", json={"reason": "spam"})
    assert status < 300
    await page.get_by_text("This account is suspended. Reason: spam").wait_for()
    await page.get_by_role("link", name="Log in").wait_for()
    await stage.is_live()
    await new_tile(mona, canvas, 0, 0)
    await stage.comes_to_show(NIGHT, 10, 10)


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
    await page.get_by_label("Username or email address").fill(ben.username)
    await page.get_by_label("Password", exact=True).fill(ben.password)
    await page.get_by_role("button", name="Log in").click()
    await page.get_by_role("complementary").get_by_role("button", name="Like (0 likes so far)").wait_for()


async def test_an_artist_can_restore_an_older_version(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada, "tile-lock")
    tile = await new_tile(ada, canvas, 0, 0)
    await ada.call("PUT", f"/tiles/{tile['id']}", json={"pixels": pixels(2)})
    stage = await Stage.open(await new_page(ada), canvas)
    await stage.comes_to_show(RED, 10, 10)
    card = await stage.pick(0, 0)
    await card.get_by_text("History").click()
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
    await ada.call("PUT", f"/tiles/{tile['id']}", json={"pixels": pixels(2)})
    card = await (await Stage.open(await new_page(), canvas)).pick(0, 0)
    await card.get_by_text("History").click()
    await card.get_by_role("img", name="Version 1").wait_for()
    await expect(card.get_by_role("button", name="Restore version")).to_have_count(0)


async def test_a_link_to_a_tile_selects_it(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    await new_tile(ada, canvas, 2, 1)
    page = await new_page()
    await Stage.open(page, canvas, "?cell=2,1")
    await page.get_by_role("complementary").get_by_role("heading", name="Cell 3, 2").wait_for()
    await Stage.open(page, canvas, "?cell=99,99")
    await expect(page.get_by_role("complementary")).to_have_count(0)


async def test_the_strokes_of_one_drag_are_one_entry_of_the_history(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    tile = await new_tile(ada, canvas, 1, 1)
    for offset in range(5):
        await stroke(ada, tile, offset, 2)
    card = await (await Stage.open(await new_page(), canvas)).pick(1, 1)
    await card.get_by_text("History").click()
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


async def test_a_link_restores_its_view_and_moving_updates_the_address(
    new_page: Windows, new_painter: NewPainter
) -> None:
    page = await new_page()
    stage = await Stage.open(page, await new_canvas(await new_painter("ada")), "#40,200,6")
    assert await stage.view() == {"x": 40, "y": 200, "zoom": 6}
    await stage.element.focus()
    await page.keyboard.press("Shift+ArrowRight")
    await page.wait_for_url(re.compile(r"#53\.3,200,6$"))
    await page.keyboard.press("0")
    await page.wait_for_url(re.compile(r"/canvas/\d+$"))


async def test_the_wheel_zooms_around_the_pointer(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page()
    stage = await Stage.open(page, canvas)
    before, point = await stage.view(), await stage.point(30, 40)
    await page.mouse.move(*point)
    await page.mouse.wheel(0, -240)
    await expect(page).to_have_url(re.compile("#"))
    assert (await stage.view())["zoom"] > before["zoom"]
    assert await stage.point(30, 40) == pytest.approx(point, abs=1)  # a wheel turns at whole pixels


async def test_two_fingers_zoom_and_one_moves(new_page: Windows, new_painter: NewPainter) -> None:
    page = await new_page(device="phone")
    stage = await Stage.open(page, await new_canvas(await new_painter("ada")))
    touch = await page.context.new_cdp_session(page)
    x, y = await stage.point(128, 128)

    async def fingers(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": px, "y": py, "id": number} for number, (px, py) in enumerate(places)]
        await touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    zoom = (await stage.view())["zoom"]
    await fingers("touchStart", (x - 40, y), (x + 40, y))
    for spread in (50, 60, 70, 80):
        await fingers("touchMove", (x - spread, y), (x + spread, y))
    await fingers("touchEnd")
    assert (await stage.view())["zoom"] == pytest.approx(2 * zoom, rel=0.01)
    await fingers("touchStart", (x, y))
    for step in (10, 20, 30):
        await fingers("touchMove", (x - step, y))
    await fingers("touchEnd")
    assert (await stage.view())["x"] == pytest.approx(128 + 30 / (2 * zoom), rel=0.01)


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


async def test_painters_see_each_others_positions(new_page: Windows, new_painter: NewPainter) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    canvas = await new_canvas(ada)
    adas, bens = [await new_page(who) for who in (ada, ben)]
    stage = await Stage.open(adas, canvas)
    await Stage.open(bens, canvas)
    await adas.mouse.move(*await stage.point_of_cell(2, 1))
    await bens.get_by_role("button", name="1 other artist is here").click()
    panel = bens.get_by_role("complementary")
    await panel.get_by_text("viewing cell 3, 2").wait_for()
    await adas.close()
    await panel.get_by_text("No other artists are here right now.").wait_for()


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


async def test_an_area_is_claimed_by_dragging(new_page: Windows, new_painter: NewPainter) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    canvas = await new_canvas(ada, "area-lock")
    page, watching = await new_page(ben), await new_page()
    await Stage.open(watching, canvas)
    await watching.get_by_role("button", name="Areas").click()
    stage = await Stage.open(page, canvas)
    await page.get_by_role("button", name="Areas").click()
    panel = page.get_by_role("complementary")
    await panel.get_by_role("button", name="Draw on the canvas").click()
    await page.mouse.move(*await stage.point_of_cell(1, 1))
    await page.mouse.down()
    await page.mouse.move(*await stage.point_of_cell(2, 3), steps=4)
    await page.mouse.up()
    await panel.get_by_role("button", name="Claim this area").click()
    await panel.get_by_text("cells from 2, 2").wait_for()
    await watching.get_by_text("cells from 2, 2").wait_for()
    await panel.get_by_role("button", name=re.compile("Release .* cells from 2, 2")).click()
    await watching.get_by_text("No areas are claimed.").wait_for()


async def test_an_owner_approves_a_pending_submission(new_page: Windows, new_painter: NewPainter) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    canvas = await new_canvas(ada, "review")
    await new_tile(ben, canvas, 0, 0, 2)
    guests = await Stage.open(await new_page(), canvas)
    bens = await Stage.open(await new_page(ben), canvas)
    await (await bens.pick(0, 0)).get_by_text("waiting for review").wait_for()
    page = await new_page(ada)
    await Stage.open(page, canvas)
    await page.get_by_role("button", name="Reviews").click()
    panel = page.get_by_role("complementary")
    await panel.get_by_label("Note for the artist").fill("Lovely")
    await panel.get_by_role("button", name="Approve Cell 1, 1").click()
    await guests.comes_to_show(RED, 10, 10)
    await panel.get_by_role("button", name="Approved").click()
    await panel.get_by_text("Ada: Lovely").wait_for()


async def test_pending_submissions_can_be_decided_after_leaving_review_mode(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    canvas = await new_canvas(ada, "review")
    await new_tile(ben, canvas, 0, 0, 2)
    await ada.call("PATCH", f"/canvases/{canvas['id']}", json={"collaboration_mode": "free"})
    page = await new_page(ada)
    stage = await Stage.open(page, canvas)
    await page.get_by_role("button", name="Reviews").click()
    await page.get_by_role("complementary").get_by_role("button", name="Approve Cell 1, 1").click()
    await stage.comes_to_show(RED, 10, 10)


async def test_changed_settings_reach_every_viewer(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page, watching = await new_page(ada), await new_page()
    for window in (page, watching):
        await Stage.open(window, canvas)
        await window.get_by_role("button", name="About this canvas").click()
    panel = page.get_by_role("complementary")
    await panel.get_by_label("Name", exact=True).fill("Harbour")
    await panel.get_by_label("Who can paint").select_option("review")
    await panel.get_by_role("button", name="Save").click()
    await expect(watching.get_by_role("heading", level=1)).to_have_text("Harbour")
    await watching.get_by_text("appear once the owner approves them").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everyone_sees_the_paper_that_the_owner_chose(
    new_page: Windows, new_painter: NewPainter, scheme: Scheme
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada, paper_color="#e0d0a0")
    page, guest = await new_page(ada), await new_page(scheme=scheme)
    await Stage.open(page, canvas)
    stage = await Stage.open(guest, canvas)
    await stage.comes_to_show((224, 208, 160), 10, 10)
    await page.get_by_role("button", name="About this canvas").click()
    panel = page.get_by_role("complementary")
    await panel.get_by_label("Paper colour").fill("#304050")
    await panel.get_by_role("button", name="Save").click()
    await stage.comes_to_show((48, 64, 80), 10, 10)


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


async def test_viewers_are_informed_when_their_canvas_is_deleted(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page(ada)
    guest = await Stage.open(await new_page(), canvas)
    await Stage.open(page, canvas)
    await page.get_by_role("button", name="About this canvas").click()
    await page.get_by_role("complementary").get_by_role("button", name="Delete canvas").click()
    await page.locator("ui-dialog[open]").get_by_role("button", name="Delete canvas").click()
    await guest.page.get_by_text("This canvas was deleted or made private.").wait_for()
    await guest.status("Not live").wait_for()
    await page.wait_for_url(re.compile("/$"))


async def test_an_unknown_canvas_shows_not_found(new_page: Windows) -> None:
    page = await new_page(allow=["status of 404"])
    await page.goto("/canvas/999999999")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Canvas not found")


async def test_an_address_that_names_no_canvas_asks_for_none(new_page: Windows) -> None:
    page = await new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto("/canvas/abc")
    await page.get_by_role("heading", name="Canvas not found").wait_for()
    assert [url for url in asked if "NaN" in url or "abc/" in url] == []


async def test_a_canvas_that_failed_to_load_can_be_retried(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    await new_tile(ada, canvas, 0, 0)
    page = await new_page(allow=["ERR_FAILED"])
    snapshot = await HeldRoute.on(page, "**/canvases/*/snapshot*")
    await page.goto(f"/canvas/{canvas['id']}")
    stage = Stage(page)
    await stage.is_laid_out()
    await snapshot.fail()
    await page.get_by_role("alert").get_by_text("unreachable").wait_for()
    await later_than_any_write_of_the_address(page)
    await page.evaluate("dispatchEvent(new HashChangeEvent('hashchange'))")
    await page.get_by_role("button", name="Try again").click()
    await stage.is_live()
    assert await stage.colour_at(10, 10) == NIGHT


async def test_the_overview_of_a_canvas_that_was_retried_shows_its_picture(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    await new_tile(ada, canvas, 0, 0)
    page = await new_page(allow=["ERR_FAILED"])
    snapshot = await HeldRoute.on(page, "**/canvases/*/snapshot*")
    await page.goto(f"/canvas/{canvas['id']}#{SIDE},{SIDE},16")
    stage = Stage(page)
    await stage.is_laid_out()
    await snapshot.fail()
    await page.get_by_role("button", name="Try again").click()
    await stage.is_live()
    shown = [*NIGHT, 255]
    assert await poll_until(stage.overview_pixel, shown) == shown


async def test_navigating_between_canvases_and_back_works(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvases = [await new_canvas(ada, name=name) for name in ("Quay", "Pier")]
    await new_tile(ada, canvases[1], 0, 0)
    page = await new_page()
    stage = await Stage.open(page, canvases[0], "#10,10,9")
    await page.evaluate(SHOW, f"/canvas/{canvases[1]['id']}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Pier")
    await stage.comes_to_show(NIGHT, 10, 10)
    assert (await stage.view())["x"] == CELLS * SIDE / 2
    await page.go_back()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Quay")
    linked = {"x": 10.0, "y": 10.0, "zoom": 9.0}
    assert await poll_until(stage.view, linked) == linked


async def test_a_linked_view_survives_a_slow_picture(new_page: Windows, new_painter: NewPainter) -> None:
    canvas = await new_canvas(await new_painter("ada"))
    page = await new_page()
    linked = {"x": 40.0, "y": 200.0, "zoom": 6.0}
    snapshot = await HeldRoute.on(page, "**/canvases/*/snapshot*")
    await page.goto(f"/canvas/{canvas['id']}#40,200,6")
    stage = Stage(page)
    await stage.is_laid_out()
    await later_than_any_write_of_the_address(page)
    assert page.url.endswith("#40,200,6")
    await snapshot.let_go()
    await stage.is_live()
    assert await stage.view() == linked

    # Back from another canvas it is loaded again, beside a window that changes its size.
    await page.evaluate(SHOW, f"/canvas/{(await new_canvas(await new_painter('ben'), name='Pier'))['id']}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Pier")
    snapshot = await HeldRoute.on(page, "**/canvases/*/snapshot*")
    await page.go_back()
    await snapshot.is_asked()
    await page.set_viewport_size({"width": 1000, "height": 700})
    await later_than_any_write_of_the_address(page)
    assert page.url.endswith("#40,200,6")
    await snapshot.let_go()
    await stage.is_live()
    assert await stage.view() == linked


async def test_a_view_is_never_written_to_the_address_of_another_canvas(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvases = [await new_canvas(ada, name=name) for name in ("Quay", "Pier")]
    page = await new_page()
    stage = await Stage.open(page, canvases[0])
    await stage.element.focus()
    await page.keyboard.press("Shift+ArrowRight")
    # The address changes first; the page of the other canvas is still being loaded.
    other = f"/canvas/{canvases[1]['id']}"
    await page.evaluate("path => history.pushState(null, '', path)", other)
    await later_than_any_write_of_the_address(page)
    assert page.url.endswith(other)
    await page.evaluate(SHOW, other)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Pier")
    await stage.is_live()
    assert (await stage.view())["x"] == CELLS * SIDE / 2


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


async def test_the_time_lapse_plays(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    for x in range(CELLS):
        await new_tile(ada, canvas, x, 0, 2)
    page = await new_page()
    await Stage.open(page, canvas)
    await page.get_by_role("button", name="Time-lapse").click()
    film = page.locator("ui-dialog[open]").get_by_role("img", name="Time-lapse of “Quay”")
    await film.wait_for()
    assert (
        await film.evaluate("async (img) => { await img.decode(); return img.naturalWidth; }") == CELLS * SIDE
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_canvas_and_its_panels_are_accessible(
    new_page: Windows, new_painter: NewPainter, scheme: Any
) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    canvas = await new_canvas(ada, "area-lock")
    await ben.call("POST", f"/canvases/{canvas['id']}/areas", json={"x": 0, "y": 0, "columns": 2, "rows": 2})
    await new_tile(ben, canvas, 0, 0)
    page = await new_page(ada, scheme=scheme)
    stage = await Stage.open(page, canvas)
    await assert_accessible(page)
    card = await stage.pick(0, 0)
    await card.get_by_role("button", name="Follow").wait_for()
    await assert_accessible(page)
    for panel in ("other artist", "Areas", "About this canvas"):
        await page.get_by_role("button", name=panel).click()
        await assert_accessible(page)


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
