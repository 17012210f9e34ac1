"""What a canvas page shows, read from the pixels that it drew, and where its editor has a pixel."""

from __future__ import annotations

import base64
from typing import Any

from playwright.async_api import Locator, Page

from tests.support.painters import PainterAccount
from tests.support.waiting import poll_until

PALETTE = ["#102030", "#e04040", "#40c060"]
CELLS, SIDE = 4, 64
"""Cells and pixels a side of a canvas made here, and of a tile."""

Colour = tuple[int, int, int]
PAPER, NIGHT, RED, GREEN = ((255, 255, 255), (16, 32, 48), (224, 64, 64), (64, 192, 96))

_STAGE = 'document.querySelector("tessera-canvas").shadowRoot.querySelector("canvas-stage")'

# Read from a copy: Chromium moves a canvas that is often read out of the graphics card, and logs that.
_COLOUR_AT = f"""([x, y]) => {{
  const {{ canvas, view, screen }} = {_STAGE};
  const at = (place, seen, length) =>
    Math.floor((length / 2 + (place + 0.5 - seen) * view.zoom) * devicePixelRatio);
  const pen = new OffscreenCanvas(1, 1).getContext("2d", {{ willReadFrequently: true }});
  pen.drawImage(canvas, at(x, view.x, screen.width), at(y, view.y, screen.height), 1, 1, 0, 0, 1, 1);
  return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
}}"""

_OVERVIEW_PIXEL = """() => {
  const page = document.querySelector("tessera-canvas").shadowRoot;
  const canvas = page.querySelector("canvas-minimap").shadowRoot.querySelector("canvas");
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  pen.drawImage(canvas, canvas.width / 16, canvas.height / 16, 1, 1, 0, 0, 1, 1);
  return [...pen.getImageData(0, 0, 1, 1).data];
}"""

_DIFFERENCE = f"""async (url) => {{
  const {{ atlas }} = {_STAGE};
  const whole = {{ x: 0, y: 0, width: atlas.width, height: atlas.height }};
  const read = (draw) => {{
    const copy = new OffscreenCanvas(atlas.width, atlas.height);
    const pen = copy.getContext("2d", {{ willReadFrequently: true }});
    draw(pen);
    return pen.getImageData(0, 0, atlas.width, atlas.height).data;
  }};
  const shown = read((pen) => atlas.draw(pen, whole, 1));
  const picture = await createImageBitmap(await (await fetch(url, {{ cache: "no-store" }})).blob());
  const expected = read((pen) => pen.drawImage(picture, 0, 0));
  return shown.reduce((count, value, index) => count + (value !== expected[index]), 0);
}}"""


class Stage:
    """The picture on a canvas page; points in pixels of the canvas."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.element: Locator = page.get_by_role("application")

    @classmethod
    async def open(cls, page: Page, canvas: dict[str, Any], link: str = "") -> Stage:
        """Go to the canvas and wait until it is live."""
        await page.goto(f"/canvas/{canvas['id']}{link}")
        stage = cls(page)
        await stage.is_live()
        return stage

    async def is_live(self) -> None:
        await self.status("Live").wait_for()

    async def is_laid_out(self) -> None:
        """Wait until the picture has its place on the page, whether or not it is loaded."""
        await self.element.wait_for()
        await self.page.wait_for_function(f"{_STAGE}.screen.width > 0")

    def status(self, text: str) -> Locator:
        return self.page.get_by_role("status").filter(has_text=text)

    async def colour_at(self, x: float, y: float) -> Colour:
        """What is drawn there right now."""
        red, green, blue = await self.page.evaluate(_COLOUR_AT, [x, y])
        return red, green, blue

    async def overview_pixel(self) -> list[int]:
        """What the overview shows of the top left cell: red, green, blue, and 0 while nothing is drawn."""
        shown: list[int] = await self.page.evaluate(_OVERVIEW_PIXEL)
        return shown

    async def comes_to_show(self, colour: Colour, x: float, y: float) -> None:
        assert await poll_until(lambda: self.colour_at(x, y), colour) == colour

    async def difference(self, canvas: dict[str, Any]) -> int:
        """How many bytes of the picture differ from the PNG that the service draws."""
        return int(await self.page.evaluate(_DIFFERENCE, f"/api/v1/canvases/{canvas['id']}.png"))

    async def view(self) -> dict[str, float]:
        shown: dict[str, float] = await self.page.evaluate(f"{_STAGE}.view")
        return shown

    async def frames(self) -> int:
        """Frames drawn so far."""
        return int(await self.page.evaluate(f"{_STAGE}.frames"))

    async def point(self, x: float, y: float) -> tuple[float, float]:
        """Where on the page that point of the canvas is."""
        view, box = await self.view(), await self.element.bounding_box()
        assert box is not None
        return (
            box["x"] + box["width"] / 2 + (x - view["x"]) * view["zoom"],
            box["y"] + box["height"] / 2 + (y - view["y"]) * view["zoom"],
        )

    async def point_of_cell(self, x: int, y: int) -> tuple[float, float]:
        """The middle of a cell."""
        return await self.point((x + 0.5) * SIDE, (y + 0.5) * SIDE)

    async def pick(self, x: int, y: int) -> Locator:
        """Press on a cell; returns the card that opens."""
        await self.page.mouse.click(*await self.point_of_cell(x, y))
        card = self.page.get_by_role("complementary")
        await card.wait_for()
        return card

    async def open_history(self, x: int, y: int) -> Locator:
        """Press on a cell and open the history of its tile; returns the card."""
        card = await self.pick(x, y)
        await card.get_by_text("History").click()
        return card


def pixels(colour: int) -> str:
    """A tile of one colour, as the API takes it."""
    return base64.b64encode(bytes([colour]) * SIDE * SIDE).decode()


async def new_canvas(owner: PainterAccount, mode: str = "free", **fields: Any) -> dict[str, Any]:
    """A canvas of CELLS x CELLS cells of SIDE pixels."""
    side = CELLS * SIDE
    draft = {"name": "Quay", "width": side, "height": side, "tile_size": SIDE, "palette": PALETTE, **fields}
    status, canvas = await owner.call("POST", "/canvases", json={**draft, "collaboration_mode": mode})
    assert status == 201, canvas
    return dict(canvas)


async def new_tile(
    painter: PainterAccount, canvas: dict[str, Any], x: int, y: int, colour: int = 1
) -> dict[str, Any]:
    """A tile of one colour."""
    draft = {"canvas_id": canvas["id"], "x": x, "y": y, "pixels": pixels(colour)}
    status, tile = await painter.call("POST", "/tiles", json=draft)
    assert status == 201, tile
    return dict(tile)


async def repaint(painter: PainterAccount, tile: dict[str, Any], colour: int) -> None:
    """Paint a whole tile in one colour."""
    status, answer = await painter.call("PUT", f"/tiles/{tile['id']}", json={"pixels": pixels(colour)})
    assert status == 200, answer


async def stroke(painter: PainterAccount, tile: dict[str, Any], offset: int, colour: int) -> None:
    """Paint one pixel."""
    status, answer = await painter.call(
        "PATCH", f"/tiles/{tile['id']}/pixels", json={"pixels": [[offset, colour]]}
    )
    assert status == 200, answer


def drawing(page: Page, side: int) -> Locator:
    """The picture in the editor of a tile of `side` pixels."""
    return page.get_by_role("application", name=f"Picture of {side}")


async def spot(drawing: Locator, x: int, y: int) -> tuple[float, float]:
    """Where the middle of a pixel of the tile is in the window of its editor."""
    box = await drawing.bounding_box()
    assert box is not None
    view = await drawing.evaluate("canvas => canvas.getRootNode().host.view")
    return box["x"] + view["x"] + (x + 0.5) * view["scale"], box["y"] + view["y"] + (y + 0.5) * view["scale"]
