"""Use cases of layers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.regions import box_of
from services.tiles.canvases.service import visible_to
from services.tiles.drawings import Client, Drawings
from services.tiles.layers import store
from services.tiles.layers.aseprite import AsepriteFile
from services.tiles.layers.files import LayeredFile
from services.tiles.layers.openraster import OpenRasterFile
from services.tiles.layers.rules import Layer, LayerFormat, check_layers, check_size
from services.tiles.layers.schemas import LayersPart
from services.tiles.pictures.rules import BAND_PIXELS
from services.tiles.pictures.store import prepend_one_moment
from shared.db import Connection, Database
from shared.identity import Identity

_FILES: Mapping[LayerFormat, type[LayeredFile]] = {
    LayerFormat.OPENRASTER: OpenRasterFile,
    LayerFormat.ASEPRITE: AsepriteFile,
}


@dataclass(frozen=True, slots=True)
class Download:
    """A finished file."""

    body: bytes
    media_type: str


class Layers:
    """Writes tiles of a canvas into layered files."""

    def __init__(self, database: Database, drawings: Drawings) -> None:
        self._database = database
        self._drawings = drawings

    async def download(
        self, caller: Identity, client: Client, canvas_id: int, part: LayersPart, wanted: LayerFormat
    ) -> Download:
        """Return a file with the caller's tiles in a part of a canvas, or with those of everyone.

        Raises NotFound for the canvas and where there is no such tile, Invalid for a part that is too large
        or beyond the canvas, Conflict for too many tiles, TooManyRequests.
        """
        async with self._database.connection() as conn:
            canvas = visible_to(caller, await canvases_store.get(conn, canvas_id))
        box = box_of(canvas, part.x, part.y, part.width, part.height)
        check_size(box)
        self._drawings.charge(client, box.pixels)
        async with self._drawings.turn(box.pixels), self._database.transaction() as conn:
            prepend_one_moment(conn)
            # The palette of the same moment: a tile may already have a colour that is newer than `canvas`.
            canvas = visible_to(caller, await canvases_store.get(conn, canvas_id))
            layers = await store.list_layers(
                conn, canvas_id, box.cells(canvas.tile_size), caller.account_id, everyone=part.everyone
            )
            check_layers(layers)
            file = _FILES[wanted](canvas, box)
            await _write(conn, file, layers)
            return Download(await asyncio.to_thread(file.finish), file.media_type)


async def _write(conn: Connection, file: LayeredFile, layers: Sequence[Layer]) -> None:
    """Write the layers slice by slice, so that the pixels of only a few are in memory."""
    step = BAND_PIXELS // file.canvas.tile_size**2
    for start in range(0, len(layers), step):
        some = layers[start : start + step]
        pixels = await store.get_pixels(conn, some)
        await asyncio.to_thread(_add, file, some, pixels)


def _add(file: LayeredFile, layers: Sequence[Layer], pixels: Mapping[int, bytes]) -> None:
    for layer in layers:
        file.add(layer, pixels[layer.tile_id])


LAYERS = web.AppKey("LAYERS", Layers)
