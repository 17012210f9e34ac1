"""Films of a canvas as an artist requests and sees them."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageColor

from services.tiles.canvases.rules import PALETTES
from tests.support.tiles import TilesClient, painted

PALETTE = [ImageColor.getrgb(colour) for colour in ("#ffffff", *PALETTES["pico-8"])]


async def painted_canvas(tiles: TilesClient, **fields: Any) -> dict[str, Any]:
    """A canvas with one tile that was painted in 1, 2 and 3."""
    canvas = await tiles.canvas("owner", **fields)
    tile = await tiles.tile("ann", canvas["id"], 1, 2, pixels=painted(1))
    for colour in (2, 3):
        await tiles.call("ann", "PUT", f"/tiles/{tile['id']}", json={"pixels": painted(colour)})
    return canvas


async def request(
    tiles: TilesClient, canvas: dict[str, Any], who: str = "ann", status: int = 202, **fields: Any
) -> dict[str, Any]:
    body = {"format": "gif", "seconds": 2, **fields}
    response = await tiles.call(who, "POST", f"/canvases/{canvas['id']}/films", json=body)
    assert response.status == status, await response.text()
    answer: dict[str, Any] = await response.json()
    return answer


def path_of(film: dict[str, Any]) -> str:
    return f"/canvases/{film['canvas_id']}/films/{film['id']}"


async def shown(tiles: TilesClient, film: dict[str, Any], who: str = "ann") -> dict[str, Any]:
    response = await tiles.call(who, "GET", path_of(film))
    assert response.status == 200, await response.text()
    answer: dict[str, Any] = await response.json()
    return answer


async def file_of(tiles: TilesClient, film: dict[str, Any]) -> bytes:
    response = await tiles.call("ann", "GET", f"{path_of(film)}/file")
    assert response.status == 200, await response.text()
    return await response.read()


def colours_at(file: bytes, x: int, y: int) -> list[int]:
    """The palette index that each frame shows at a pixel; 0 is paper."""
    with Image.open(io.BytesIO(file)) as animation:
        found = []
        for number in range(getattr(animation, "n_frames", 1)):
            animation.seek(number)
            found.append(PALETTE.index(animation.convert("RGB").getpixel((x, y))))  # type: ignore[arg-type]
        return found
