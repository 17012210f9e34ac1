"""A canvas in real browsers: changes are seen at once, none is lost, and it shows what the service has."""

from __future__ import annotations

import asyncio
import base64
import re
import statistics
import time
from collections.abc import Callable, Sequence

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.support.browser import UNDERWAY, Windows
from tests.support.busy import here
from tests.support.painters import NewPainter
from tests.support.stack import Stack
from tests.support.stage import GREEN, NIGHT, PAPER, RED, SIDE, Stage, new_canvas, new_tile, repaint, stroke
from tests.support.waiting import PATIENCE, poll_until

FIRST_PAINT = """() => {
  const at = (name) => performance.getEntriesByName(name)[0].startTime;
  return at("tessera:first-paint") - at("tessera:open");
}"""


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
    await repaint(ada, tile, 3)
    await stage.comes_to_show(GREEN, 1.5 * SIDE, 2.5 * SIDE)
    await ada.call("DELETE", f"/tiles/{tile['id']}")
    await stage.comes_to_show(PAPER, 1.5 * SIDE, 2.5 * SIDE)


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


Message = str | bytes


def is_batch(message: Message) -> bool:
    """Return whether a message of the live feed has changes, in either subprotocol."""
    return message[:1] == b"\x01" if isinstance(message, bytes) else '"batch"' in message


async def intercept_feed(
    page: Page, transform: Callable[[Message], Message | None]
) -> Sequence[WebSocketRoute]:
    """Let the page get what `transform` makes of each message, nothing for None; returns its sockets."""
    sockets: list[WebSocketRoute] = []

    def connect(socket: WebSocketRoute) -> None:
        sockets.append(socket)

        def pass_on(message: Message) -> None:
            if (transformed := transform(message)) is not None:
                socket.send(transformed)

        socket.connect_to_server().on_message(pass_on)

    await page.route_web_socket(re.compile("/ws/canvas/"), connect)
    return sockets


async def test_a_page_gets_strokes_as_binary_messages(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    tile = await new_tile(ada, canvas, 0, 0)
    page = await new_page()
    batches: list[Message] = []

    def record(message: Message) -> Message:
        batches.extend([message] if is_batch(message) else [])
        return message

    await intercept_feed(page, record)
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
    await intercept_feed(page, lambda message: message if isinstance(message, str) else b"\x01\xff")
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
    lost: list[Message] = []

    def lose_the_first_batch(message: Message) -> Message | None:
        if lost or not is_batch(message):
            return message
        lost.append(message)
        return None

    await intercept_feed(page, lose_the_first_batch)
    stage = await Stage.open(page, canvas)
    await stroke(ada, tile, 0, 2)

    async def batches_lost() -> int:
        return len(lost)

    assert await poll_until(batches_lost, 1) == 1
    await stroke(ada, tile, 1, 3)
    await stage.comes_to_show(GREEN, 1, 0)
    assert await stage.difference(canvas) == 0


async def test_the_canvas_is_reloaded_when_changes_cannot_be_replayed(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page()
    sockets = await intercept_feed(page, lambda message: None if is_batch(message) else message)
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
